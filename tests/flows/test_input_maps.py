"""Maps from the unit cube to the real line."""

import pytest
import torch
from scipy.stats import norm

from genbook.evaluation import Histogram
from genbook.flows import Flow, HistogramCDF, Logit, NormalQuantile
from genbook.flows.dequantisation import Dequantised, UniformNoise
from genbook.nn import StandardNormal
from genbook.numerics import log_abs_det, seeded

with seeded(0):
    SHARES = torch.rand(4, 5, dtype=torch.double).softmax(1)
MAPS = {
    "logit": Logit(0.05),
    "logit, narrow": Logit(0.4),
    "normal quantile": NormalQuantile(),
    "histogram": HistogramCDF(SHARES),
}


@pytest.mark.parametrize("name", MAPS)
def test_inverse_and_log_det_against_autograd(name):
    with seeded(1):
        x = 0.01 + 0.98 * torch.rand(6, 4, dtype=torch.double)
    z, log_det = MAPS[name](x)
    back, log_det_back = MAPS[name].inverse(z)
    torch.testing.assert_close(back, x)
    torch.testing.assert_close(log_det_back, -log_det)
    torch.testing.assert_close(log_det, log_abs_det(lambda v: MAPS[name](v)[0], x))


@pytest.mark.parametrize("event", [(4,), (1, 2, 2)])
def test_events_of_any_shape_are_mapped_alike(event):
    with seeded(2):
        x = torch.rand(3, 4, dtype=torch.double)
    flat = HistogramCDF(SHARES)(x)
    shaped = HistogramCDF(SHARES.view(*event, 5))(x.view(3, *event))
    assert torch.equal(shaped[0].flatten(1), flat[0]) and torch.equal(shaped[1], flat[1])


def test_ends_stay_finite_and_the_normal_quantile_is_scipys():
    ends = torch.tensor([[0.0, 0.5, 1.0]], dtype=torch.double)
    for layer in (Logit(), NormalQuantile()):
        z, log_det = layer(ends)
        assert z.isfinite().all() and log_det.isfinite().all()
        assert z[0, 0] < -2
        torch.testing.assert_close(z[0, 0], -z[0, 2])
    inner = ends / 2 + 0.2
    torch.testing.assert_close(NormalQuantile(1e-9)(inner)[0], torch.tensor(norm.ppf(inner)), rtol=1e-6, atol=1e-6)


def test_pixels_that_follow_the_histogram_become_standard_normal_and_the_bound_is_the_histogram():
    """Density is constant in every cell, so each draw of the noise gives the exact probability."""
    table = Histogram(torch.tensor([[5.0, 1.0, 3.0], [1.0, 1.0, 7.0]]), smoothing=0.5)
    shares = table.log_p.exp()
    flow = Flow(StandardNormal(2), [HistogramCDF(shares), NormalQuantile()])
    model = Dequantised(flow, UniformNoise(), (2,), levels=3)
    x = torch.tensor([[0.0, 2.0], [1.0, 0.0], [2.0, 1.0]])
    with seeded(3):
        for _ in range(5):
            torch.testing.assert_close(model.elbo(x), table.log_prob(x), rtol=0, atol=1e-3)


@pytest.mark.parametrize("alpha", [0.0, -0.1, 0.5, 2.0, float("nan")])
def test_an_alpha_without_room_is_refused(alpha):
    for kind in (Logit, NormalQuantile):
        with pytest.raises(ValueError, match="expected"):
            kind(alpha)


@pytest.mark.parametrize(
    "shares", [torch.zeros(2, 3), torch.ones(2, 3), torch.tensor([[1.5, -0.5]]), torch.tensor([[torch.nan, 1.0]])]
)
def test_what_is_no_histogram_is_refused(shares):
    with pytest.raises(ValueError, match="expected"):
        HistogramCDF(shares)
    with pytest.raises(TypeError, match="expected"):
        HistogramCDF(shares.tolist())


def test_other_shapes_are_refused():
    for layer in (HistogramCDF(torch.full((2, 3), 1 / 3)), HistogramCDF(torch.full((2, 3), 1 / 3)).inverse):
        with pytest.raises(ValueError, match="expected"):
            layer(torch.zeros(2, 3))
