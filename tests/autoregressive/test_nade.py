"""NADE and RNADE: the pass in chunks against the plain loop over positions, in values and gradients."""

import pytest
import torch

from genbook.autoregressive import NADE, RNADE
from genbook.autoregressive.prefix_units import CHUNK, RELU, SIGMOID, prefix_outputs
from genbook.nn.outputs import Bernoulli, Categorical, DiscretizedLogisticMixture, Gaussian
from genbook.numerics import seeded


def loop(model, x):
    """The conditionals, one position at a time: `step` is the plain loop, and autograd goes through it."""
    params, state = model.start(len(x))
    rows = [params]
    for d in model.order[:-1]:
        params, state = model.step(state, x[:, d])
        rows.append(params)
    return torch.stack(rows, 1)[:, model.order.argsort()]


def instances():
    with seeded(0):
        yield "one", NADE(1, 4, Bernoulli()), 2
        yield "less than a chunk", NADE(CHUNK - 1, 12, Bernoulli(), torch.randperm(CHUNK - 1)), 2
        yield "a chunk", NADE(CHUNK, 12, Bernoulli(), torch.randperm(CHUNK)), 2
        yield "several", NADE(3 * CHUNK + 5, 31, Bernoulli(), torch.randperm(3 * CHUNK + 5)), 2
        yield "categorical", NADE(19, 16, Categorical(5)), 5
        yield "logistic", NADE(19, 16, DiscretizedLogisticMixture(17, 3)), 17
        yield "gaussian", NADE(19, 16, Gaussian(), torch.randperm(19)), None
        yield "rnade", RNADE(19, 16, 3, torch.randperm(19)), None


@pytest.mark.parametrize("model, levels", [pytest.param(m, n, id=i) for i, m, n in instances()])
def test_chunks_equal_the_loop_in_value_and_gradient(model, levels):
    with seeded(1):
        x = torch.randint(levels, (7, model.dim)).float() if levels else torch.randn(7, model.dim)
    x.requires_grad_()
    leaves = [x, *model.parameters()]
    results = []
    for conditionals in (model.conditionals(x), loop(model, x)):
        log_p = model.output.log_prob(x.detach(), conditionals).sum(1)
        results.append((log_p.detach(), torch.autograd.grad(log_p.mean(), leaves, allow_unused=True)))
    torch.testing.assert_close(results[0][0], results[1][0], rtol=1e-5, atol=1e-5)
    for a, b in zip(results[0][1], results[1][1], strict=True):
        torch.testing.assert_close(a, torch.zeros_like(a) if b is None else b, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("unit, scaled", [(SIGMOID, False), (SIGMOID, True), (RELU, True)])
def test_the_backward_pass_agrees_with_finite_differences(unit, scaled, size):
    with seeded(0):
        dim, hidden = CHUNK + 3, 4
        shapes = [(2, dim), (dim, hidden), (hidden,), (dim, size, hidden)] + ([(dim,)] if scaled else [])
        leaves = [torch.randn(shape, dtype=torch.float64, requires_grad=True) for shape in shapes]
    rho = leaves[4] if scaled else None
    assert torch.autograd.gradcheck(lambda *t: prefix_outputs(*t[:4], rho, unit), leaves)


def test_a_loop_with_one_position_too_many_is_told_apart():
    model = NADE(9, 8, Bernoulli())
    x = torch.randint(2, (3, 9)).float()
    shifted = prefix_outputs(model.output.embed(x), model.w, model.c, model.v.roll(1, 0), None, SIGMOID) + model.b
    with pytest.raises(AssertionError):
        torch.testing.assert_close(shifted, loop(model, x), rtol=1e-5, atol=1e-5)


def test_rnade_rescales_each_position():
    with seeded(0):
        model, x = RNADE(5, 8, 2), torch.randn(3, 5)
        before = model.conditionals(x).detach()
        with torch.no_grad():
            model.rho[3] = 0.0  # position 3 now sees nothing but its bias
    after = model.conditionals(x).detach()
    torch.testing.assert_close(after[:, 3], model.b[3].expand(3, -1).detach())
    keep = [0, 1, 2, 4]
    torch.testing.assert_close(after[:, keep], before[:, keep])


def test_memory_of_a_step_does_not_hold_all_units():
    # B D H numbers would be kept by a loop; the pass in chunks keeps B H numbers a chunk
    dim, batch, hidden = 20 * CHUNK, 4, 10
    with seeded(0):
        model = NADE(dim, hidden, Bernoulli())
        x = torch.randint(2, (batch, dim)).float()
    kept = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t) or t, lambda t: t):
        model.conditionals(x)
    activations = [t for t in kept if t.shape == (batch, hidden)]
    assert len(activations) == dim // CHUNK
    assert max(t.numel() for t in kept) < batch * dim * hidden


@pytest.mark.parametrize("bad", [{"dim": 0}, {"hidden": -1}, {"hidden": 2**60}])
def test_impossible_sizes_are_named(bad):
    with pytest.raises(ValueError, match=r"^(dim|hidden) is"):
        NADE(**{"dim": 3, "hidden": 4, "output": Bernoulli()} | bad)


def test_steps_past_the_end_and_of_a_wrong_length_are_named():
    model = NADE(2, 4, Bernoulli())
    _, state = model.start(3)
    with pytest.raises(ValueError, match="x_t has shape"):
        model.step(state, torch.zeros(2))
    _, state = model.step(state, torch.zeros(3))
    with pytest.raises(ValueError, match="step was called after all"):
        model.step(state, torch.zeros(3))
