"""Layers of image flows: masks over pixels, and space traded for channels."""

import torch
from torch import Tensor, nn
from torch.nn.functional import pixel_shuffle, pixel_unshuffle

from genbook.checks import check_batch, check_count
from genbook.flows.bijections import Bijection
from genbook.flows.transform import check_transform
from genbook.protocols import Transform


def checkerboard(height: int, width: int) -> Tensor:
    """Return a boolean (1, height, width) that is True where row and column add up to an even number.

    >>> checkerboard(2, 3).int()
    tensor([[[1, 0, 1],
             [0, 1, 0]]], dtype=torch.int32)
    """
    check_count(height, "height")
    check_count(width, "width")
    return ((torch.arange(height)[:, None] + torch.arange(width)) % 2 == 0)[None]


class MaskedCoupling(nn.Module):
    """A coupling by a mask over the event: what `kept` marks stays, the rest moves (Dinh et al. 2017, eq. 9).

    z = kept x + (1 - kept) g(x; network(kept x)). `kept` is boolean and broadcasts against an event, such as a
    `checkerboard` (1, H, W). `network` maps images (B, C, H, W) to (B, C * bijection.size, H, W), the parameters of one
    channel side by side; what it says about kept pixels is not used.

    Raises:
        TypeError, ValueError: `kept` is not a boolean mask of three axes, or keeps all or none.
    """

    def __init__(self, kept: Tensor, network: nn.Module, bijection: Bijection) -> None:
        """Keep the mask, the network and the bijection."""
        super().__init__()
        if not isinstance(kept, Tensor) or kept.dtype != torch.bool or kept.dim() != 3:
            raise TypeError("kept is no boolean mask of three axes, expected a truth value a channel, row and column.")
        if kept.all() or not kept.any():
            raise ValueError("kept marks all pixels or none, expected some that stay and some that move.")
        self.network, self.bijection = network, bijection
        self.register_buffer("kept", kept)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return z and log |det dz/dx|: (B, C, H, W) -> (B, C, H, W), (B,)."""
        params = self._params(x)
        return self._only_moved(x, *self.bijection.forward(x, params))

    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return x and log |det dx/dz|, by one pass of the network."""
        params = self._params(z)
        return self._only_moved(z, *self.bijection.inverse(z, params))

    def _params(self, x: Tensor) -> Tensor:
        check_images(x)
        if x.shape[2:] != self.kept.shape[1:]:
            raise ValueError(
                f"x has shape {tuple(x.shape)}, expected images of {tuple(self.kept.shape[1:])} pixels as the mask has."
            )
        params = self.network(x * self.kept)  # (B, C * size, H, W)
        return params.unflatten(1, (-1, self.bijection.size)).movedim(2, -1)  # (B, C, H, W, size)

    def _only_moved(self, before: Tensor, after: Tensor, log_scale: Tensor) -> tuple[Tensor, Tensor]:
        return torch.where(self.kept, before, after), (log_scale * ~self.kept).flatten(1).sum(1)


class Squeeze(nn.Module):
    """(B, C, H, W) -> (B, 4C, H/2, W/2): a block of 2x2 pixels becomes four channels (Dinh et al. 2017, section 3.6).

    >>> Squeeze()(torch.arange(4.0).view(1, 1, 2, 2))[0].shape
    torch.Size([1, 4, 1, 1])
    """

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the channels, and zeros: no volume changes."""
        check_images(x)
        if x.shape[2] % 2 or x.shape[3] % 2:
            raise ValueError(f"x has shape {tuple(x.shape)}, expected even sides: a squeeze joins 2x2 pixels.")
        return pixel_unshuffle(x, 2), x.new_zeros(len(x))

    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return the pixels, and zeros."""
        check_images(z, "z")
        if z.shape[1] % 4:
            raise ValueError(f"z has shape {tuple(z.shape)}, expected a multiple of four channels: 2x2 pixels each.")
        return pixel_shuffle(z, 2), z.new_zeros(len(z))


class Squeezed(nn.Module):
    """A transform of the squeezed image, and back to pixels: what comes out has the shape of what went in.

    Raises:
        TypeError: `inner` does not map both ways.
    """

    def __init__(self, inner: Transform) -> None:
        """Keep the transform that acts on (B, 4C, H/2, W/2)."""
        super().__init__()
        check_transform(inner, "inner")
        self.squeeze, self.inner = Squeeze(), inner

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return z and the log-determinant of `inner`: (B, C, H, W) -> (B, C, H, W), (B,)."""
        z, log_det = self.inner(self.squeeze(x)[0])
        return self.squeeze.inverse(z)[0], log_det

    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return x and the log-determinant of the inverse of `inner`."""
        x, log_det = self.inner.inverse(self.squeeze(z)[0])
        return self.squeeze.inverse(x)[0], log_det


def check_images(x: Tensor, name: str = "x") -> None:
    """Raise unless `x` is a floating batch of images (B, C, H, W)."""
    if isinstance(x, Tensor) and x.dim() != 4:
        raise ValueError(f"{name} has shape {tuple(x.shape)}, expected (B, C, H, W): a batch of images.")
    check_batch(x, x.shape[1:] if isinstance(x, Tensor) else (), name)


def check_image(shape: tuple[int, int, int], levels: int) -> None:
    """Raise unless `shape` is (C, H, W) with sides that can be halved `levels` times."""
    check_count(levels, "levels")
    if len(shape) != 3:
        raise ValueError(f"shape is {shape}, expected (C, H, W): channels, height and width of an image.")
    for size in shape:
        check_count(size, "a size of the image")
    if shape[1] % 2**levels or shape[2] % 2**levels:
        raise ValueError(f"shape is {shape}, expected sides that can be halved {levels} times: use fewer levels.")
