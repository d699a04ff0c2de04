"""The masked autoregressive layer: both directions, gradients, conditions, the recurrent conditioner, the gate."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from genbook.flows import Affine, Chain, Gated, Inverse, MaskedAutoregressive, RecurrentConditioner
from genbook.nn import MaskedMLP
from genbook.numerics import jacobian, seeded


def layer(dim=5, bijection=None, context=None, recurrent=False):
    bijection = Affine() if bijection is None else bijection
    with seeded(0):
        order = torch.randperm(dim)
        if recurrent:
            network = RecurrentConditioner(dim, 12, bijection.size, order)
        else:
            network = MaskedMLP(dim, (12, 12), bijection.size, ordering=order)
        condition = nn.Linear(context, 12 + dim * bijection.size) if context else None
        made = MaskedAutoregressive(network, bijection, condition).double()
        for p in made.parameters():
            p.data = 0.7 * torch.randn_like(p)
    return made


def draw(rows=4, dim=5, seed=1):
    with seeded(seed):
        return torch.randn(rows, dim, dtype=torch.float64)


KINDS = [{}, {"recurrent": True}, {"bijection": Gated()}, {"recurrent": True, "bijection": Gated()}]


@pytest.mark.parametrize("kind", KINDS)
def test_the_jacobian_is_triangular_in_the_order_with_the_slopes_on_its_diagonal(kind):
    f, x = layer(**kind), draw(1)[0]
    order = f.network.ordering
    j = jacobian(lambda v: f(v)[0], x)[order][:, order]
    assert j.triu(1).abs().max() == 0 and j.tril(-1).abs().max() > 1e-3
    torch.testing.assert_close(j.diagonal().log().sum()[None], f(x[None])[1])


@pytest.mark.parametrize("kind", KINDS)
def test_steps_and_passes_give_the_same_inverse(kind):
    f, z = layer(**kind), draw()
    by_passes, log_det = f.inverse(z)  # its parameters ask for gradients
    assert by_passes.requires_grad
    with torch.no_grad():
        by_steps, log_det_steps = f.inverse(z)
        torch.testing.assert_close(f(by_steps)[0], z)
    torch.testing.assert_close(by_steps, by_passes)
    torch.testing.assert_close(log_det_steps, log_det)


@pytest.mark.parametrize("kind", [{}, {"recurrent": True}])
def test_gradients_of_the_inverse_are_those_of_finite_differences(kind):
    f, z = layer(dim=3, **kind), draw(2, 3).requires_grad_()
    assert torch.autograd.gradcheck(f.inverse, (z,))


def test_the_density_takes_one_pass_and_an_inverse_without_gradients_one_step_a_variable(monkeypatch):
    f, calls = layer(), {"forward": 0, "step": 0}

    def counted(name, method):
        def call(*arguments, **options):
            calls[name] += 1
            return method(*arguments, **options)

        return call

    for name in calls:
        monkeypatch.setattr(f.network, name, counted(name, getattr(f.network, name)))
    f(draw())
    assert calls == {"forward": 1, "step": 0}
    with torch.no_grad():
        f.inverse(draw())
    assert calls == {"forward": 1, "step": 4}  # the first of five variables needs none
    f.inverse(draw())
    assert calls == {"forward": 6, "step": 4}


@pytest.mark.parametrize("recurrent", [False, True])
def test_a_condition_reaches_every_variable_and_the_inverse_knows_it(recurrent):
    f, x = layer(context=2, recurrent=recurrent), draw()
    c = draw(4, 2, seed=2)
    z, log_det = f(x, c)
    moved = (f(x, c + 1)[0] - z).abs()
    assert moved.min() > 1e-6, "a variable that does not hear the condition"
    for grad in (True, False):
        with torch.set_grad_enabled(grad):
            back, log_det_back = f.inverse(z.detach(), c)
        torch.testing.assert_close(back, x)
        torch.testing.assert_close(log_det_back, -log_det)


def test_a_chain_and_its_inverse_hand_the_condition_on():
    layers = [layer(context=2), layer(context=2)]
    x, c = draw(), draw(4, 2, seed=2)
    both = Chain(layers)
    step, first = layers[0](x, c)
    z, second = layers[1](step, c)
    torch.testing.assert_close(both(x, c), (z, first + second))
    torch.testing.assert_close(Inverse(both).inverse(x, c), (z, first + second))
    torch.testing.assert_close(Inverse(both)(z, c)[0], x)


def test_conditions_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"^c: none came, expected"):
        layer(context=2)(draw())
    with pytest.raises(ValueError, match=r"^c: one came, expected"):
        layer()(draw(), draw(4, 2))
    with pytest.raises(ValueError, match=r"^c has 3 rows and x has 4, expected"):
        layer(context=2)(draw(), draw(3, 2))


@settings(max_examples=10, deadline=None)
@given(st.integers(3, 7))
def test_a_network_of_another_size_is_refused(params):
    with pytest.raises(ValueError, match=r"^network gives .* expected the same, build the network with params=2\.$"):
        MaskedAutoregressive(MaskedMLP(3, (4,), params), Affine())


@given(st.floats(-60, 60), st.floats(-5, 5), st.floats(-5, 5))
@settings(max_examples=60, deadline=None)
def test_the_gate_mixes_and_stays_finite(raw, m, x):
    x, params = torch.tensor([x], dtype=torch.float64), torch.tensor([[m, raw]], dtype=torch.float64)
    z, log_slope = Gated().forward(x, params)
    assert min(x.item(), m) - 1e-9 <= z.item() <= max(x.item(), m) + 1e-9 and log_slope.item() <= 0
    s = torch.sigmoid(torch.tensor(raw + 2.0, dtype=torch.float64))
    torch.testing.assert_close(z, s * x + (1 - s) * m)
    torch.testing.assert_close(log_slope.exp(), s[None])
    if raw > -20:
        back, log_back = Gated().inverse(z, params)
        torch.testing.assert_close(back, x, rtol=1e-6, atol=1e-6)
        torch.testing.assert_close(log_back, -log_slope)


def test_the_recurrent_conditioner_refuses_what_it_cannot_read():
    network = RecurrentConditioner(2, 4, 2)
    with pytest.raises(ValueError, match="x has shape"):
        network(torch.zeros(2, 3))
    with pytest.raises(ValueError, match="ordering does not hold"):
        RecurrentConditioner(2, 4, 2, torch.zeros(2).long())
    with pytest.raises(ValueError, match="width is 0"):
        RecurrentConditioner(2, 0, 2)
    _, state = network.start(3)
    _, state = network.step(state, torch.zeros(3))
    with pytest.raises(ValueError, match="step was called after all 2"):
        network.step(state, torch.zeros(3))
