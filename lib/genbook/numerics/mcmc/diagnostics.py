"""How much several chains are worth, and whether they agree: autocorrelation, effective sample size, split R-hat.

Draws have shape (N, C, *event): N steps of C chains, as `torch.stack` makes them of the recorded states. Every number
is returned for each scalar of the event by itself. What these numbers cannot see is a mode that no chain has visited.
"""

import math

import torch
from torch import Tensor


def autocovariance(draws: Tensor) -> Tensor:
    """Return the autocovariance at lags 0 ... N - 1 of every chain, divided by N at every lag: (N, C, *event) as given.

    The mean of a chain is its own, so chains that sit in different places look uncorrelated; computed by FFT.

    Raises:
        TypeError, ValueError: `draws` is no floating tensor of shape (N, C, *event) with N >= 4, or not finite.
    """
    _check_draws(draws)
    n = len(draws)
    away = draws - draws.mean(0)
    spectrum = torch.fft.rfft(away, n=2 * n, dim=0)  # padded, so that the ends do not meet
    return torch.fft.irfft(spectrum.abs().square(), n=2 * n, dim=0)[:n] / n


def autocorrelation(draws: Tensor) -> Tensor:
    """Return the autocorrelation at lags 0 ... N - 1 of every chain, 1 at lag 0: (N, C, *event) as given.

    >>> autocorrelation(torch.tensor([1.0, -1.0, 1.0, -1.0])[:, None])[:, 0]
    tensor([ 1.0000, -0.7500,  0.5000, -0.2500])
    """
    covariance = autocovariance(draws)
    return covariance / covariance[0]


def effective_sample_size(draws: Tensor) -> Tensor:
    """Return how many independent draws would give the mean as accurately, (N, C, *event) -> (*event).

    N C / tau with tau = 1 + 2 sum_t rho_t; chains are halved and rho_t also counts what separates them (Vehtari et al.
    2021, eqs. 10 to 13). The sum stops where the sum of two neighbours turns negative and is kept from rising (Geyer
    1992, initial monotone sequence). At most N C log10(N C). NaN where nothing moves.

    Raises:
        TypeError, ValueError: `draws` is no floating tensor of shape (N, C, *event) with N >= 8, or not finite.

    >>> from genbook.numerics import seeded
    >>> with seeded(0):
    ...     draws = torch.randn(1000, 4)
    >>> bool((effective_sample_size(draws) / 4000 - 1).abs() < 0.1)
    True
    """
    _check_draws(draws, least=8)
    halves = _halves(draws)
    covariance = autocovariance(halves).mean(1)  # (N / 2, *event), mean over chains
    within, total = _variances(halves)  # (*event)
    rho = 1 - (within - covariance) / total  # (N / 2, *event)
    rho[0] = 1.0
    pairs = rho[: len(rho) // 2 * 2].unflatten(0, (-1, 2)).sum(1)  # (N / 4, *event), Geyer's Gamma_k
    positive = (pairs > 0).cumprod(0)
    tau = 2 * (pairs.cummin(0).values * positive).sum(0) - 1
    count = draws.shape[0] * draws.shape[1]
    return count / tau.clamp(min=1 / math.log10(count)) + 0 * within / within


def split_r_hat(draws: Tensor) -> Tensor:
    """Return the potential scale reduction of halved chains, (N, C, *event) -> (*event): 1 where they agree.

    sqrt(total variance / variance within), where the first can only be larger (Gelman et al. 2013, eq. 11.4). Above
    about 1.01 the chains have not mixed; at 1 they may all have missed the same thing. NaN where nothing moves.

    Raises:
        TypeError, ValueError: `draws` is no floating tensor of shape (N, C, *event) with N >= 4, or not finite.

    >>> split_r_hat(torch.tensor([[0.0, 4.0], [1.0, 5.0]] * 10)).round(decimals=2)
    tensor(4.4800)
    """
    _check_draws(draws)
    within, total = _variances(_halves(draws))
    return (total / within).sqrt()


def rank_normalised(draws: Tensor) -> Tensor:
    """Return normal scores of the ranks over all chains, (N, C, *event) as given (Vehtari et al. 2021, eq. 14).

    Give them to `split_r_hat` when the tails are too heavy for a variance; ranks of |draws - median| compare the scale
    of chains instead of their place. Equal values get neighbouring ranks, so it is for continuous variables.

    >>> rank_normalised(torch.tensor([[1.0, 50.0], [2.0, 1e9]])).round(decimals=2)
    tensor([[-1.0500,  0.3000],
            [-0.3000,  1.0500]])
    """
    flat = draws.flatten(0, 1)  # (N C, *event)
    rank = flat.argsort(0).argsort(0) + 1
    score = torch.special.ndtri((rank.to(draws.dtype) - 3 / 8) / (len(flat) + 1 / 4))
    return score.unflatten(0, draws.shape[:2])


def _halves(draws: Tensor) -> Tensor:
    """Cut every chain in two, the middle draw of an odd number left out: (N, C, *event) -> (N // 2, 2 C, *event)."""
    n = len(draws) // 2
    return torch.cat([draws[:n], draws[-n:]], 1)


def _variances(draws: Tensor) -> tuple[Tensor, Tensor]:
    """Return the mean variance W within a chain and the estimate (N - 1) / N W + B / N of the total, both (*event)."""
    n, chains = draws.shape[:2]
    within = draws.var(0).mean(0)
    between = draws.mean(0).var(0) if chains > 1 else torch.zeros_like(within)
    return within, (n - 1) / n * within + between


def _check_draws(draws: Tensor, least: int = 4) -> None:
    if not isinstance(draws, Tensor) or not draws.is_floating_point():
        kind = draws.dtype if isinstance(draws, Tensor) else type(draws).__name__
        raise TypeError(f"draws is of type {kind}, expected a floating tensor of shape (N, C, *event).")
    if draws.dim() < 2 or len(draws) < least or not draws.numel():
        raise ValueError(
            f"draws has shape {tuple(draws.shape)}, expected (N, C, *event) with N >= {least} steps of C chains."
        )
    if not torch.isfinite(draws).all():
        raise ValueError("draws holds NaN or infinite values, expected finite numbers: the chains have diverged.")
