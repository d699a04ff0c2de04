"""Masks against a hand-worked case, reachability by matrix products, and autograd."""

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from genbook.nn import MaskedLinear, MaskedMLP, made_masks
from genbook.nn.masks import draw_degrees, hidden_degrees, input_degrees
from genbook.numerics import jacobian, seeded


def reach(masks):
    """Paths from input to output through all layers, (D, D): entry (d, i) says whether output d can see input i."""
    paths = masks[0].double()
    for mask in masks[1:]:
        paths = mask.double() @ paths
    return paths > 0


def test_masks_of_a_small_network_by_hand():
    # order: variable 1 first, then 2, then 0; so m = (3, 1, 2); one hidden layer with degrees 1, 2
    masks = made_masks([input_degrees(torch.tensor([1, 2, 0])), torch.tensor([1, 2])])
    assert masks[0].int().tolist() == [[0, 1, 0], [0, 1, 1]]
    assert masks[1].int().tolist() == [[1, 1], [0, 0], [1, 0]]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 9), st.lists(st.integers(1, 12), min_size=1, max_size=3), st.integers(0, 1000), st.booleans())
def test_no_path_leads_to_an_output_from_itself_or_later(dim, hidden, seed, drawn):
    with seeded(seed):
        m = input_degrees(torch.randperm(dim))
        degrees = draw_degrees(dim, hidden) if drawn else [hidden_degrees(dim, width) for width in hidden]
    allowed = m[:, None] > m[None, :]
    paths = reach(made_masks([m, *degrees]))
    assert not (paths & ~allowed).any()


def test_wide_layers_reach_everything_that_is_allowed():
    m = input_degrees(torch.randperm(7))
    paths = reach(made_masks([m, hidden_degrees(7, 6), hidden_degrees(7, 13)]))
    assert torch.equal(paths, m[:, None] > m[None, :])


def test_a_mask_that_is_not_strict_leaks():
    m = input_degrees(torch.arange(5))
    degrees = [m, hidden_degrees(5, 8)]
    leaky = [made_masks(degrees)[0], m[:, None] >= degrees[-1][None, :]]
    assert reach(leaky).diagonal().any(), "the reachability test cannot fail"


def test_hidden_degrees_are_sorted_and_cover_all():
    assert hidden_degrees(10, 9).tolist() == list(range(1, 10))
    assert hidden_degrees(1, 3).tolist() == [1, 1, 1]
    degrees = hidden_degrees(784, 500)
    assert degrees[0] == 1 and degrees[-1] == 783 and (degrees.diff() >= 0).all()


@pytest.mark.parametrize("direct", [False, True])
@pytest.mark.parametrize("hidden", [(11,), (3, 20), (9, 7, 8)])
def test_the_jacobian_is_strictly_triangular_in_the_order(hidden, direct):
    with seeded(0):
        order = torch.randperm(6)
        network = MaskedMLP(6, hidden, params=2, ordering=order, direct=direct, activation=torch.tanh)
        x = torch.randn(6)
    j = jacobian(lambda v: network(v).sum(-1), x)[order][:, order]
    assert j.triu().abs().max() == 0
    assert j[1:].abs().sum(1).min() > 0, "an output that sees nothing"


@pytest.mark.parametrize("direct", [False, True])
@pytest.mark.parametrize("dim, hidden", [(1, (4,)), (2, (1,)), (9, (5,)), (9, (30, 4, 17))])
def test_steps_equal_the_full_pass_in_any_order(dim, hidden, direct):
    with seeded(1):
        network = MaskedMLP(dim, hidden, params=3, ordering=torch.randperm(dim), direct=direct).double()
        x, other = torch.randn(4, dim, dtype=torch.float64), torch.randperm(dim)
    for order in (network.ordering, other):
        params, state = network.start(4, order)
        steps = [params]
        for d in order[:-1]:
            params, state = network.step(state, x[:, d])
            steps.append(params)
        torch.testing.assert_close(torch.stack(steps, 1), network(x, order)[:, order])
    with pytest.raises(ValueError, match="step was called after all"):
        network.step(state, x[:, 0])


def test_every_hidden_unit_is_computed_once():
    counted = []

    def counting_relu(h):
        counted.append(h.shape[0])
        return h.relu()

    network = MaskedMLP(12, (30, 7), activation=counting_relu)
    _, state = network.start(5)
    for _ in range(11):
        _, state = network.step(state, torch.randn(5))
    assert sum(counted) == 37


def test_another_order_in_the_call_equals_a_network_built_with_it():
    with seeded(0):
        network, order = MaskedMLP(8, (16, 16), direct=True), torch.randperm(8)
        x = torch.randn(3, 8)
    built = MaskedMLP(8, (16, 16), ordering=order, direct=True)
    state = {k: v for k, v in network.state_dict().items() if "mask" not in k and k != "ordering"}
    built.load_state_dict(state, strict=False)
    torch.testing.assert_close(network(x, order), built(x))


def test_drawn_degrees_keep_the_order():
    with seeded(0):
        network, x = MaskedMLP(6, (20, 20), activation=torch.tanh), torch.randn(6)
        degrees = draw_degrees(6, (20, 20))
    j = jacobian(lambda v: network(v, degrees=degrees)[..., 0], x)
    assert j.triu().abs().max() == 0 and j.abs().max() > 0


def test_loaded_weights_bring_their_masks_and_copies_are_independent():
    with seeded(0):
        a, b, x = MaskedMLP(6, (9,), ordering=torch.randperm(6)), MaskedMLP(6, (9,)), torch.randn(2, 6)
    b.load_state_dict(a.state_dict())
    torch.testing.assert_close(a(x), b(x))
    before, c = a(x), copy.deepcopy(a)
    with torch.no_grad():
        for p in c.parameters():
            p.zero_()
    torch.testing.assert_close(a(x), before)


def test_masked_weights_stay_zero_under_training():
    layer = MaskedLinear(torch.tensor([[True, False], [True, True]]), params=2)
    x = torch.randn(5, 2, requires_grad=True)
    layer(x).square().sum().backward()
    assert layer.weight.grad.shape == (4, 2)
    assert layer.weight.grad[:2, 1].abs().max() == 0 and layer.weight.grad[2:].abs().min() > 0


def test_dropout_acts_in_training_only():
    network = MaskedMLP(5, (50,), dropout=0.5)
    x = torch.randn(2, 5)
    assert not torch.equal(network(x), network(x))
    network.eval()
    assert torch.equal(network(x), network(x))


@pytest.mark.parametrize(
    "arguments, error, match",
    [
        ({"dim": 0}, ValueError, "dim is 0"),
        ({"dim": 2.0}, TypeError, "dim is 2.0"),
        ({"dim": 2**40}, ValueError, "dim is"),
        ({"dim": 3, "hidden": ()}, ValueError, "expected at least one layer"),
        ({"dim": 3, "hidden": (0,)}, ValueError, "a hidden width is 0"),
        ({"dim": 3, "dropout": 1.0}, ValueError, "dropout 1.0"),
        ({"dim": 3, "ordering": torch.tensor([0, 0, 1])}, ValueError, "ordering does not hold each"),
        ({"dim": 3, "ordering": torch.tensor([0.0, 1.0, 2.0])}, ValueError, "ordering has shape"),
        ({"dim": 3, "ordering": torch.arange(4)}, ValueError, "ordering has shape"),
        ({"dim": 3, "ordering": [0, 1, 2]}, TypeError, "ordering is a list"),
    ],
)
def test_bad_sizes_and_orders_are_named(arguments, error, match):
    with pytest.raises(error, match=match):
        MaskedMLP(**arguments)
