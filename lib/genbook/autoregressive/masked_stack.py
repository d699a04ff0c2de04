"""The network of PixelCNN: masked convolutions, mask A at the image and mask B everywhere above it."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from genbook.autoregressive.causal_conv import CausalConv, Runner, Whole
from genbook.autoregressive.conv_cache import Scan
from genbook.checks import check_count


def colour_of(width: int, colours: int) -> Tensor:
    """Return which colour each of `width` features belongs to, in `colours` equal blocks, shape (width,).

    >>> colour_of(6, 3)
    tensor([0, 0, 1, 1, 2, 2])
    """
    if width % colours:
        raise ValueError(f"{width} features came for {colours} colours, expected a multiple: each has as many.")
    return torch.arange(width) * colours // width


def centre_mask(inputs: Tensor, outputs: Tensor, strict: bool) -> Tensor:
    """Return which input a pixel's own features may see, (outputs, inputs): colours before theirs, or up to theirs.

    `strict` tells mask A (True, at the image) from mask B (False, at features that have passed a mask A).

    >>> centre_mask(torch.arange(3), torch.arange(3), strict=True).int()
    tensor([[0, 0, 0],
            [1, 0, 0],
            [1, 1, 0]], dtype=torch.int32)
    """
    return outputs[:, None] > inputs[None, :] if strict else outputs[:, None] >= inputs[None, :]


def pixel_mask(size: int, inputs: Tensor, outputs: Tensor, strict: bool) -> Tensor:
    """Return the mask of a size x size convolution in raster order (van den Oord et al. 2016, section 3.4, figure 4).

    `inputs` and `outputs` give the colour of every feature; shape (outputs, inputs, size, size).

    >>> one = torch.zeros(1, dtype=torch.int64)
    >>> pixel_mask(3, one, one, strict=True)[0, 0].int()
    tensor([[1, 1, 1],
            [1, 0, 0],
            [0, 0, 0]], dtype=torch.int32)
    """
    check_odd(size)
    middle = size // 2
    mask = torch.zeros(len(outputs), len(inputs), size, size, dtype=torch.bool)
    mask[:, :, :middle] = True
    mask[:, :, middle, :middle] = True
    mask[:, :, middle, middle] = centre_mask(inputs, outputs, strict)
    return mask


def check_odd(size: int) -> None:
    """Raise unless `size` is odd and at least 3, so that a window has a middle and a neighbour."""
    check_count(size, "a kernel", most=2**12)
    if size % 2 == 0 or size < 3:
        raise ValueError(f"a kernel is {size}, expected an odd number of at least 3: the window needs a middle.")


def check_sizes(kernels: Sequence[int], **sizes: int) -> None:
    """Raise unless every size is a whole number of at least 1, and `kernels` holds at least one odd number."""
    for name, size in sizes.items():
        check_count(size, name, most=2**16)
    if not isinstance(kernels, Sequence) or not kernels:
        raise ValueError(f"kernels is {kernels!r}, expected a sequence with one odd number a layer, such as (7, 3, 3).")
    for size in kernels:
        check_odd(size)


class MaskedStack(nn.Module):
    """Residual masked convolutions (van den Oord et al. 2016, table 1): (B, inputs, H, W) -> (B, params, H, W).

    A convolution with mask A of size kernels[0], then for each further kernel a block of 1 x 1, k x k and 1 x 1 with
    mask B, then two 1 x 1. Rows of a kernel that the mask would clear are left out. Its receptive field has a blind
    spot: no path leads further right than it leads up (3 x 3), so pixels above and far to the right are never seen.

    Raises:
        TypeError, ValueError: a size is no whole number of at least 1, or widths are no multiples of `colours`.
    """

    classes = maps = 0

    def __init__(
        self,
        inputs: int,
        params: int,
        width: int = 32,
        kernels: Sequence[int] = (7, 3, 3, 3, 3, 3),
        colours: int = 1,
    ) -> None:
        """Build the masks and draw the weights."""
        super().__init__()
        check_sizes(kernels, inputs=inputs, params=params, width=width, colours=colours)
        self.inputs, self.params, self.colours = inputs, params, colours

        def conv(before: int, after: int, size: int = 1, strict: bool = False) -> CausalConv:
            colour = colour_of(before, colours), colour_of(after, colours)
            if size == 1:
                return CausalConv(before, after, mask=centre_mask(*colour, strict)[..., None, None])
            mask = pixel_mask(size, *colour, strict)[:, :, : size // 2 + 1]
            return CausalConv(before, after, (size // 2 + 1, size), size // 2, mask=mask)

        self.first = conv(inputs, 2 * width, kernels[0], strict=True)
        self.blocks = nn.ModuleList(
            nn.ModuleList([conv(2 * width, width), conv(width, width, kernel), conv(width, 2 * width)])
            for kernel in kernels[1:]
        )
        self.last = nn.ModuleList([conv(2 * width, 2 * width), conv(2 * width, params)])

    def forward(self, x: Tensor, c: None = None) -> Tensor:
        """Map (B, inputs, H, W) to (B, params, H, W)."""
        return self.here(x, Whole())

    def scan(self, n: int, height: int, width: int, c: None = None) -> Scan:
        """Return a pass over n images of which nothing is known yet."""
        return Scan(self, self.first.weight.new_zeros(n, self.inputs, height, width), c)

    def above(self, x: Tensor, run: Runner) -> None:
        """Compute nothing: this network has no pass of its own over the rows above."""

    def here(self, x: Tensor, run: Runner) -> Tensor:
        """Return the parameters, from the image."""
        h = run.conv(self.first, x)
        for block in self.blocks:
            r = h
            for layer in block:
                r = run.conv(layer, r.relu())
            h = h + r
        for layer in self.last:
            h = run.conv(layer, h.relu())
        return h
