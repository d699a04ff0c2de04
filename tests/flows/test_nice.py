"""NICE: couplings without volume, and one scale a variable."""

import pytest
import torch
from scipy.stats import kstest, logistic

from genbook.flows import DiagonalScale, StandardLogistic, halves, nice
from genbook.numerics import jacobian, seeded
from tests.cases import lively


@pytest.mark.parametrize("dim", [2, 3, 7])
def test_couplings_change_no_volume_and_the_scale_pays_the_sum_of_its_logs(dim):
    with seeded(0):
        flow = lively(nice(dim, hidden=(16,)), 2.0).double()
        torch.nn.init.normal_(flow.transform.transforms[-1].log_scale)
        x = 3 * torch.randn(5, dim, dtype=torch.double)
    z = x
    for layer in flow.transform.transforms[:-1]:
        z, log_det = layer(z)
        assert torch.equal(log_det, torch.zeros(5, dtype=torch.double))
        truth = torch.linalg.slogdet(jacobian(lambda v: layer(v)[0], x[0])).logabsdet  # noqa: B023
        assert truth.abs() < 1e-9
    assert (z - x).abs().max() > 0.1
    scale = flow.transform.transforms[-1]
    torch.testing.assert_close(flow(x)[1], scale.log_scale.sum().expand(5))


def test_the_inverse_is_exact_in_single_precision():
    with seeded(1):
        flow = lively(nice(6, layers=4, hidden=(32, 32)), 2.0)
        x = torch.randn(100, 6)
    with torch.no_grad():
        back = flow.inverse(flow(x)[0])[0]
    assert (back - x).abs().max() < 1e-5


def test_three_couplings_let_every_variable_depend_on_every_other_and_two_do_not():
    def dependencies(layers: int) -> torch.Tensor:
        with seeded(2):
            flow = lively(nice(4, layers, hidden=(16,)), 2.0).double()
            x = torch.randn(4, dtype=torch.double)
        return jacobian(lambda v: flow(v)[0], x) != 0

    assert dependencies(3).all()
    assert not dependencies(2).all()


def test_halves_alternate():
    for dim in (2, 5):
        first, second = halves(dim, 0), halves(dim, 1)
        assert torch.equal(first, ~second) and torch.equal(first, halves(dim, 2))
        assert first.any() and second.any()


def test_the_logistic_base_is_scipys():
    with seeded(3):
        base = StandardLogistic(2).double()
        z = 5 * torch.randn(50, 2, dtype=torch.double)
        draws = base.sample(5000)
    torch.testing.assert_close(base.log_prob(z), torch.tensor(logistic.logpdf(z.numpy()).sum(1)))
    assert kstest(draws.flatten().numpy(), logistic.cdf).pvalue > 1e-3


@pytest.mark.parametrize("dim, layers", [(1, 4), (0, 4), (2, 0), (2.5, 4), ("2", 4), (3, None)])
def test_sizes_that_make_no_flow_are_refused(dim, layers):
    with pytest.raises((TypeError, ValueError), match="expected"):
        nice(dim, layers)


def test_other_shapes_are_refused():
    for call in (DiagonalScale(2), DiagonalScale(2).inverse):
        with pytest.raises(ValueError, match="expected"):
            call(torch.zeros(3, 4))
