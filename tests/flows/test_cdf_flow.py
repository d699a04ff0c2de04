"""The mixture-CDF flow against the mixture that it is, and its inverse against its own map."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest, logistic
from torch import Tensor

from genbook.flows import Coupling, Elementwise, Flow, LogisticMixtureCDF, StandardLogistic, cdf_flow
from genbook.nn import MLP, StandardNormal
from genbook.numerics import integrate, seeded


def params_of(n: int, components: int = 3, spread: float = 1.0) -> Tensor:
    with seeded(0):
        return spread * torch.randn(n, 3 * components, dtype=torch.double)


def mixture(params: Tensor, x: Tensor, limit: float = 5.0) -> tuple[Tensor, Tensor]:
    """CDF and density of one mixture of logistics by scipy."""
    w, mean, raw = params.reshape(3, -1)
    w, scale = w.softmax(0), (limit * torch.tanh(raw / limit)).exp()
    t = [(wk, logistic(mk.item(), sk.item())) for wk, mk, sk in zip(w, mean, scale, strict=True)]
    cdf = sum(wk * torch.from_numpy(k.cdf(x.numpy())) for wk, k in t)
    return cdf, sum(wk * torch.from_numpy(k.pdf(x.numpy())) for wk, k in t)


def test_the_map_is_the_cdf_of_the_mixture_and_its_density_the_mixtures():
    params, x = params_of(1), torch.linspace(-6, 6, 50, dtype=torch.double)
    z, log_slope = LogisticMixtureCDF(3).forward(x, params.expand(50, -1))
    cdf, density = mixture(params[0], x)
    torch.testing.assert_close(z.sigmoid(), cdf)
    base = StandardLogistic(1).double()
    torch.testing.assert_close(base.log_prob(z[:, None]) + log_slope, density.log())


def test_zero_parameters_give_the_identity():
    x = torch.linspace(-30, 30, 13, dtype=torch.double)
    z, log_slope = LogisticMixtureCDF(4).forward(x, torch.zeros(13, 12, dtype=torch.double))
    torch.testing.assert_close(z, x)
    torch.testing.assert_close(log_slope, torch.zeros_like(x))


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 6), st.floats(0.0, 6.0), st.integers(0, 2**31))
def test_the_inverse_undoes_the_map_far_into_both_tails(components, spread, seed):
    g = LogisticMixtureCDF(components)
    with seeded(seed):
        params = spread * torch.randn(40, g.size, dtype=torch.double)
    z = torch.linspace(-200, 200, 40, dtype=torch.double)
    x, log_back = g.inverse(z, params)
    again, log_slope = g.forward(x, params)
    torch.testing.assert_close(again, z, rtol=1e-9, atol=1e-7)
    torch.testing.assert_close(log_back, -log_slope)


def test_single_precision_inverts_too():
    g, params = LogisticMixtureCDF(3), params_of(500).float()
    with seeded(1):
        z = 4 * torch.randn(500)
    torch.testing.assert_close(g.forward(g.inverse(z, params)[0], params)[0], z, rtol=1e-4, atol=1e-4)


def test_gradients_pass_through_the_numerical_inverse():
    g, params = LogisticMixtureCDF(2), params_of(3, 2)
    z = torch.tensor([-1.0, 0.2, 2.0], dtype=torch.double)
    inputs = (z.requires_grad_(), params.requires_grad_())
    assert torch.autograd.gradcheck(g.inverse, inputs, eps=1e-6, atol=1e-5)


def test_an_inverse_that_does_not_converge_is_an_error_with_its_numbers():
    params = params_of(5, spread=2.0)
    with pytest.raises(RuntimeError, match=r"after 2 steps .* tolerance"):
        LogisticMixtureCDF(3, steps=2).inverse(torch.zeros(5, dtype=torch.double), params)


def test_the_logistic_base_is_the_logit_of_a_uniform_number():
    base = StandardLogistic(1).double()
    z = torch.linspace(-40, 40, 21, dtype=torch.double)
    torch.testing.assert_close(base.log_prob(z[:, None]), torch.from_numpy(logistic.logpdf(z.numpy())))
    with seeded(0):
        assert kstest(base.sample(4000)[:, 0].numpy(), logistic.cdf).pvalue > 0.01


def test_a_trained_cdf_is_increasing_and_its_samples_pass_a_test_against_the_data():
    with seeded(0):
        x = torch.cat([torch.rand(700, 1) - 2, 1 + torch.randn(500, 1).abs()])
        held_out = torch.cat([torch.rand(700, 1) - 2, 1 + torch.randn(500, 1).abs()])
        flow = cdf_flow(8, -2.5, 4.0)
        optimizer = torch.optim.Adam(flow.parameters(), 0.05)
        for _ in range(300):
            optimizer.zero_grad()
            flow.loss(x).backward()
            optimizer.step()
        samples = flow.sample(1200)
    line = torch.linspace(-6, 8, 500)[:, None]
    with torch.no_grad():
        z, _ = flow(line)
        assert (z.diff(dim=0) > 0).all() and z[0].sigmoid() < 0.02 and z[-1].sigmoid() > 0.98
        u = flow(samples)[0].sigmoid()
        assert kstest(u[:, 0].numpy(), "uniform").pvalue > 0.01
        assert kstest(samples[:, 0].numpy(), held_out[:, 0].numpy()).pvalue > 0.01


def test_a_new_flow_spreads_its_components_over_the_interval():
    flow = cdf_flow(5, 2.0, 12.0).double()
    assert abs(integrate(flow.log_prob, [0.0], [14.0], 2000) - 1) < 0.1
    _, means, raw = flow.transform.transforms[0].params[0].detach().reshape(3, 5)
    assert means.tolist() == [3.0, 5.0, 7.0, 9.0, 11.0]
    torch.testing.assert_close((5 * torch.tanh(raw / 5)).exp(), torch.ones(5, dtype=torch.double))


def test_a_coupling_of_flow_plus_plus_bends_what_affine_maps_cannot():
    g = LogisticMixtureCDF(2)
    params = torch.tensor([[0.0, 0.0, -3.0, 3.0, 0.0, 0.0]], dtype=torch.double)
    _, log_slope = g.forward(torch.linspace(-5, 5, 11, dtype=torch.double), params.expand(11, -1))
    assert log_slope.max() - log_slope.min() > 0.5, "steep at both means, flat between them"
    with seeded(0):
        layer = Coupling(torch.tensor([True, False]), MLP(1, (8,), g.size), g).double()
        x = torch.randn(6, 2, dtype=torch.double)
    torch.testing.assert_close(layer.inverse(layer(x)[0])[0], x)


def test_elementwise_layers_have_a_diagonal_jacobian_and_break_the_symmetry_of_their_parts():
    with seeded(0):
        layer = Elementwise(LogisticMixtureCDF(2), 3).double()
    j = torch.autograd.functional.jacobian(lambda v: layer(v[None])[0][0], torch.randn(3, dtype=torch.double))
    assert (j - j.diagonal().diag()).abs().max() == 0 and j.diagonal().min() > 0
    assert layer.params.unique().numel() == layer.params.numel()


@pytest.mark.parametrize("options", [{"components": 0}, {"limit": 0.0}, {"limit": math.nan}, {"steps": 0}])
def test_settings_without_a_map_are_refused(options):
    with pytest.raises(ValueError, match="expected"):
        LogisticMixtureCDF(**options)


def test_bad_input_is_refused_in_a_sentence():
    for low, high in [(1.0, 1.0), (0.0, math.inf), (math.nan, 1.0)]:
        with pytest.raises(ValueError, match="expected"):
            cdf_flow(3, low, high)
    flow = cdf_flow(3, 0.0, 1.0)
    for x in (torch.zeros(3), torch.zeros(3, 2), torch.tensor([[math.nan]])):
        with pytest.raises(ValueError, match="expected"):
            flow.log_prob(x)
    with pytest.raises(ValueError, match="expected"):
        LogisticMixtureCDF(3).forward(torch.zeros(2), torch.zeros(2, 8))
    with pytest.raises(TypeError, match="expected"):
        Flow(StandardNormal(1), [Elementwise(LogisticMixtureCDF(2), 1)]).log_prob(torch.zeros(2, 1, dtype=torch.long))
