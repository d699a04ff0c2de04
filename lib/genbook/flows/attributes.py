"""Attributes as directions in the noise of a flow."""

from torch import Tensor

from genbook.checks import check_batch


def attribute_direction(z: Tensor, attribute: Tensor, share: float = 0.25) -> Tensor:
    """Return mean z where the attribute is high minus mean z where it is low (Kingma and Dhariwal 2018, section 6).

    Args:
        z: noise of images whose attribute is known, (N, *event).
        attribute: its value for each, (N,).
        share: the share of images that count as high, and as low.

    Raises:
        TypeError, ValueError: shapes do not fit, or the share leaves no images or overlaps.

    >>> import torch
    >>> attribute_direction(torch.tensor([[0.0], [1.0], [4.0], [6.0]]), torch.tensor([0.0, 1.0, 2.0, 3.0]))
    tensor([6.])
    """
    check_batch(z, z.shape[1:] if isinstance(z, Tensor) else (), "z")
    if not isinstance(attribute, Tensor) or attribute.shape != z.shape[:1]:
        raise ValueError(f"attribute does not fit, expected one value for each of the {len(z)} rows of z.")
    count = int(share * len(z))
    if count < 1 or 2 * count > len(z):
        raise ValueError(f"share is {share} of {len(z)} rows, expected at least one row on each side and at most half.")
    order = attribute.argsort()
    return z[order[-count:]].mean(0) - z[order[:count]].mean(0)
