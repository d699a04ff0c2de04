"""MADE and its orders against enumeration, hand-worked mixtures and a MADE written out as loops."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from genbook.autoregressive import MADE, OrderingEnsemble
from genbook.autoregressive.orderings import draw_orderings, order_agnostic_loss
from genbook.autoregressive.sampling import ancestral
from genbook.nn import MaskedMLP
from genbook.nn.masks import draw_degrees
from genbook.nn.outputs import Bernoulli, Categorical, DiscretizedLogisticMixture, Gaussian
from genbook.numerics import all_states, seeded
from tests.cases import lively


def binary(dim=6, hidden=(16, 10), **options):
    with seeded(0):
        return lively(MADE(MaskedMLP(dim, hidden, ordering=torch.randperm(dim), **options), Bernoulli()))


def test_log_prob_is_the_product_of_brute_force_conditionals():
    # p(x_d | x_<d) by summing the joint table over what comes later must be what `conditionals` says
    model = binary(5)
    states = all_states(5)
    with torch.no_grad():
        joint = model.log_prob(states).exp().reshape(2, 2, 2, 2, 2)
        claimed = model.conditionals(states)[..., 0].sigmoid()
    order = model.order.tolist()
    for t, d in enumerate(order):
        later = tuple(order[t + 1 :])
        upto = joint.sum(later, keepdim=True) if later else joint
        both = upto.sum(d, keepdim=True)
        p_one = (upto / both).expand(2, 2, 2, 2, 2).select(d, 1)
        expected = torch.stack([p_one[tuple(int(v) for i, v in enumerate(s) if i != d)] for s in states])
        torch.testing.assert_close(claimed[:, d], expected, rtol=1e-4, atol=1e-5)


def test_an_untrained_gaussian_made_in_one_dimension_is_its_output():
    model = MADE(MaskedMLP(1, (4,), params=2), Gaussian())
    with torch.no_grad():
        model.network.output.bias.copy_(torch.tensor([0.5, math.log(2.0)]))
    x = torch.tensor([[0.5], [2.5]])
    expected = torch.distributions.Normal(0.5, 2.0).log_prob(x)[:, 0]
    torch.testing.assert_close(model.log_prob(x), expected)


def test_loss_is_the_mean_negative_log_prob():
    model = binary()
    x = all_states(6)[::7]
    torch.testing.assert_close(model.loss(x), -model.log_prob(x).mean())


def test_any_order_is_a_normalised_distribution_and_differs_from_others():
    model, states = binary(), all_states(6)
    tables = []
    with torch.no_grad():
        for order in draw_orderings(3, 6):
            tables.append(model.log_prob(states, order).exp())
            assert tables[-1].sum().item() == pytest.approx(1, abs=1e-5)
    assert (tables[0] - tables[1]).abs().max() > 1e-4


def test_order_agnostic_loss_is_the_mean_over_parts_and_orders():
    model, x = binary(), all_states(6)[:10]
    orders = draw_orderings(3, 6)
    expected = torch.cat([model.log_prob(part, o) for part, o in zip(x.tensor_split(3), orders, strict=True)])
    torch.testing.assert_close(order_agnostic_loss(model, x, orders), -expected.mean())


def test_order_agnostic_training_serves_every_order():
    # x_0 = x_1 = x_2 with an occasional flip: trained in one order, others see what they never learnt
    with seeded(0):
        x = torch.randint(2, (400, 1)).float().expand(-1, 4).clone()
        x[torch.rand(400, 4) < 0.05] = 0.0
        one, all_orders = (MADE(MaskedMLP(4, (64,), direct=True), Bernoulli()) for _ in range(2))
        for model, loss in [(one, one.loss), (all_orders, None)]:
            adam = torch.optim.Adam(model.parameters(), 1e-2)
            for _ in range(150):
                value = loss(x) if loss else order_agnostic_loss(model, x, draw_orderings(4, 4), draw_degrees(4, (64,)))
                adam.zero_grad()
                value.backward()
                adam.step()
    backwards = torch.arange(3, -1, -1)
    with torch.no_grad():
        worst_one = -one.log_prob(x, backwards).mean()
        worst_all = -all_orders.log_prob(x, backwards).mean()
    assert worst_all < 1.6 and worst_one > worst_all + 0.3


def test_the_ensemble_is_the_mean_of_its_members_tables():
    model, orders, states = binary(), draw_orderings(4, 6), all_states(6)
    with torch.no_grad():
        mean = torch.stack([model.log_prob(states, o).exp() for o in orders]).mean(0)
        torch.testing.assert_close(OrderingEnsemble(model, orders).log_prob(states).exp(), mean)


def test_one_order_in_the_ensemble_is_the_model_itself():
    model = binary()
    ensemble = OrderingEnsemble(model, model.order[None])
    x = all_states(6)[:9]
    torch.testing.assert_close(ensemble.log_prob(x), model.log_prob(x))


def test_draw_orderings_are_permutations_and_uniform():
    with seeded(0):
        orders = draw_orderings(6000, 3)
    assert torch.equal(orders.sort(1).values, torch.arange(3).expand(6000, 3))
    counts = torch.unique(orders, dim=0, return_counts=True)[1]
    assert len(counts) == 6 and (counts - 1000).abs().max() < 150


def test_training_lowers_the_loss_to_the_entropy_of_a_small_truth():
    truth = torch.tensor([0.05, 0.4, 0.1, 0.05, 0.1, 0.05, 0.05, 0.2])  # of the 8 states of three bits
    entropy = -(truth * truth.log()).sum().item()
    states = all_states(3)
    with seeded(0):
        model = MADE(MaskedMLP(3, (32,)), Bernoulli())
        adam = torch.optim.Adam(model.parameters(), 2e-2)
        for _ in range(400):
            value = -(truth * model.log_prob(states)).sum()
            adam.zero_grad()
            value.backward()
            adam.step()
    assert entropy - 1e-5 <= value.item() < entropy + 0.002


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 4), st.sampled_from([Bernoulli(), Categorical(3), DiscretizedLogisticMixture(4, 2), Gaussian()]))
def test_a_network_of_another_size_is_refused(extra, output):
    with pytest.raises(ValueError, match=r"^network gives .* build the network with params=\d+\.$"):
        MADE(MaskedMLP(3, (4,), params=output.size + extra), output)


@pytest.mark.parametrize("orders", [torch.arange(6), torch.zeros(0, 6).long(), torch.zeros(2, 6).long()])
def test_impossible_orders_of_an_ensemble_are_refused(orders):
    with pytest.raises(ValueError, match=r"^(orderings has shape|ordering does not hold)"):
        OrderingEnsemble(binary(), orders)


def test_more_orders_than_examples_are_refused():
    with pytest.raises(ValueError, match="3 orderings came for 2 examples"):
        order_agnostic_loss(binary(), all_states(6)[:2], draw_orderings(3, 6))


def test_sampling_keeps_double_precision():
    model = binary().double()
    assert model.sample(2).dtype == torch.float64
    assert ancestral(model, torch.rand(2, 6, dtype=torch.float64)).dtype == torch.float64
