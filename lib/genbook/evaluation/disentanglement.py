"""How much each latent variable tells about each known factor, and whether each factor has a variable of its own."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from genbook.checks import check_count
from genbook.evaluation.inputs import check_matrix


class DCI(NamedTuple):
    """Shares from 0 to 1: disentanglement, completeness and informativeness (Eastwood & Williams 2018).

    disentanglement: a variable tells about one factor only; completeness: a factor is told by one variable only;
    informativeness: share of held-out factor values that are predicted right, mean over factors.
    """

    disentanglement: float
    completeness: float
    informativeness: float


def code_information(mean: Tensor, scale: Tensor, factors: Tensor, draws: int = 1) -> Tensor:
    """Return the mutual information I(z_j; v_k) in nats of K latent variables with F factors, shape (K, F).

    The rows are a world of N equally likely images with q(z_j | x_n) = N(mean_nj, scale_nj^2) and factor values v_nk.
    Then q(z_j) and q(z_j | v_k) are mixtures of these Gaussians, and only the expectation over z_j is estimated, by
    `draws` draws for every image (Chen et al. 2018, section 4.1). On a sample from a larger world, narrow posteriors
    let the estimate run high. Memory grows with draws * N^2.

    Args:
        mean, scale: (N, K), the marginals of the posteriors; they need not be independent of each other.
        factors: int64 (N, F), each factor with values from 0.

    Raises:
        TypeError, ValueError: wrong shapes or dtypes, scales that are not positive, a factor with a single value.
    """
    _check(mean, factors)
    if mean.shape != scale.shape or not (scale > 0).all():
        raise ValueError(f"scale has shape {tuple(scale.shape)}, expected positive numbers of shape {mean.shape}.")
    check_count(draws, "draws")
    mean, scale = mean.detach().double().cpu(), scale.detach().double().cpu()
    z = mean + scale * torch.randn(draws, *mean.shape, dtype=mean.dtype)  # (draws, N, K)
    rows = [_information(z[..., j].flatten(), mean[:, j], scale[:, j], factors) for j in range(mean.shape[1])]
    return torch.stack(rows)


def factor_entropies(factors: Tensor) -> Tensor:
    """Return the entropy of every factor over the rows in nats: int64 (N, F) -> (F,).

    >>> factor_entropies(torch.tensor([[0], [1], [0], [1]])).exp()
    tensor([2.], dtype=torch.float64)
    """
    shares = [column.bincount().double() / len(column) for column in factors.T]
    return torch.stack([-torch.special.xlogy(p, p).sum() for p in shares])


def mutual_information_gap(information: Tensor, entropies: Tensor) -> float:
    """Return MIG: the mean over factors of (largest - second largest I(z_j; v_k)) / H(v_k) (Chen et al. 2018, eq. 6).

    1: every factor is known from one latent variable, and no other variable says anything about it. Estimates of the
    information that fall below 0 count as 0.

    Args:
        information: (K, F) in nats, from `code_information`, K at least 2.
        entropies: (F,) in nats, from `factor_entropies`.

    >>> mutual_information_gap(torch.tensor([[0.5, 0.0], [0.25, 0.5]]), torch.tensor([1.0, 0.5]))
    0.625
    """
    check_matrix(information, "information", "F")
    if len(information) < 2 or entropies.shape != information.shape[1:]:
        raise ValueError(
            f"information has shape {tuple(information.shape)} and entropies {tuple(entropies.shape)}, expected "
            "(K, F) with K at least 2, and (F,)."
        )
    first, second = information.clamp(min=0).topk(2, dim=0).values  # each (F,)
    return float(((first - second) / entropies).mean())


def forest_importance(codes: Tensor, factors: Tensor, trees: int = 30) -> tuple[Tensor, float]:
    """Return how much random forests use each variable for each factor, (K, F), and their mean held-out accuracy.

    One forest a factor learns to tell its value from all variables, on a random half of the rows; every tree may use
    every variable. Columns sum to 1 (Eastwood & Williams 2018, section 4.3).

    Args:
        codes: (N, K), usually posterior means.
        factors: int64 (N, F).
    """
    from sklearn.ensemble import RandomForestClassifier  # noqa: PLC0415 - slow to import

    _check(codes, factors)
    check_count(trees, "trees")
    z, v = codes.detach().cpu().numpy(), factors.cpu().numpy()
    order = torch.randperm(len(z), generator=torch.Generator().manual_seed(0)).numpy()
    fitted, held_out = order[::2], order[1::2]
    columns, accuracies = [], []
    for k in range(v.shape[1]):
        forest = RandomForestClassifier(trees, max_features=None, random_state=0).fit(z[fitted], v[fitted, k])
        columns.append(torch.from_numpy(forest.feature_importances_))
        accuracies.append(forest.score(z[held_out], v[held_out, k]))
    return torch.stack(columns, 1), sum(accuracies) / len(accuracies)


def dci(importance: Tensor, informativeness: float) -> DCI:
    """Return the scores of a matrix (K, F) of importances of variables for factors (Eastwood & Williams 2018, sec. 2).

    Disentanglement of variable j is 1 - entropy of its row in units of log F, completeness of factor k is 1 - entropy
    of its column in units of log K; both are averaged with the share of all importance that the row or column holds.

    >>> dci(torch.eye(2), 1.0)
    DCI(disentanglement=1.0, completeness=1.0, informativeness=1.0)
    """
    check_matrix(importance, "importance", "F")
    if min(importance.shape) < 2 or (importance < 0).any() or importance.sum() == 0:
        raise ValueError(
            f"importance has shape {tuple(importance.shape)}, expected (K, F) with at least two rows and columns, "
            "no negative entry and not only zeros."
        )
    share = importance.double() / importance.double().sum()
    return DCI(_concentration(share), _concentration(share.T), informativeness)


def _concentration(share: Tensor) -> float:
    """Return 1 - the normalised entropy within rows, weighted by their sums."""
    weight = share.sum(1)  # (rows,)
    p = share / weight.clamp(min=torch.finfo(share.dtype).tiny)[:, None]
    entropy = -torch.special.xlogy(p, p).sum(1) / math.log(share.shape[1])
    return float((weight * (1 - entropy)).sum())


def _information(z: Tensor, mean: Tensor, scale: Tensor, factors: Tensor) -> Tensor:
    """Return I(z; v_k) of one variable: draws z (S,) with S a multiple of N, mixture components (N,) -> (F,)."""
    log_density = -0.5 * ((z[:, None] - mean) / scale).square() - scale.log()  # (S, N), up to a constant
    density = (log_density - log_density.amax(1, keepdim=True)).exp()
    total = density.mean(1)  # (S,), proportional to q(z)
    result = []
    for values in factors.cpu().T:
        members = torch.nn.functional.one_hot(values).double()  # (N, V)
        given = (density @ members) / members.sum(0)  # (S, V), proportional to q(z | v)
        own = given.gather(1, values.repeat(len(z) // len(values))[:, None]).squeeze(1)
        result.append((own / total).log().mean())
    return torch.stack(result)


def _check(codes: Tensor, factors: Tensor) -> None:
    """Raise unless codes are finite (N, K) and factors int64 (N, F), each factor with at least two values from 0."""
    check_matrix(codes, "codes", "K")
    if factors.dtype != torch.int64 or factors.dim() != 2 or len(factors) != len(codes):
        raise ValueError(
            f"factors have shape {tuple(factors.shape)} and dtype {factors.dtype}, expected int64 ({len(codes)}, F): "
            "one row of factor values an example."
        )
    if factors.min() < 0 or (factors.amax(0) == factors.amin(0)).any():
        raise ValueError("a factor has a negative value or a single one, expected at least two values from 0.")
