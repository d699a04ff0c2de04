"""The losses of both players: values worked by hand, minima on finite spaces, finite values at extreme scores."""

import pytest
import torch

from genbook.gan import Hinge, LeastSquares, Minimax, NonSaturating, Wasserstein

P = torch.tensor([0.5, 0.3, 0.2, 0.0], dtype=torch.float64)
Q = torch.tensor([0.1, 0.2, 0.3, 0.4], dtype=torch.float64)
ALL = [Minimax(), NonSaturating(), LeastSquares(), Wasserstein(), Hinge()]


def on_a_finite_space(loss, scores):
    """Return the critic's loss with means under P and Q in place of batches: each state by its exact share."""
    real = scores.repeat_interleave((10 * P).round().long())
    fake = scores.repeat_interleave((10 * Q).round().long())
    return loss(real, fake)


def best_scores(objective, steps=4000, low=-30.0, high=30.0):
    """Return the scores, one a state, that minimise the critic's loss, found by gradient descent."""
    scores = torch.zeros(4, dtype=torch.float64, requires_grad=True)
    for _ in range(steps):
        (gradient,) = torch.autograd.grad(on_a_finite_space(objective.critic, scores), scores)
        with torch.no_grad():
            scores -= 2.0 * gradient
            scores.clamp_(low, high)
    return scores.detach()


@pytest.mark.parametrize(("real", "fake", "wanted"), [(1.0, 0.0, 1.0), (1.0, -1.0, 0.0), (2.0, 0.5, -1.0)])
def test_least_squares_critic_is_the_posterior_mean_of_the_codes(real, fake, wanted):
    best = best_scores(LeastSquares(real, fake, wanted), steps=500)
    assert torch.allclose(best, (real * P + fake * Q) / (P + Q), atol=1e-9)  # Mao et al. 2017, section 3


def test_least_squares_with_spread_codes_gives_half_of_pearsons_chi2():
    objective = LeastSquares(1.0, -1.0, 0.0)
    best = best_scores(objective, steps=500)
    c = objective.wanted_code
    value = ((P + Q) * (best - c).square()).sum() / 2  # both terms; the first does not depend on the generator
    chi2 = ((P + Q - 2 * Q).square() / (P + Q)).sum()  # chi2(2q || p + q) of the two measures of mass 2
    assert torch.isclose(2 * value, chi2, atol=1e-9)


def test_hinge_critic_is_the_sign_of_the_difference():
    best = best_scores(Hinge(), steps=500)
    assert torch.equal(best[[0, 1]] >= 1 - 1e-9, torch.tensor([True, True]))
    assert torch.equal(best[[2, 3]] <= -1 + 1e-9, torch.tensor([True, True]))
    value = on_a_finite_space(Hinge().critic, best)
    assert torch.isclose(value, 2 * torch.minimum(P, Q).sum(), atol=1e-9)  # 2 - |p - q|_1


def test_classifier_is_the_log_ratio():
    best = best_scores(Minimax(), low=-20.0, high=20.0)
    assert torch.allclose(best[:3], (P / Q).log()[:3], atol=1e-6)


def test_wasserstein_is_the_difference_of_means_and_ignores_a_constant():
    real, fake = torch.tensor([2.0, 4.0]), torch.tensor([1.0, 0.0, 2.0])
    assert Wasserstein().critic(real, fake).item() == -2.0
    assert Wasserstein().critic(real + 7, fake + 7).item() == -2.0
    assert Wasserstein().generator(fake).item() == -1.0


@pytest.mark.parametrize("objective", ALL, ids=lambda o: type(o).__name__)
def test_generator_gains_by_higher_scores(objective):
    scores = torch.tensor([-2.0, -0.5, 0.5], requires_grad=True)
    objective.generator(scores).backward()
    assert (scores.grad < 0).all()


@pytest.mark.parametrize("objective", ALL, ids=lambda o: type(o).__name__)
@pytest.mark.parametrize("extreme", [-1e4, 1e4])
def test_losses_and_their_gradients_are_finite_at_extreme_scores(objective, extreme):
    real = torch.full((3,), extreme, requires_grad=True)
    fake = torch.full((3,), -extreme, requires_grad=True)
    total = objective.critic(real, fake) + objective.generator(fake)
    total.backward()
    assert torch.isfinite(total) and torch.isfinite(real.grad).all() and torch.isfinite(fake.grad).all()


def test_hinge_is_flat_beyond_the_margin_and_the_difference_is_not():
    real, fake = torch.tensor([3.0], requires_grad=True), torch.tensor([-3.0], requires_grad=True)
    Hinge().critic(real, fake).backward()
    assert real.grad.item() == 0 and fake.grad.item() == 0
    real.grad = fake.grad = None
    Wasserstein().critic(real, fake).backward()
    assert real.grad.item() == -1 and fake.grad.item() == 1
