"""Rational-quadratic splines against zuko's, against autograd, and at their joints."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from zuko.transforms import MonotonicRQSTransform

from genbook.flows import Coupling, RationalQuadratic, spline_autoregressive, spline_coupling
from genbook.numerics import jacobian, log_abs_det, seeded

SPLINE = RationalQuadratic(bins=8, bound=3.0)


def draw(n: int = 400, spread: float = 2.0, spline: RationalQuadratic = SPLINE) -> tuple[Tensor, Tensor]:
    """Values in the box and outside, and raw parameters, in double precision."""
    with seeded(0):
        params = spread * torch.randn(n, spline.size, dtype=torch.double)
        return 2.5 * torch.randn(n, dtype=torch.double), params


def twin(params: Tensor) -> MonotonicRQSTransform:
    """zuko's spline through the same knots; its soft limits on the raw parameters are undone."""
    x, z, slope = SPLINE.knots(params)
    limit = math.log(1e-30)

    def raw(share: Tensor, factor: float) -> Tensor:
        return share.log() / (1 - (factor * share.log() / limit).abs())

    widths, heights = (raw(k.diff(dim=-1) / (2 * SPLINE.bound), 2.0) for k in (x, z))
    return MonotonicRQSTransform(widths, heights, raw(slope[..., 1:-1], 1.0), bound=SPLINE.bound, slope=1e-30)


def test_value_slope_and_inverse_are_those_of_an_independent_implementation():
    x, params = draw()
    assert (x.abs() > SPLINE.bound).any() and (x.abs() < SPLINE.bound).sum() > 100
    other = twin(params)
    z, log_slope = SPLINE.forward(x, params)
    expected, log_expected = other.call_and_ladj(x)
    torch.testing.assert_close(z, expected, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(log_slope, log_expected, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(SPLINE.inverse(z, params)[0], other.inv(z), rtol=1e-7, atol=1e-7)


def test_the_claimed_slope_is_the_derivative_in_both_directions():
    x, params = draw(60)
    for way in (SPLINE.forward, SPLINE.inverse):
        value = x.clone().requires_grad_()
        out, log_slope = way(value, params)
        (slope,) = torch.autograd.grad(out.sum(), value)
        torch.testing.assert_close(log_slope.exp(), slope)


@pytest.mark.parametrize("dtype, tolerance", [(torch.double, 1e-8), (torch.float, 1e-4)])
def test_inverse_undoes_forward(dtype, tolerance):
    x, params = (t.to(dtype) for t in draw(spread=1.0))
    z, log_slope = SPLINE.forward(x, params)
    back, log_back = SPLINE.inverse(z, params)
    torch.testing.assert_close(back, x, rtol=tolerance, atol=tolerance)
    torch.testing.assert_close(log_back, -log_slope, rtol=tolerance, atol=10 * tolerance)


def test_zero_parameters_give_the_identity():
    x, params = draw()
    for way in (SPLINE.forward, SPLINE.inverse):
        out, log_slope = way(x, torch.zeros_like(params))
        torch.testing.assert_close(out, x)
        torch.testing.assert_close(log_slope, torch.zeros_like(x))


def test_values_outside_the_box_stay_whatever_the_parameters():
    outside = torch.tensor([-math.inf, -1e30, -3.0, 3.0, 3.5, 1e30], dtype=torch.double)
    _, params = draw(len(outside), spread=20.0)
    for way in (SPLINE.forward, SPLINE.inverse):
        out, log_slope = way(outside, params)
        torch.testing.assert_close(out, outside)
        torch.testing.assert_close(log_slope, torch.zeros_like(outside))


def test_value_and_derivative_are_continuous_at_every_knot():
    _, params = draw(50, spread=1.0)
    knots, heights, slopes = SPLINE.knots(params)  # each (50, 9), the border included
    each = params[:, None].expand(-1, knots.shape[1], -1)
    for step in (-1e-9, 1e-9):
        z, log_slope = SPLINE.forward(knots + step, each)
        torch.testing.assert_close(z, heights, rtol=0, atol=1e-6)
        torch.testing.assert_close(log_slope, slopes.log(), rtol=0, atol=1e-5)


def test_the_second_derivative_jumps_at_a_knot():
    # C1 and not C2: the promise is not stronger than it is
    _, params = draw(1, spread=1.0)
    knot = SPLINE.knots(params)[0][0, 4]
    x = torch.stack([knot - 1e-7, knot + 1e-7]).requires_grad_()
    log_slope = SPLINE.forward(x, params.expand(2, -1))[1]
    (bend,) = torch.autograd.grad(log_slope.sum(), x)
    assert (bend[0] - bend[1]).abs() > 0.1


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 12), st.floats(0.5, 8.0), st.floats(0.0, 1e4), st.integers(0, 2**31))
def test_any_parameters_give_an_increasing_map_within_its_minima(bins, bound, spread, seed):
    spline = RationalQuadratic(bins, bound, min_bin=0.01, min_derivative=0.05)
    with seeded(seed):
        params = spread * torch.randn(1, spline.size, dtype=torch.double)
    x, z, slope = spline.knots(params)
    assert min(x.diff().min(), z.diff().min()) >= 2 * bound * 0.01 * (1 - 1e-9) and slope.min() >= 0.05 * (1 - 1e-9)
    assert x[0, 0] == z[0, 0] == -bound and x[0, -1] == z[0, -1] == bound
    line = torch.linspace(-bound - 1, bound + 1, 400, dtype=torch.double)
    values, log_slope = spline.forward(line, params.expand(400, -1))
    assert (values.diff() > 0).all() and log_slope.isfinite().all()


def test_values_of_any_shape_are_mapped_one_by_one():
    x, params = draw(6)
    z, log_slope = SPLINE.forward(x, params)
    for way in ((x.view(2, 3), params.view(2, 3, -1)), (x.view(2, 3).T, params.view(2, 3, -1).transpose(0, 1))):
        shaped, log_shaped = SPLINE.forward(*way)
        expected = (z.view(2, 3), log_slope.view(2, 3))
        expected = expected if shaped.shape == (2, 3) else tuple(t.T for t in expected)
        torch.testing.assert_close((shaped, log_shaped), expected)
    torch.testing.assert_close(SPLINE.forward(x[0], params[0])[0], z[0])
    for one, many in zip(SPLINE.knots(params[4]), SPLINE.knots(params.view(2, 3, -1)), strict=True):
        torch.testing.assert_close(one, many[1, 1])


def test_gradients_are_finite_at_the_border_and_far_outside():
    x = torch.tensor([-1e8, -3.0, 0.0, 3.0, 1e8], requires_grad=True)
    params = torch.zeros(5, SPLINE.size, requires_grad=True)
    z, log_slope = SPLINE.forward(x, params)
    (z.square() - log_slope)[1:4].sum().backward()
    assert x.grad.isfinite().all() and params.grad.isfinite().all()


@pytest.mark.parametrize("build", [spline_coupling, spline_autoregressive])
def test_a_flow_starts_as_the_identity_and_its_jacobian_is_triangular_afterwards(build):
    flow = build(4, layers=1, hidden=(8,), bins=4).double()
    x = torch.randn(5, 4, dtype=torch.double)
    torch.testing.assert_close(flow(x)[0], x)
    with torch.no_grad(), seeded(0):
        for p in flow.parameters():
            p.normal_()
    order = torch.tensor([0, 2, 1, 3]) if build is spline_coupling else torch.arange(4)
    j = jacobian(lambda v: flow(v)[0], x[0])[order][:, order]
    assert j.triu(1).abs().max() == 0 and j.tril(-1).abs().max() > 1e-3 and j.diagonal().min() > 0


def test_a_coupling_of_image_channels_takes_splines_too():
    bijection = RationalQuadratic(bins=4, bound=3.0)
    with seeded(0):
        network = nn.Conv2d(1, 2 * bijection.size, 3, padding=1)
        layer = Coupling(torch.tensor([False, True, False]), network, bijection).double()
        x = torch.randn(2, 3, 4, 4, dtype=torch.double)
    z, log_det = layer(x)
    torch.testing.assert_close(layer.inverse(z)[0], x)
    truth = log_abs_det(lambda v: layer(v.unflatten(1, (3, 4, 4)))[0].flatten(1), x.flatten(1))
    torch.testing.assert_close(log_det, truth)


@pytest.mark.parametrize(
    "options",
    [
        {"bins": 1},
        {"bins": 0},
        {"bound": 0.0},
        {"bound": math.inf},
        {"bound": math.nan},
        {"bins": 8, "min_bin": 0.125},
        {"min_bin": 0.0},
        {"min_derivative": 1.0},
    ],
)
def test_a_spline_that_cannot_exist_is_refused(options):
    with pytest.raises(ValueError, match="expected"):
        RationalQuadratic(**options)


def test_bad_input_is_refused_in_a_sentence():
    with pytest.raises(TypeError, match="expected"):
        RationalQuadratic(bins=2.5)
    with pytest.raises(ValueError, match="expected"):
        SPLINE.forward(torch.zeros(3), torch.zeros(3, SPLINE.size + 1))
    with pytest.raises(ValueError, match="expected"):
        SPLINE.inverse(torch.zeros(3), torch.zeros(4, SPLINE.size))
    with pytest.raises(ValueError, match="expected"):
        spline_coupling(1, layers=2)
