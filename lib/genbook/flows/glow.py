"""Glow: ActNorm, an invertible 1x1 convolution and an affine coupling, many times over."""

from collections.abc import Callable

from torch import Tensor, nn

from genbook.checks import check_count
from genbook.flows.bijections import Affine
from genbook.flows.conv_network import ConvNetwork
from genbook.flows.coupling import Coupling
from genbook.flows.flow import Flow
from genbook.flows.householder import random_rotation
from genbook.flows.images import Squeezed, check_image
from genbook.flows.linear_flow import PLU
from genbook.flows.multiscale import FactorOut
from genbook.flows.nice import halves
from genbook.flows.normalisation import ActNorm
from genbook.flows.transform import Chain, check_variables
from genbook.nn import StandardNormal


class InvertibleConv(nn.Module):
    """z = W x + b across the channels of every pixel, a 1x1 convolution, with W = P L U as in `PLU`.

    The log-determinant of an image is that of W, once a pixel: C additions instead of some C^3 operations. A new layer
    is a random rotation. See Kingma and Dhariwal (2018, eqs. 9 to 11).

    Raises:
        TypeError, ValueError: `channels` is not a whole number of at least 1.
    """

    def __init__(self, channels: int) -> None:
        """Draw a random rotation and factorise it."""
        super().__init__()
        self.linear = PLU(random_rotation(channels))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return z and the log-determinant: (B, C, ...) -> (B, C, ...), (B,)."""
        return self._at_every_pixel(x, self.linear.forward)

    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return x by two triangular systems, and minus the log-determinant."""
        return self._at_every_pixel(z, self.linear.inverse)

    def _at_every_pixel(self, x: Tensor, linear: Callable[[Tensor], tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
        check_variables(x, len(self.linear.bias))
        pixels = x.movedim(1, -1)  # (B, ..., C)
        z, log_det = linear(pixels.reshape(-1, x.shape[1]))
        return z.view(pixels.shape).movedim(-1, 1), log_det.view(len(x), -1).sum(1)


def glow(
    shape: tuple[int, int, int], steps: int = 4, width: int = 32, blocks: int = 1, levels: int = 2, dropout: float = 0.0
) -> Flow:
    """Return Glow over images of `shape` (C, H, W) (Kingma and Dhariwal 2018, section 3).

    Each of `levels` scales squeezes, takes `steps` steps of ActNorm, 1x1 convolution and affine coupling, and sends
    half of the channels to the noise, moved by a coupling that sees the other half; the last scale keeps all. The noise
    keeps the shape of the image. Call `start_from_data` before training.

    Raises:
        TypeError, ValueError: a size is not a whole number of at least 1, or a side cannot be halved so often.
    """
    check_image(shape, levels)
    check_count(steps, "steps")
    return Flow(StandardNormal(*shape), [_scale(shape[0], steps, (width, blocks, dropout), levels)])


def glow_step(channels: int, width: int, blocks: int = 1, dropout: float = 0.0) -> Chain:
    """Return one step of flow over (B, channels, H, W): ActNorm, 1x1 convolution, affine coupling."""
    kept = halves(channels, 0)
    network = ConvNetwork(width, blocks, dropout, int(kept.sum()), 2 * int((~kept).sum()))
    return Chain([ActNorm(channels), InvertibleConv(channels), Coupling(kept, network, Affine())])


def _scale(channels: int, steps: int, network: tuple[int, int, float], levels: int) -> nn.Module:
    """Return the transforms from one resolution on, where images have `channels` channels."""
    wide = 4 * channels
    inner: list[nn.Module] = [glow_step(wide, *network) for _ in range(steps)]
    if levels > 1:
        learned_prior = Coupling(halves(wide, 0), ConvNetwork(*network, wide // 2, wide), Affine())
        inner += [learned_prior, FactorOut(_scale(wide // 2, steps, network, levels - 1))]
    return Squeezed(Chain(inner))
