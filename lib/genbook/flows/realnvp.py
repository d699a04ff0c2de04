"""RealNVP: affine couplings, for vectors and for images."""

from collections.abc import Callable, Sequence
from functools import partial

from torch import nn

from genbook.checks import check_count
from genbook.flows.bijections import Affine, Bijection
from genbook.flows.conv_network import ConvNetwork
from genbook.flows.coupling import Coupling
from genbook.flows.flow import Flow
from genbook.flows.images import MaskedCoupling, Squeezed, check_image, checkerboard
from genbook.flows.multiscale import FactorOut
from genbook.flows.nice import check_sizes, halves
from genbook.flows.normalisation import ActNorm
from genbook.flows.transform import Chain
from genbook.nn import MLP, StandardNormal


def realnvp(
    dim: int,
    layers: int = 8,
    hidden: Sequence[int] = (64, 64),
    bijection: Bijection = Affine(),  # noqa: B008 - immutable
    normalisation: Callable[[int], nn.Module] | None = None,
) -> Flow:
    """Return affine couplings over `dim` variables that keep one half and then the other (Dinh et al. 2017, eq. 7).

    `normalisation` builds a layer for so many variables, to stand after each coupling: `ActNorm`, or `BatchNorm` as in
    the paper. Any other bijection may stand in for the affine one.

    Raises:
        TypeError, ValueError: `dim` is below 2, or a size is not a whole number of at least 1.

    >>> realnvp(2).sample(3).shape
    torch.Size([3, 2])
    """
    check_sizes(dim, layers)
    transforms: list[nn.Module] = []
    for layer in range(layers):
        kept = halves(dim, layer)
        network = MLP(int(kept.sum()), hidden, int((~kept).sum()) * bijection.size, partial(nn.ReLU, inplace=True))
        transforms.append(Coupling(kept, network, bijection))
        if normalisation is not None:
            transforms.append(normalisation(dim))
    return Flow(StandardNormal(dim), transforms)


def realnvp_images(
    shape: tuple[int, int, int], width: int = 32, blocks: int = 1, levels: int = 1, dropout: float = 0.0
) -> Flow:
    """Return RealNVP over images of `shape` (C, H, W): checkerboard couplings, squeeze, channel couplings, factor out.

    Each of `levels` scales takes four checkerboard couplings at its own resolution and three channel couplings after a
    squeeze; half of the channels then go to the noise and the others on to the next scale, and four checkerboard
    couplings end it (Dinh et al. 2017, sections 3.4 to 3.6). The noise keeps the shape of the image.

    Raises:
        TypeError, ValueError: a size is not a whole number of at least 1, or a side cannot be halved so often.
    """
    check_image(shape, levels)
    check_count(width, "width")
    return Flow(StandardNormal(*shape), [_scale(shape, partial(ConvNetwork, width, blocks, dropout), levels)])


def _scale(shape: tuple[int, int, int], network: Callable[[int, int], nn.Module], levels: int) -> nn.Module:
    """Return the transforms from one resolution on; `network` maps numbers of channels in and out to a conditioner."""
    channels, height, side = shape
    steps: list[nn.Module] = []
    for layer in range(4):
        kept = checkerboard(height, side) ^ bool(layer % 2)
        steps += [ActNorm(channels), MaskedCoupling(kept, network(channels, 2 * channels), Affine())]
    if levels == 0:
        return Chain(steps)
    inner: list[nn.Module] = []
    for layer in range(3):
        kept = halves(4 * channels, layer)
        inner += [ActNorm(4 * channels), Coupling(kept, network(2 * channels, 4 * channels), Affine())]
    rest = _scale((2 * channels, height // 2, side // 2), network, levels - 1)
    return Chain([*steps, Squeezed(Chain([*inner, FactorOut(rest)]))])
