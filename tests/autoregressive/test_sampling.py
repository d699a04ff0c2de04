"""Ancestral sampling: the fast path against D full passes, inpainting against enumeration."""

import pytest
import torch

from genbook.autoregressive import MADE, NADE, RNADE
from genbook.autoregressive.sampling import ancestral, ancestral_naive, fixed_point
from genbook.nn import MaskedMLP
from genbook.nn.outputs import Bernoulli, Categorical, DiscretizedLogisticMixture, Gaussian
from genbook.numerics import all_states, seeded
from tests.cases import lively


def made(output, dim=12):
    network = MaskedMLP(dim, (20, 30), output.size, torch.randperm(dim), direct=True)
    return MADE(network, output).eval().double()


def models():
    with seeded(0):
        return {
            "bernoulli": made(Bernoulli()),
            "categorical": made(Categorical(5)),
            "logistic": made(DiscretizedLogisticMixture(17, 3)),
            "gaussian": made(Gaussian()),
            "nade": NADE(12, 20, Bernoulli(), torch.randperm(12)).double(),
            "rnade": RNADE(12, 20, 3, torch.randperm(12)).double(),
        }


@pytest.mark.parametrize("temperature", [1.0, 0.5])
@pytest.mark.parametrize("k", [0, 5, 12])
@pytest.mark.parametrize("key", models())
def test_the_fast_path_gives_the_draws_of_full_passes(key, k, temperature):
    model = models()[key]
    with seeded(1):
        u = torch.rand(40, 12, dtype=torch.float64)
        prefix = model.sample(40)[:, model.order][:, :k]
    fast = ancestral(model, u, prefix, temperature)
    torch.testing.assert_close(fast, ancestral_naive(model, u, prefix, temperature), rtol=1e-7, atol=1e-7)
    assert torch.equal(fast[:, model.order][:, :k], prefix)


@pytest.mark.parametrize("key", models())
def test_passes_over_all_variables_end_at_the_draws_of_steps(key):
    model = models()[key]
    with seeded(1):
        u = torch.rand(40, 12, dtype=torch.float64)
    x, passes = fixed_point(model, u)
    torch.testing.assert_close(x, ancestral(model, u), rtol=1e-7, atol=1e-7)
    assert 1 <= passes <= 12


def test_variables_that_ignore_each_other_need_one_pass_and_a_chain_of_copies_needs_all():
    with seeded(0):
        model, u = made(Bernoulli()), torch.rand(3, 12, dtype=torch.float64)
        for parameter in model.network.parameters():
            parameter.data.zero_()
        _, passes = fixed_point(model, u)
    assert passes == 2, "one pass to draw, one to see that nothing changes"
    model = MADE(MaskedMLP(12, (11,), 1), Bernoulli()).double()
    hidden, output = model.network.layers[0], model.network.output
    hidden.weight.data, output.weight.data = torch.eye(11, 12).double(), torch.zeros(12, 11).double()
    output.weight.data[1:] = 60 * torch.eye(11).double()  # variable t repeats variable t - 1
    hidden.bias.data.zero_()
    output.bias.data[:] = -30
    output.bias.data[0] = 30  # and the first one is 1
    x, passes = fixed_point(model, torch.full((1, 12), 0.5, dtype=torch.float64))
    assert x.min() == 1
    assert passes == 12, "the news travels one variable a pass"


def test_identical_draws_in_single_precision_at_the_size_of_an_image():
    with seeded(0):
        model = MADE(MaskedMLP(784, (100,)), Bernoulli())
        u = torch.rand(8, 784)
    assert torch.equal(ancestral(model, u), ancestral_naive(model, u))


def test_completing_a_prefix_follows_the_conditional_of_the_table():
    with seeded(0):
        model = lively(MADE(MaskedMLP(4, (16,), ordering=torch.tensor([2, 0, 3, 1])), Bernoulli()))
        u = torch.rand(40_000, 4)
    x = ancestral(model, u, torch.tensor([[1.0, 0.0]]).expand(40_000, 2))  # x_2 = 1, x_0 = 0
    states = all_states(4)
    kept = (states[:, 2] == 1) & (states[:, 0] == 0)
    with torch.no_grad():
        p = model.log_prob(states[kept]).exp()
    p = p / p.sum()
    index = (x[:, 1] * 2 + x[:, 3]).long()  # states[kept] is sorted by x_1, then x_3
    share = torch.bincount(index, minlength=4) / 40_000
    torch.testing.assert_close(share, p, rtol=0, atol=0.01)


def test_a_low_temperature_takes_the_most_likely_value_each_time():
    with seeded(0):
        model = lively(MADE(MaskedMLP(6, (16,)), Bernoulli()))
        cold = ancestral(model, torch.rand(50, 6), temperature=1e-6)
    assert (cold == cold[0]).all()
    with torch.no_grad():
        assert torch.equal(cold[0], (model.conditionals(cold[:1])[0, :, 0] > 0).float())


@pytest.mark.parametrize(
    "u, prefix, temperature, match",
    [
        (torch.rand(3, 5), None, 1.0, "u has shape"),
        (torch.rand(4), None, 1.0, "u has shape"),
        (torch.ones(3, 4).long(), None, 1.0, "u has dtype"),
        (torch.rand(3, 4), torch.zeros(2, 1), 1.0, "prefix has shape"),
        (torch.rand(3, 4), torch.zeros(3, 5), 1.0, "prefix has shape"),
        (torch.rand(3, 4), torch.full((3, 1), 0.5), 1.0, "holds 0.5"),
        (torch.rand(3, 4), None, 0.0, "temperature is"),
    ],
)
@pytest.mark.parametrize("sample", [ancestral, ancestral_naive])
def test_bad_input_is_named(sample, u, prefix, temperature, match):
    with pytest.raises((TypeError, ValueError), match=match):
        sample(MADE(MaskedMLP(4, (5,)), Bernoulli()), u, prefix, temperature)
