"""Spectral normalisation: weights divided by their largest singular value, followed by one power step an update."""

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize
from torch.nn.utils.parametrize import register_parametrization

from genbook.checks import check_count
from genbook.nn import power_step

WARM_UP = 30  # power steps at the start, when the singular vectors are still unknown


class SpectralNorm(nn.Module):
    """A parametrisation W -> bound * W / s(W), with s the largest singular value of W (M, ...) as a matrix (M, N).

    In training mode each use makes one power step (Miyato et al. 2018, algorithm 1): the weights move little between
    two uses, so the old singular vectors are a good start. Gradients flow through s with the vectors held fixed, which
    is the exact gradient of s at the singular pair. In evaluation mode the vectors rest.

    For a linear layer s is the Lipschitz constant. For a convolution it is not: see `convolution_norm`.

    Raises:
        ValueError: the weight has fewer than two axes, or `bound` is not above 0.
    """

    def __init__(self, weight: Tensor, bound: float = 1.0) -> None:
        """Find the first singular pair of the weight as it stands."""
        super().__init__()
        if weight.dim() < 2 or not bound > 0:
            raise ValueError(f"weight has {weight.dim()} axes and bound is {bound}, expected 2 or more, and bound > 0.")
        matrix = weight.detach().flatten(1)
        u, v = matrix.new_empty(len(matrix)), normalize(torch.randn_like(matrix[0]), dim=0)
        for _ in range(WARM_UP):
            u, v = power_step(matrix, v)
        self.bound = bound
        self.register_buffer("u", u)
        self.register_buffer("v", v)

    def forward(self, weight: Tensor) -> Tensor:
        """Return the normalised weight, of the same shape."""
        return self.bound * weight / self.largest(weight)

    def largest(self, weight: Tensor) -> Tensor:
        """Return the estimate u . W v of the largest singular value, shape ()."""
        matrix = weight.flatten(1)
        if self.training:
            u, v = power_step(matrix, self.v)
            with torch.no_grad():
                self.u.copy_(u)
                self.v.copy_(v)
        return self.u.clone() @ (matrix @ self.v.clone())  # clones: the next use changes the buffers in place


def spectrally_normalised(network: nn.Module, bound: float = 1.0) -> nn.Module:
    """Give every linear and convolution layer of `network` normalised weights, in place, and return it.

    With activations of slope at most 1, such as ReLU, a network of `linear layers in a row` is bound^layers-Lipschitz.

    Raises:
        ValueError: there is no such layer.

    >>> from genbook.gan import MLPCritic
    >>> critic = spectrally_normalised(MLPCritic(2, (16,)))
    >>> round(torch.linalg.matrix_norm(critic.network[0].weight, 2).item(), 3)
    1.0
    """
    layers = [m for m in network.modules() if isinstance(m, nn.Linear | nn.Conv1d | nn.Conv2d | nn.Conv3d)]
    if not layers:
        raise ValueError(f"{type(network).__name__} has no linear and no convolution layer, expected at least one.")
    for layer in layers:
        register_parametrization(layer, "weight", SpectralNorm(layer.weight, bound))
    return network


def convolution_norm(kernel: Tensor, height: int, width: int) -> Tensor:
    """Return the exact operator norm of a periodic convolution on images of height x width, shape ().

    In the Fourier basis the convolution is one matrix (O, I) a frequency, and its norm is the largest of theirs
    (Sedghi et al. 2019). kernel is (O, I, h, w). It is at most sqrt(h w) times the largest singular value of the kernel
    reshaped to (O, I h w), and a constant kernel attains that. Zero padding instead of periods gives no larger norm
    than this on an image that is larger by the padding.

    Raises:
        ValueError: the kernel is not (O, I, h, w), or larger than the image.

    >>> float(convolution_norm(torch.ones(1, 1, 3, 3), 8, 8))  # the sum of nine pixels of a constant image
    9.0
    """
    check_count(height, "height")
    check_count(width, "width")
    if kernel.dim() != 4 or kernel.shape[2] > height or kernel.shape[3] > width:
        raise ValueError(f"kernel has shape {tuple(kernel.shape)}, expected (O, I, h, w) within {height} x {width}.")
    at_frequencies = torch.fft.fft2(kernel, s=(height, width)).permute(2, 3, 0, 1)  # (height, width, O, I)
    return torch.linalg.matrix_norm(at_frequencies, 2).amax()
