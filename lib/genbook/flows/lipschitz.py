"""Networks whose Lipschitz constant is bounded: spectral normalisation that knows when it has converged."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genbook.checks import check_count
from genbook.nn import power_step

TOLERANCE = 1e-3  # relative: how far the largest singular value may be from its estimate in evaluation mode


class LipSwish(nn.Module):
    """x sigmoid(b x) / 1.1 with a learned b > 0: slope at most 1, curved where steep (Chen et al. 2019, section 3.3).

    The steepest slope of x sigmoid(b x) is 1.0998 for every b.
    """

    def __init__(self) -> None:
        """Start with b = softplus(0.5), as in the paper."""
        super().__init__()
        self.raw = nn.Parameter(torch.tensor(0.5))

    def forward(self, x: Tensor) -> Tensor:
        """Return the activation of every entry, (...,) -> (...,)."""
        return x * torch.sigmoid(F.softplus(self.raw) * x) / 1.1


class SpectralLinear(nn.Module):
    """x -> W_hat x + b with W_hat = W / max(1, s / bound), no singular value above `bound` (Behrmann et al. 2019).

    s is the largest singular value of W, by power iteration. In training mode every use makes one step, which is enough
    to follow weights that move little. On the way to evaluation mode the iteration runs until it has `converged`, so
    that a trained layer keeps its bound up to a relative TOLERANCE. A weight that is small enough is left alone.

    Raises:
        TypeError, ValueError: a width is not a whole number of at least 1, or bound is not positive.

    >>> layer = SpectralLinear(3, 5, 0.7)
    >>> layer.weight.data.normal_()[0, 0].isfinite()
    tensor(True)
    >>> round(torch.linalg.matrix_norm(layer.eval().matrix(), 2).item(), 3)
    0.7
    """

    def __init__(self, inputs: int, outputs: int, bound: float) -> None:
        """Draw the weights as a linear layer does, and a direction to start from."""
        super().__init__()
        check_count(inputs, "inputs")
        check_count(outputs, "outputs")
        if not bound > 0:
            raise ValueError(f"bound is {bound}, expected a number above 0.")
        layer = nn.Linear(inputs, outputs)
        self.weight, self.bias, self.bound = layer.weight, layer.bias, bound
        self.register_buffer("u", torch.empty(outputs))
        self.register_buffer("v", F.normalize(torch.randn(inputs), dim=0))
        self.converge()

    def forward(self, x: Tensor) -> Tensor:
        """Return W_hat x + b: (B, I) -> (B, O)."""
        if self.training:
            self._step()
        return F.linear(x, self.matrix(), self.bias)

    def matrix(self) -> Tensor:
        """Return W_hat (O, I), with a gradient to W also through s."""
        s = self.u.clone() @ (self.weight @ self.v.clone())  # clones: a later step changes the buffers in place
        return self.weight / (s / self.bound).clamp_min(1.0)

    def train(self, mode: bool = True) -> "SpectralLinear":
        """Set the mode; on the way from training to evaluation, let the power iteration converge."""
        if self.training and not mode:
            self.converge()
        return super().train(mode)

    @torch.no_grad()
    def converge(self, tolerance: float = TOLERANCE, steps: int = 10_000) -> None:
        """Iterate until the pair (u, v) satisfies W^T u = s v up to the relative `tolerance`.

        With r = |W^T u - s v| and W v = s u, there is a singular value of W within r of s; a random start makes it the
        largest one with probability one.

        Raises:
            RuntimeError: it has not converged after `steps` steps, or the weights are not finite.
        """
        for _ in range(steps):
            self._step()
            s = (self.weight @ self.v).norm()
            u = self.weight @ self.v / s.clamp_min(torch.finfo(s.dtype).tiny)
            rest = (self.weight.T @ u - s * self.v).norm()
            if rest <= tolerance * s:
                return
        raise RuntimeError(
            f"power iteration was off by {(rest / s).item():.2g} of the singular value after {steps} steps, expected "
            f"at most the tolerance {tolerance:g}: allow more steps, and check that the weights are finite."
        )

    def _step(self) -> None:
        with torch.no_grad():
            u, v = power_step(self.weight, self.v)
            self.u.copy_(u)
            self.v.copy_(v)


class LipschitzMLP(nn.Sequential):
    """A fully connected network (B, D) -> (B, D) with Lipschitz constant at most `bound` < 1: the g of x + g(x).

    Each of its layers gets the same share of the bound; `activation` must have slopes of at most 1, and a continuous
    derivative, since the log-determinant is made of derivatives and is trained by derivatives of it.

    Raises:
        TypeError, ValueError: a width is not a whole number of at least 1, or bound is not between 0 and 1.

    >>> network = LipschitzMLP(2, (16, 16), 0.9)
    >>> network(torch.zeros(5, 2)).shape
    torch.Size([5, 2])
    """

    def __init__(
        self, dim: int, hidden: Sequence[int], bound: float, activation: Callable[[], nn.Module] = LipSwish
    ) -> None:
        """Stack spectrally normalised layers with activations between them."""
        if not 0 < bound < 1:
            raise ValueError(f"bound is {bound}, expected a number between 0 and 1: x + g(x) is invertible below 1.")
        share, layers = bound ** (1 / (len(hidden) + 1)), []
        for before, after in pairwise([dim, *hidden]):
            layers += [SpectralLinear(before, after, share), activation()]
        super().__init__(*layers, SpectralLinear([dim, *hidden][-1], dim, share))
        self.dim, self.bound = dim, bound


def norms(network: nn.Module) -> Tensor:
    """Return the largest singular value of every `SpectralLinear` inside, as used, by a full SVD: (layers,).

    Their product bounds the Lipschitz constant of a network with activations of slope at most 1.
    """
    layers = [m for m in network.modules() if isinstance(m, SpectralLinear)]
    with torch.no_grad():
        return torch.stack([torch.linalg.matrix_norm(layer.matrix(), 2) for layer in layers])


def steepest(network: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """Return the largest stretch of `network` at each x, the norm of its Jacobian there: (B, D) -> (B,).

    It bounds the Lipschitz constant from below, as the product of the norms does from above.
    """
    jacobians = torch.func.vmap(torch.func.jacrev(lambda row: network(row[None])[0]))(x)  # (B, D, D)
    return torch.linalg.matrix_norm(jacobians.detach(), 2)
