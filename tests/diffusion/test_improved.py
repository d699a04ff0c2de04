"""Learned variance, hybrid loss and importance-sampled steps against closed forms and enumeration."""

import math

import pytest
import torch
from torch import nn

from genbook.diffusion import DDPM, Discrete, Epsilon, LearnedVariance, LossAwareTimes, hybrid_loss, linear_betas
from genbook.numerics import seeded


class Pair(nn.Module):
    """A small network on (B, 1) that gives a mean and a v."""

    def __init__(self):
        super().__init__()
        self.mean, self.v = nn.Parameter(torch.tensor([0.7, -0.2])), nn.Parameter(torch.tensor([0.3, 0.1]))

    def forward(self, x, t):
        return torch.cat([torch.tanh(self.mean[0] * x + self.mean[1]), self.v[0] * x + self.v[1]], 1)


def model(steps=5):
    return DDPM(
        Pair(), Discrete(linear_betas(steps) / 30), (1,), levels=3, parametrisation=LearnedVariance(Epsilon())
    ).double()


def test_v_of_minus_one_and_one_are_the_two_variances_of_the_paper():
    x = torch.randn(4, 3, 2, 2).double()
    for v, blend in ((-1.0, 0.0), (1.0, 1.0), (0.0, 0.5)):
        found = LearnedVariance(Epsilon()).read(
            torch.cat([x, torch.full_like(x, v)], 1), x, torch.tensor(0.8), torch.tensor(0.6)
        )
        torch.testing.assert_close(found.blend, torch.full_like(x, blend))
        torch.testing.assert_close(found.eps, x)


@pytest.mark.parametrize("v, blend", [(-1.0, 0.0), (1.0, 1.0)])
def test_a_constant_v_is_the_chain_with_that_fixed_variance(v, blend):
    learned = model()
    learned.network.v.data = torch.tensor([0.0, v]).double()

    class First(nn.Module):
        def __init__(self, pair):
            super().__init__()
            self.pair = pair

        def forward(self, x, t):
            return self.pair(x, t)[:, :1]

    fixed = DDPM(First(learned.network), learned.schedule, (1,), levels=3, blend=blend).double()
    with seeded(0):
        x, t, eps = torch.randint(3, (50, 1)).double(), torch.randint(1, 6, (50,)), torch.randn(50, 1).double()
    torch.testing.assert_close(learned.bound_terms(x, t, eps), fixed.bound_terms(x, t, eps))


def test_the_bound_in_the_hybrid_loss_teaches_the_variance_only():
    with seeded(1):
        x, t, eps = torch.randint(3, (64, 1)).double(), torch.randint(1, 6, (64,)), torch.randn(64, 1).double()
    ddpm = model()
    simple = (ddpm.predict(x, t, eps).eps - eps).square().mean()
    of_mean = torch.autograd.grad(simple, ddpm.network.mean)[0]
    loss = hybrid_loss(ddpm, x, t, eps, weight=0.5)
    mean, v = torch.autograd.grad(loss.mean(), [ddpm.network.mean, ddpm.network.v])
    torch.testing.assert_close(mean, of_mean)
    bound = 0.5 * 5 * ddpm.bound_terms(x, t, eps).mean() / math.log(2)
    torch.testing.assert_close(v, torch.autograd.grad(bound, ddpm.network.v)[0])
    value = simple + bound
    torch.testing.assert_close(loss.mean(), value)


def test_the_best_variance_is_between_the_two_limits():
    """For data that are all one value the posterior is the truth, and its variance minimises the bound."""
    ddpm = model()
    ddpm.network.v.data = torch.zeros(2).double()
    x, t = torch.full((2000, 1), 1.0).double(), torch.full((2000,), 3)
    with seeded(2):
        eps = torch.randn(2000, 1).double()
    found = ddpm.predict(x, t, eps)
    x_0 = torch.zeros_like(x)  # level 1 of three
    costs = [ddpm.terms_of(found._replace(x_0=x_0, blend=torch.full_like(x, b)), x, t).mean() for b in (0.0, 0.3, 1.0)]
    assert costs[0] < 1e-12 < costs[1] < costs[2]


def test_steps_by_loss_follow_the_root_mean_square_and_stay_unbiased():
    times = LossAwareTimes(steps=4, memory=3, floor=0.1)
    torch.testing.assert_close(times.probabilities(), torch.full((4,), 0.25))
    sizes = torch.tensor([4.0, 1.0, 0.0, 3.0])
    for _ in range(5):
        times.update(torch.tensor([1, 2, 3, 4]), sizes)
    p = times.probabilities()
    torch.testing.assert_close(p, 0.9 * sizes / 8 + 0.1 / 4)
    with seeded(3):
        t, weights = times.draw(200_000)
    shares = torch.bincount(t - 1, minlength=4) / 200_000
    assert (shares - p).abs().max() < 0.005
    loss = torch.tensor([5.0, 2.0, 7.0, 1.0])
    assert (weights * loss[t - 1]).mean().item() == pytest.approx(loss.mean().item(), abs=0.1)


def test_steps_by_loss_have_the_least_variance_when_losses_are_known():
    loss = torch.tensor([8.0, 1.0, 0.5, 0.1])
    times = LossAwareTimes(steps=4, memory=1, floor=0.0)
    times.update(torch.tensor([1, 2, 3, 4]), loss)
    with seeded(4):
        t, weights = times.draw(1000)
    torch.testing.assert_close(weights * loss[t - 1], torch.full((1000,), loss.mean().item()))


def test_memory_forgets_and_state_survives():
    times = LossAwareTimes(steps=2, memory=2, floor=0.0)
    for size in (100.0, 1.0, 1.0):
        times.update(torch.tensor([1, 2]), torch.tensor([size, 1.0]))
    torch.testing.assert_close(times.probabilities(), torch.tensor([0.5, 0.5]))
    again = LossAwareTimes(steps=2, memory=2, floor=0.0)
    again.load_state_dict(times.state_dict())
    torch.testing.assert_close(again.probabilities(), times.probabilities())


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda: LossAwareTimes(0), "steps"),
        (lambda: LossAwareTimes(3, floor=1.5), "floor is 1.5"),
        (lambda: LossAwareTimes(3).draw(0), "n"),
        (
            lambda: LearnedVariance(Epsilon()).read(torch.zeros(1, 3), torch.zeros(1, 2), 1.0, 1.0),
            "expected twice as many",
        ),
    ],
)
def test_bad_input_is_refused(call, sentence):
    with pytest.raises((TypeError, ValueError), match=sentence):
        call()
