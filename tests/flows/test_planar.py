"""Planar, radial and Sylvester layers under random and hostile parameters, against autograd and brute force."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from genbook.flows import Chain, Flow, Inverse
from genbook.flows.planar import MARGIN, AmortisedPlanar, Planar, above_minus_one, feasible
from genbook.flows.posterior import FlowPosterior
from genbook.flows.radial import Radial
from genbook.flows.sylvester import Sylvester, orthonormal
from genbook.nn import StandardNormal
from genbook.numerics import log_abs_det, seeded

BUILD = {
    "planar": lambda: Planar(3),
    "planar in one dimension": lambda: Planar(1),
    "radial": lambda: Radial(3),
    "radial in one dimension": lambda: Radial(1),
    "sylvester": lambda: Sylvester(4, 2),
    "sylvester with all units": lambda: Sylvester(3, 3),
}


def wild(name, seed, scale):
    """A layer with every parameter drawn at `scale`, in double precision, and a batch."""
    with seeded(seed):
        layer = BUILD[name]().double()
        for p in layer.parameters():
            p.data = scale * torch.randn_like(p)
        dim = next(p for n, p in layer.named_parameters() if n in ("w", "x0", "v")).shape[-1]
        return layer, 3 * torch.randn(5, dim).double()


@pytest.mark.parametrize("name", BUILD)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), scale=st.sampled_from([0.0, 1e-30, 1e-3, 1.0, 5.0, 30.0]))
def test_no_parameters_make_it_fold(name, seed, scale):
    layer, x = wild(name, seed, scale)
    z, log_det = layer(x)
    torch.testing.assert_close(log_det, log_abs_det(lambda v: layer(v)[0], x), rtol=1e-6, atol=1e-6)
    back, log_det_back = layer.inverse(z)
    torch.testing.assert_close(back, x, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(log_det_back, -log_det, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("push", [-1e4, -200.0, -3.0, 1e4])
def test_an_adversary_that_pushes_u_against_w_is_bounded(push):
    w = torch.tensor([1.5, -0.5, 2.0])
    u = push * w
    u_hat, m = feasible(u, w)
    assert m >= -1 + MARGIN * 0.999
    layer = Planar(3)
    layer.w.data, layer.u.data, layer.b.data = w, u, torch.zeros(())
    steepest = torch.zeros(1, 3)  # w^T x + b = 0, where tanh' = 1
    assert layer(steepest)[1].isfinite().all()
    torch.testing.assert_close(layer(steepest)[1], torch.log1p(m)[None])
    torch.testing.assert_close((w.double() * u_hat.double()).sum(), m.double(), rtol=1e-3, atol=1e-3 * abs(push) / 100)


def test_without_the_constraint_the_same_parameters_fold():
    w, u, line = torch.tensor([2.0]), torch.tensor([-1.0]), torch.linspace(-2, 2, 101)[:, None]
    raw = line + u * torch.tanh(line * w)
    assert (raw.diff(dim=0) < 0).any(), "w^T u < -1 should fold"
    layer = Planar(1)
    layer.w.data, layer.u.data, layer.b.data = w, u, torch.zeros(())
    assert (layer(line)[0].diff(dim=0) > 0).all()


def test_gradients_stay_finite_at_zero():
    for w, u in [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1e-20, 1.0)]:
        layer = Planar(2)
        layer.w.data, layer.u.data = torch.full((2,), w), torch.full((2,), u)
        z, log_det = layer(torch.ones(3, 2))
        (z.square().sum() + log_det.sum()).backward()
        assert all(p.grad.isfinite().all() for p in layer.parameters())


def test_zeros_are_the_identity():
    x = torch.randn(4, 3)
    for layer in (Planar(3), Radial(3), Sylvester(3, 2)):
        for p in layer.parameters():
            p.data.zero_()
        z, log_det = layer(x)
        assert torch.equal(z, x) and not log_det.any()


@given(a=st.floats(-1e6, 1e6))
def test_above_minus_one_is_increasing_and_is_the_shifted_softplus(a):
    a = torch.tensor(a, dtype=torch.float64)
    m, k = above_minus_one(a), torch.log(torch.tensor(torch.e - 1, dtype=torch.float64))
    torch.testing.assert_close(m, (1 - MARGIN) * (torch.nn.functional.softplus(a + k) - 1), rtol=1e-7, atol=1e-7)
    assert m > -1 and above_minus_one(a + 1) > m - 1e-12


def test_radial_stretches_and_shrinks_by_its_formula():
    layer, x = wild("radial", 3, 1.0)
    alpha, beta = layer.alpha_beta()
    r = (x - layer.x0).norm(dim=1)
    h, slope = 1 / (alpha + r), -1 / (alpha + r) ** 2
    paper = 2 * torch.log(1 + beta * h) + torch.log(1 + beta * h + beta * slope * r)  # their eq. 14
    torch.testing.assert_close(layer(x)[1], paper)
    torch.testing.assert_close(layer.inverse(layer.x0[None])[0], layer.x0[None])


def test_householder_columns_are_orthonormal_for_any_vectors():
    for v in (torch.zeros(2, 3), torch.randn(3, 3), torch.full((1, 4), 1e-30), 1e30 * torch.randn(2, 5)):
        Q = orthonormal(v)
        assert Q.shape == v.T.shape
        torch.testing.assert_close(Q.T @ Q, torch.eye(len(v)), atol=1e-6, rtol=0)


def test_sylvester_with_one_unit_along_w_is_planar():
    one, many = Planar(3).double(), Sylvester(3, 1).double()
    w = torch.tensor([0.0, 0.0, 1.0]).double()
    many.v.data = torch.tensor([[1.0, 0.0, -1.0]]).double()  # reflects the first axis onto w
    many.diagonal.data = torch.tensor([[0.8], [0.0]]).double()
    one.w.data, one.u.data, one.b.data = w, 0.8 * w, many.b.data[0]
    x = torch.randn(6, 3).double()
    for a, b in zip(one(x), many(x), strict=True):
        torch.testing.assert_close(a, b)


def test_amortised_layers_are_planar_layers_with_an_examples_own_parameters():
    with seeded(0):
        amortised, c, z = AmortisedPlanar(2, 3), torch.randn(4, 15).double(), torch.randn(4, 2).double()
    assert amortised.size == 15
    out, log_det = amortised.inverse(z, c)
    for row in range(4):
        layers = []
        for values in c[row].view(3, 5):
            layer = Planar(2).double()
            layer.w.data, layer.u.data, layer.b.data = values[:2], values[2:4], values[4]
            layers.append(layer)
        expected, expected_log_det = Chain(layers)(z[row : row + 1])
        torch.testing.assert_close(out[row], expected[0])
        torch.testing.assert_close(log_det[row], expected_log_det[0])
    back, log_det_back = amortised(out, c)
    torch.testing.assert_close(back, z)
    torch.testing.assert_close(log_det_back, -log_det)


def test_as_a_posterior_it_draws_with_a_gradient():
    class Unit:
        def draw(self, n):
            z = torch.randn(n, 4, 2)
            return z, StandardNormal(2).log_prob(z.flatten(0, 1)).view(n, 4)

    c = torch.randn(4, 10, requires_grad=True)
    z, log_q = FlowPosterior(Unit(), AmortisedPlanar(2, 2), c).draw(3)
    (z.sum() + log_q.sum()).backward()
    assert (c.grad.abs().sum(1) > 0).all()
    shared = Planar(2)
    z, log_q = FlowPosterior(Unit(), Inverse(shared)).draw(3)
    (z.sum() + log_q.sum()).backward()
    assert shared.u.grad.abs().sum() > 0


@pytest.mark.parametrize("make", [lambda: Planar(0), lambda: Radial(-1), lambda: Sylvester(2, 3)])
def test_sizes_are_checked(make):
    with pytest.raises(ValueError, match="expected a whole number"):
        make()


def test_bad_batches_are_refused():
    for layer in (Planar(2), Radial(2), Sylvester(2, 1)):
        for method in (layer.forward, layer.inverse):
            with pytest.raises(ValueError, match="expected"):
                method(torch.zeros(3, 4))
            with pytest.raises(TypeError, match="expected"):
                method(torch.zeros(3, 2).long())
    with pytest.raises(ValueError, match="c has shape"):
        AmortisedPlanar(2, 2).inverse(torch.zeros(3, 2), torch.zeros(3, 9))
    with pytest.raises(RuntimeError, match="not within the tolerance"):
        Flow(StandardNormal(2), [Planar(2)]).inverse(torch.tensor([[float("nan"), 0.0]]))
