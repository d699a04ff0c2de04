"""Convolutional players for images: a generator that grows a picture, a critic that shrinks it to one score."""

import torch
from torch import Tensor, nn

from genbook.checks import check_batch, check_count

KERNEL, STRIDE, PADDING = (
    4,
    2,
    1,
)  # doubles a side exactly; the stride divides the kernel, so every pixel is hit equally


class DCGANGenerator(nn.Module):
    """z (B, K) -> images (B, channels, size, size) with values in [-1, 1] (Radford et al. 2016, section 3).

    A linear layer makes 2 `width` channels of a quarter of the side, and two transposed convolutions double it twice.
    Batch normalisation and ReLU follow every layer but the last, which ends in tanh.

    Raises:
        TypeError, ValueError: a number is no whole number of at least 1, or `size` is no multiple of 4.

    >>> DCGANGenerator(latents=8, width=4)(torch.zeros(3, 8)).shape
    torch.Size([3, 1, 28, 28])
    """

    def __init__(self, latents: int, width: int, size: int = 28, channels: int = 1) -> None:
        """Draw the weights."""
        super().__init__()
        check_count(latents, "latents")
        side = quarter(size, width, channels)
        self.latents = latents
        self.network = nn.Sequential(
            nn.Linear(latents, 2 * width * side**2, bias=False),
            nn.Unflatten(1, (2 * width, side, side)),
            nn.BatchNorm2d(2 * width),
            nn.ReLU(),
            nn.ConvTranspose2d(2 * width, width, KERNEL, STRIDE, PADDING, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.ConvTranspose2d(width, channels, KERNEL, STRIDE, PADDING),
            nn.Tanh(),
        )
        draw_weights(self)

    def forward(self, z: Tensor) -> Tensor:
        """Return the images of z (B, K)."""
        check_batch(z, (self.latents,), "z")
        return self.network(z)


class DCGANFeatures(nn.Module):
    """Images (B, channels, size, size) -> features (B, F): the critic of Radford et al. (2016) without its last layer.

    Two strided convolutions halve the side twice; LeakyReLU with slope 0.2 follows both, and batch normalisation the
    second unless `normalise` is False (spectral normalisation does without). `outputs` is F = 2 width (size / 4)^2.

    Raises:
        TypeError, ValueError: a number is no whole number of at least 1, or `size` is no multiple of 4.
    """

    def __init__(self, width: int, size: int = 28, channels: int = 1, normalise: bool = True) -> None:
        """Draw the weights."""
        super().__init__()
        side = quarter(size, width, channels)
        self.event, self.outputs = (channels, size, size), 2 * width * side**2
        self.network = nn.Sequential(
            nn.Conv2d(channels, width, KERNEL, STRIDE, PADDING),
            nn.LeakyReLU(0.2),
            nn.Conv2d(width, 2 * width, KERNEL, STRIDE, PADDING, bias=not normalise),
            *([nn.BatchNorm2d(2 * width)] if normalise else []),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
        )
        draw_weights(self)

    def forward(self, x: Tensor) -> Tensor:
        """Return the features of x."""
        check_batch(x, self.event)
        return self.network(x)


class DCGANCritic(nn.Module):
    """Images (B, channels, size, size) -> scores (B,): features and one linear layer (Radford et al. 2016, section 3).

    >>> DCGANCritic(width=4)(torch.zeros(3, 1, 28, 28)).shape
    torch.Size([3])
    """

    def __init__(self, width: int, size: int = 28, channels: int = 1, normalise: bool = True) -> None:
        """Draw the weights."""
        super().__init__()
        self.features = DCGANFeatures(width, size, channels, normalise)
        self.head = nn.Linear(self.features.outputs, 1)
        draw_weights(self.head)

    def forward(self, x: Tensor) -> Tensor:
        """Return the scores of x."""
        return self.head(self.features(x))[:, 0]


def quarter(size: int, width: int, channels: int) -> int:
    """Return size / 4, or raise where the numbers of a network do not fit."""
    for name, value in {"size": size, "width": width, "channels": channels}.items():
        check_count(value, name)
    if size % 4:
        raise ValueError(f"size is {size}, expected a multiple of 4, since the side is halved twice: 16, 28 or 32.")
    return size // 4


def draw_weights(module: nn.Module) -> None:
    """Draw weights from N(0, 0.02^2) and gains of batch normalisation from N(1, 0.02^2), biases 0 (Radford et al.)."""
    for part in module.modules():
        if isinstance(part, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d, nn.BatchNorm2d)):
            nn.init.normal_(part.weight, float(isinstance(part, nn.BatchNorm2d)), 0.02)
            if part.bias is not None:
                nn.init.zeros_(part.bias)


def convolution_matrix(kernel: Tensor, size: int, stride: int = STRIDE, padding: int = PADDING) -> Tensor:
    """Return M (out^2, size^2) with conv2d(x).flatten() = M x.flatten() for one channel; M^T is conv_transpose2d.

    kernel (k, k) slides over an image (size, size); out = (size + 2 padding - k) // stride + 1. Column j of M is the
    convolution of the j-th unit image.

    Raises:
        TypeError, ValueError: kernel is no finite square matrix, or a number is no whole number.

    >>> convolution_matrix(torch.ones(2, 2), 4, stride=2, padding=0).sum(0)
    tensor([1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1.])
    """
    check_count(size, "size")
    check_batch(kernel, kernel.shape[:1] if isinstance(kernel, Tensor) else (1,), "kernel")
    units = torch.eye(size**2, dtype=kernel.dtype, device=kernel.device).view(-1, 1, size, size)
    return nn.functional.conv2d(units, kernel[None, None], stride=stride, padding=padding).flatten(1).T
