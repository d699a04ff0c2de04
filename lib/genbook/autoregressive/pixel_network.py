"""What PixelCNN asks of a network, and the checks at its door."""

from typing import Protocol

import torch
from torch import Tensor

from genbook.autoregressive.conv_cache import Scan
from genbook.autoregressive.pixel_output import PerChannel, PixelOutput
from genbook.checks import check_batch


class PixelNetwork(Protocol):
    """A network of images: what comes out at a pixel depends on the pixels before it in raster order.

    `colours` is 1 where it sees none of the channels of that pixel itself, else the number of channels, each of which
    sees those before it. `classes` is 0 where the network takes no class, `maps` is 0 where it takes no feature maps.
    """

    inputs: int
    params: int
    colours: int
    classes: int
    maps: int

    def __call__(self, x: Tensor, c: Tensor | None = None) -> Tensor:
        """Map (B, inputs, H, W), and classes (B,) or maps (B, maps, H, W), to (B, params, H, W)."""
        ...

    def scan(self, n: int, height: int, width: int, c: Tensor | None = None) -> Scan:
        """Return a pass over n images of which nothing is known yet."""
        ...


def check_fit(network: PixelNetwork, pixel: PixelOutput, shape: tuple[int, ...], features: int) -> None:
    """Raise ValueError unless network, output, `shape` (C, H, W) and the `features` of a pixel fit together."""
    channels = shape[0]
    if (network.inputs, network.params) != (features, pixel.size):
        raise ValueError(
            f"network takes {network.inputs} inputs and gives {network.params} parameters a pixel, expected "
            f"{features} and {pixel.size}: build it with inputs={features}, params={pixel.size}."
        )
    if pixel.channels != channels:
        raise ValueError(f"output is for {pixel.channels} channels, expected {channels} as in {shape}.")
    if isinstance(pixel, PerChannel) and network.colours != channels:
        raise ValueError(
            f"network tells {network.colours} colours apart and an image has {channels} channels: build it with "
            f"colours={channels}, or use an output that joins the channels of a pixel (ChannelLogisticMixture)."
        )


def check_condition(c: Tensor | None, network: PixelNetwork, shape: tuple[int, ...], n: int) -> None:
    """Raise unless `c` is what `network` takes for n images of `shape` (C, H, W): classes, feature maps, or None."""
    if not network.maps:
        return check_classes(c, network.classes, n)
    if c is None:
        raise ValueError(f"no c came, expected feature maps of shape {(n, network.maps, *shape[1:])}.")
    check_batch(c, (network.maps, *shape[1:]), "c")
    if len(c) != n:
        raise ValueError(f"c has {len(c)} rows, expected {n}: the feature maps of every image.")


def check_classes(c: Tensor | None, classes: int, n: int) -> None:
    """Raise unless `c` is n whole numbers where a network takes `classes` classes, and None where it takes none."""
    if (c is None) != (classes == 0):
        given, wanted = ("no c", "one class an image") if c is None else ("c", "none: build it with classes")
        raise ValueError(f"{given} came and the network takes {classes} classes, expected {wanted}.")
    if c is None:
        return
    if not isinstance(c, Tensor):
        raise TypeError(f"c is a {type(c).__name__}, expected an int64 tensor of shape ({n},): one class an image.")
    if c.dtype != torch.int64 or c.shape != (n,):
        raise ValueError(
            f"c has shape {tuple(c.shape)} and dtype {c.dtype}, expected int64 of shape ({n},): one class an image."
        )


def check_known(c: Tensor | None, classes: int) -> None:
    """Raise ValueError unless `c` holds numbers from 0 to classes - 1."""
    if c is not None and classes and (int(c.min()) < 0 or int(c.max()) >= classes):
        raise ValueError(f"c holds {int(c.min())} to {int(c.max())}, expected classes from 0 to {classes - 1}.")
