"""How the two gradients of an expectation compare as the dimension grows, on a problem where everything is known.

f(x) = |x|^2 under q = N(theta, I) has E[f] = |theta|^2 + D and gradient 2 theta. At theta = 0 the variance of one
component of one draw's estimate is
    score function              (D + 2) (D + 4)
    with the optimal baseline   2 (D + 2)             (b = D + 2)
    pathwise                    4.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.distributions import Normal

from genbook.checks import check_count
from genbook.numerics.gradients import optimal_baseline, pathwise_gradients, score_function_gradients, scores


def gradients_of_square_norm(theta: Tensor, noise: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the score-function, baseline and pathwise gradients of E|x|^2 for every draw, each (n, D).

    theta (D,) is the mean, noise (n, D) standard normal; the baseline is estimated on the first half of the draws and
    used on the second, so the middle result has n - n // 2 rows.
    """
    x = theta + noise  # (n, D)
    values, half = x.square().sum(1), len(x) // 2
    score = scores(lambda mean, point: Normal(mean, 1.0).log_prob(point).sum(), theta, x)
    baseline = optimal_baseline(values[:half], score[:half])
    return (
        score_function_gradients(values, score),
        score_function_gradients(values[half:], score[half:], baseline),
        pathwise_gradients(lambda point: point.square().sum(), torch.add, theta, noise),
    )


def variance_over_dimension(dims: Sequence[int], n: int) -> Tensor:
    """Return the measured variance of one component at theta = 0, (len(dims), 3), columns as in the list above.

    The mean over the D components is taken; `n` draws are made from torch's generator (see `numerics.seeded`).
    """
    check_count(n, "n")
    rows = []
    for dim in dims:
        check_count(dim, "dim")
        gradients = gradients_of_square_norm(torch.zeros(dim), torch.randn(n, dim))
        rows.append(torch.stack([g.var(0).mean() for g in gradients]))
    return torch.stack(rows)


def exact_variance(dims: Tensor) -> Tensor:
    """Return what `variance_over_dimension` estimates, (M,) -> (M, 3)."""
    return torch.stack([(dims + 2) * (dims + 4), 2 * (dims + 2), torch.full_like(dims, 4)], dim=1)
