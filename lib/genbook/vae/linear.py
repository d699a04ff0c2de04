"""The linear Gaussian halves of a variational autoencoder: the one case in which everything is known in closed form."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from genbook.checks import check_batch, check_count, check_finite
from genbook.nn.outputs.gaussian import log_normal
from genbook.vae.gaussian import DiagonalGaussian


@dataclass(frozen=True)
class IsotropicGaussian:
    """N(x; mean, variance I) for every row: mean has shape (N, D), log_variance is one number for all of them."""

    mean: Tensor
    log_variance: Tensor

    def log_prob(self, x: Tensor) -> Tensor:
        """Return log p(x | z) in nats: (N, D) -> (N,)."""
        return log_normal(x, self.mean, self.log_variance / 2).sum(-1)

    def sample(self) -> Tensor:
        """Draw one x for each row, shape (N, D)."""
        return self.mean + (self.log_variance / 2).exp() * torch.randn_like(self.mean)


class LinearDecoder(nn.Module):
    """p(x | z) = N(x; W z + mean, variance I), the same variance for every variable (Tipping & Bishop 1999, section 2).

    W (D, K), the mean (D,) and the logarithm of the variance are parameters.

    >>> decoder = LinearDecoder(torch.eye(3, 2), torch.zeros(3))
    >>> decoder(torch.ones(1, 2)).mean
    tensor([[1., 1., 0.]], grad_fn=<AddBackward0>)
    """

    def __init__(self, w: Tensor, mean: Tensor, variance: float | Tensor = 1.0) -> None:
        """Copy the tensors into parameters.

        Raises:
            TypeError, ValueError: W is no matrix of floats, the mean does not fit it, or the variance is not positive.
        """
        super().__init__()
        if not isinstance(w, Tensor) or not w.is_floating_point() or w.dim() != 2 or not w.numel():
            shape = tuple(w.shape) if isinstance(w, Tensor) else type(w).__name__
            raise ValueError(f"w is {shape}, expected a floating tensor (D, K): one column a latent variable.")
        check_batch(mean.unsqueeze(0), w.shape[:1], "mean")
        variance = torch.as_tensor(variance, dtype=w.dtype, device=w.device).detach()
        if not 0 < variance.item() < math.inf:
            raise ValueError(f"variance is {variance.item():g}, expected a positive finite number.")
        self.w, self.mean = nn.Parameter(w.detach().clone()), nn.Parameter(mean.detach().to(w).clone())
        self.log_variance = nn.Parameter(variance.log())

    @property
    def shape(self) -> tuple[int]:
        """The shape of one x."""
        return (self.w.shape[0],)

    @property
    def latents(self) -> int:
        """The number of latent variables K."""
        return self.w.shape[1]

    def forward(self, z: Tensor) -> IsotropicGaussian:
        """Return p(x | z) for every row of z (N, K)."""
        check_batch(z, (self.latents,), "z")
        return IsotropicGaussian(z @ self.w.T + self.mean, self.log_variance)

    def check(self, x: Tensor) -> None:
        """Raise ValueError unless every entry of x is finite."""
        check_finite(x)


class LinearEncoder(nn.Module):
    """q(z | x) = N(z; V x + b, diag(scale^2)), the same scales for every x (Lucas et al. 2019).

    No loss of generality for a linear decoder with orthogonal columns: the exact posterior has this form.

    >>> LinearEncoder(3, 2)(torch.zeros(5, 3)).scale.shape
    torch.Size([5, 2])
    """

    def __init__(self, dim: int, latents: int) -> None:
        """Draw V and b; the scales start at those of the prior."""
        super().__init__()
        check_count(dim, "dim")
        check_count(latents, "latents")
        self.linear = nn.Linear(dim, latents)
        self.log_scale = nn.Parameter(torch.zeros(latents))

    def forward(self, x: Tensor) -> DiagonalGaussian:
        """Return q(z | x) for every row of x (B, D)."""
        check_batch(x, (self.linear.in_features,))
        return DiagonalGaussian(self.linear(x), self.log_scale.expand(len(x), -1))
