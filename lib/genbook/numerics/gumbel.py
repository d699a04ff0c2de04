"""Drawing categories by adding noise to logits: exactly with a maximum, differentiably with a softmax in its place.

(Jang et al. 2017; Maddison et al. 2017.) The last dimension holds the K categories; u are uniform numbers in (0, 1).
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor


def gumbel(u: Tensor) -> Tensor:
    """Return -log(-log u), the standard Gumbel quantile at u, elementwise; 0 and 1 are moved inside."""
    eps = torch.finfo(u.dtype).tiny
    return -(-u.clamp(eps, 1 - torch.finfo(u.dtype).eps / 2).log()).log()


def gumbel_max(logits: Tensor, u: Tensor) -> Tensor:
    """Return the one-hot argmax_k (logits_k + gumbel_k), an exact draw from softmax(logits); (..., K) -> (..., K).

    >>> gumbel_max(torch.tensor([0.0, 9.0]), torch.tensor([0.5, 0.5]))
    tensor([0., 1.])
    """
    _check(logits, u)
    return F.one_hot((logits + gumbel(u)).argmax(-1), logits.shape[-1]).to(logits.dtype)


def gumbel_softmax(logits: Tensor, u: Tensor, temperature: float) -> Tensor:
    """Return softmax((logits + gumbel) / temperature): a point of the simplex that is differentiable in the logits.

    As the temperature falls it tends to `gumbel_max` with the same u, and the variance of its gradient grows; at any
    positive temperature the gradient of E[f] is biased.

    Raises:
        ValueError: the temperature is not positive or the shapes differ.
    """
    _check(logits, u, temperature)
    return ((logits + gumbel(u)) / temperature).softmax(-1)


def straight_through(logits: Tensor, u: Tensor, temperature: float) -> Tensor:
    """Return the one-hot draw of `gumbel_max` with the gradient of `gumbel_softmax` (Jang et al. 2017, section 2.2)."""
    soft = gumbel_softmax(logits, u, temperature)
    hard = F.one_hot(soft.argmax(-1), soft.shape[-1]).to(soft.dtype)
    return hard + soft - soft.detach()


def concrete_log_prob(y: Tensor, logits: Tensor, temperature: float) -> Tensor:
    """Return the log-density of `gumbel_softmax` at y on the simplex in nats, (..., K) -> (...,).

    With respect to Lebesgue measure on the first K - 1 coordinates (Maddison et al. 2017).
    """
    _check(logits, y, temperature)
    k = y.shape[-1]
    log_weight = logits.log_softmax(-1) - temperature * y.log()  # (..., K)
    normaliser = math.lgamma(k) + (k - 1) * math.log(temperature)
    return normaliser + (log_weight - y.log()).sum(-1) - k * log_weight.logsumexp(-1)


def _check(logits: Tensor, u: Tensor, temperature: float = 1.0) -> None:
    if logits.shape[-1:] != u.shape[-1:] or logits.dim() == 0:
        raise ValueError(
            f"logits end in {tuple(logits.shape)[-1:]} and the other in {tuple(u.shape)[-1:]}, expected K alike."
        )
    if not 0.0 < temperature < float("inf"):
        raise ValueError(f"temperature is {temperature}, expected a positive number.")
