"""Walks and directions in the space of the noise that a generator reads."""

import torch
from torch import Tensor

from genbook.checks import check_batch, check_finite


def lerp(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """Return the straight line (1 - t) a + t b: a and b (B, K), t (T,) -> (T, B, K).

    Halfway between two independent draws from N(0, I) the squared norm is only half of what it is at their ends.

    >>> lerp(torch.zeros(1, 2), torch.ones(1, 2), torch.tensor([0.5]))
    tensor([[[0.5000, 0.5000]]])
    """
    _check_pair(a, b, t)
    t = t[:, None, None]
    return (1 - t) * a + t * b


def slerp(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """Return the arc [sin((1 - t) w) a + sin(t w) b] / sin w, w the angle between a and b (Shoemake 1985, section 3.3).

    a and b (B, K), t (T,) -> (T, B, K). Between vectors of one norm the arc keeps that norm (White 2016). Where a and b
    are parallel to within 1e-4 the straight line stands in; opposite vectors have no unique arc and raise.

    >>> a, b = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]])
    >>> slerp(a, b, torch.tensor([0.5]))
    tensor([[[0.7071, 0.7071]]])
    """
    _check_pair(a, b, t)
    cosine = torch.nn.functional.cosine_similarity(a, b, dim=1)[:, None]  # (B, 1)
    if bool((cosine < -1 + 1e-6).any()):
        raise ValueError("a and b point in opposite directions, expected a unique arc between them: draw another pair.")
    angle = cosine.clamp(-1, 1).acos()
    t = t[:, None, None]  # (T, 1, 1)
    arc = (((1 - t) * angle).sin() * a + (t * angle).sin() * b) / angle.sin().clamp_min(1e-12)
    return torch.where(angle > 1e-4, arc, (1 - t) * a + t * b)


def attribute_direction(z: Tensor, values: Tensor, share: float = 0.2) -> Tensor:
    """Return mean z of the images with the most of an attribute minus mean z of those with the least, (K,).

    z (N, K) are codes and values (N,) what was measured on their images; `share` of the images stands at each end. This
    is the vector arithmetic of Radford et al. (2016, section 6.3.2) with many examples on both sides.

    Raises:
        TypeError, ValueError: z and values do not fit, are not finite, or share leaves an end empty or exceeds a half.

    >>> attribute_direction(torch.tensor([[0.0], [1.0], [2.0], [3.0]]), torch.tensor([5.0, 6.0, 7.0, 8.0]), 0.25)
    tensor([3.])
    """
    check_batch(z, z.shape[1:] if isinstance(z, Tensor) and z.dim() == 2 else (1,), "z")
    check_batch(values, (), "values")
    check_finite(z, "z")
    check_finite(values, "values")
    count = int(share * len(z))
    if len(values) != len(z) or count < 1 or share > 0.5:
        raise ValueError(
            f"there are {len(z)} codes, {len(values)} values and a share of {share}, expected as many values as codes, "
            "and a share of at most 0.5 that holds at least one."
        )
    order = values.argsort()
    return z[order[-count:]].mean(0) - z[order[:count]].mean(0)


def _check_pair(a: Tensor, b: Tensor, t: Tensor) -> None:
    check_batch(a, a.shape[1:] if isinstance(a, Tensor) and a.dim() == 2 else (1,), "a")
    check_batch(b, a.shape[1:], "b")
    check_batch(t, (), "t")
    if len(a) != len(b):
        raise ValueError(f"there are {len(a)} starts and {len(b)} ends, expected one end a start.")
