"""Score-function and pathwise estimators on a Gaussian and a Bernoulli, where the gradient is known."""

import pytest
import torch
from torch.distributions import Normal

from genbook.numerics import (
    control_coefficient,
    leave_one_out,
    optimal_baseline,
    pathwise_gradients,
    score_function_gradients,
    scores,
    seeded,
)

THETA = torch.tensor([0.7, -0.4], dtype=torch.float64)  # mean and log scale
N = 40_000


def is_unbiased(draws, truth):
    """Whether the mean of the draws (n, P) is within four standard errors of the truth in every component."""
    error = draws.std(0) / len(draws) ** 0.5
    return bool(((draws.mean(0) - truth).abs() <= 4 * error).all())


def assert_unbiased(draws, truth):
    assert is_unbiased(draws, truth), f"{draws.mean(0)} is more than 4 standard errors from {truth}"


def log_q(theta, x):
    return Normal(theta[0], theta[1].exp()).log_prob(x)


def transform(theta, eps):
    return theta[0] + theta[1].exp() * eps


def cube(x):
    return x**3


def truth():
    """E[x^3] = m^3 + 3 m s^2, differentiated by hand with respect to m and log s."""
    m, variance = THETA[0], (2 * THETA[1]).exp()
    return torch.stack([3 * m**2 + 3 * variance, 6 * m * variance])


def draws(seed=0):
    with seeded(seed):
        eps = torch.randn(N, dtype=torch.float64)
    return eps, transform(THETA, eps)


def test_both_estimators_are_unbiased_and_the_pathwise_one_varies_less():
    eps, x = draws()
    score = score_function_gradients(cube(x), scores(log_q, THETA, x))
    path = pathwise_gradients(cube, transform, THETA, eps)
    assert_unbiased(score, truth())
    assert_unbiased(path, truth())
    assert (score.var(0) > 2 * path.var(0)).all()


def test_scores_average_to_zero_and_equal_the_formula():
    _, x = draws()
    score = scores(log_q, THETA, x)
    z = (x - THETA[0]) / THETA[1].exp()
    torch.testing.assert_close(score, torch.stack([z / THETA[1].exp(), z.square() - 1], 1))
    assert_unbiased(score, torch.zeros(2, dtype=torch.float64))


def test_baselines_keep_the_mean_and_lower_the_variance():
    _, x = draws()
    values, score = cube(x) + 5, scores(log_q, THETA, x)
    _, other = draws(seed=1)
    best = optimal_baseline(cube(other) + 5, scores(log_q, THETA, other))
    plain = score_function_gradients(values, score)
    for baseline in (5.0, best, leave_one_out(values)):
        gradient = score_function_gradients(values, score, baseline)
        assert_unbiased(gradient, truth())
        assert (gradient.var(0) < plain.var(0)).all()
    least = score_function_gradients(values, score, best).var(0)
    for shift in (-2.0, 2.0):
        assert (score_function_gradients(values, score, best + shift).var(0) > least).all()


def test_a_baseline_that_sees_its_own_draw_is_biased():
    _, x = draws()
    score = scores(log_q, THETA, x)
    broken = score_function_gradients(cube(x), score, 0.5 * cube(x)[:, None])
    assert not is_unbiased(broken, truth())


def test_forgetting_the_distribution_gives_half_the_gradient():
    """The broken twin of the chapter: x is treated as a constant, so E_q[f_theta] loses the part through q."""
    eps, _ = draws()
    stopped = pathwise_gradients(cube, lambda theta, e: transform(theta.detach(), e) + 0 * theta[0], THETA, eps)
    assert not is_unbiased(stopped + 1e-9 * eps[:, None], truth())


def test_a_control_variate_removes_the_share_that_it_explains():
    _, x = draws()
    score = scores(log_q, THETA, x)
    gradient = score_function_gradients(cube(x), score)
    c = control_coefficient(gradient, score)  # the score itself, whose mean is zero
    controlled = gradient - c * score
    correlation = torch.stack([torch.corrcoef(torch.stack([gradient[:, i], score[:, i]]))[0, 1] for i in range(2)])
    torch.testing.assert_close(controlled.var(0), gradient.var(0) * (1 - correlation.square()))
    assert_unbiased(controlled, truth())


def test_a_discrete_distribution_has_a_score_function_gradient():
    theta = torch.tensor([0.3])
    with seeded(0):
        x = torch.bernoulli(theta.sigmoid().expand(N))
    score = scores(lambda t, b: b * t[0] - torch.nn.functional.softplus(t[0]), theta, x)
    p = theta.sigmoid()
    assert_unbiased(score_function_gradients((x - 0.45).square(), score), p * (1 - p) * (0.55**2 - 0.45**2))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: scores(log_q, torch.zeros(2, 2), torch.zeros(3)), "one floating vector"),
        (lambda: scores(log_q, torch.zeros(2, dtype=torch.int64), torch.zeros(3)), "one floating vector"),
        (lambda: score_function_gradients(torch.zeros(3), torch.zeros(4, 2)), "expected \\(n,\\)"),
        (lambda: score_function_gradients(torch.zeros(3, 1), torch.zeros(3, 2)), "expected \\(n,\\)"),
        (lambda: leave_one_out(torch.zeros(1)), "n >= 2"),
    ],
)
def test_bad_input_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
