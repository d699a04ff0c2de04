"""Learned priors: mixtures over whole latent vectors, with parts of their own or from the encoder."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from genbook.checks import check_batch, check_count
from genbook.nn.outputs.gaussian import log_normal
from genbook.protocols import Measure
from genbook.vae.gaussian import LIMIT, DiagonalGaussian


def mixture_log_prob(z: Tensor, log_weights: Tensor, parts: DiagonalGaussian) -> Tensor:
    """Return log sum_c weight_c N(z; mean_c, diag(scale_c^2)) in nats: z (B, K), C parts (C, K) -> (B,).

    The sum over coordinates comes first and the sum over parts second: one part is chosen for a whole vector.

    >>> one = DiagonalGaussian(torch.zeros(1, 2), torch.zeros(1, 2))
    >>> mixture_log_prob(torch.zeros(1, 2), torch.zeros(1), one).exp()
    tensor([0.1592])
    """
    each = log_normal(z.unsqueeze(1), parts.mean, parts.log_scale).sum(-1)  # (B, C)
    return (log_weights + each).logsumexp(1)


def mixture_sample(n: int, log_weights: Tensor, parts: DiagonalGaussian) -> Tensor:
    """Draw a part for each of n vectors, then the vector from it; shape (n, K)."""
    check_count(n)
    with torch.no_grad():
        part = torch.multinomial(log_weights.exp(), n, replacement=True)  # (n,)
        eps = torch.randn(n, parts.mean.shape[1], dtype=parts.mean.dtype, device=parts.mean.device)
        return parts.mean[part] + parts.scale[part] * eps


class MixtureOfGaussians(nn.Module):
    """A prior sum_c weight_c N(z; mean_c, diag(scale_c^2)) whose weights, means and scales are learned.

    The means start as draws from N(0, spread^2 I), the scales at 1, the weights equal.

    >>> prior = MixtureOfGaussians(latents=2, components=5)
    >>> prior.log_prob(prior.sample(4)).shape
    torch.Size([4])
    """

    measure: Measure = "lebesgue"

    def __init__(self, latents: int, components: int, spread: float = 1.0) -> None:
        """Draw the means.

        Raises:
            TypeError, ValueError: a number is not whole or not in its range, or the spread is not positive and finite.
        """
        super().__init__()
        check_count(latents, "latents")
        check_count(components, "components")
        if not 0 < spread < float("inf"):
            raise ValueError(f"spread is {spread}, expected a positive finite number.")
        self.logits = nn.Parameter(torch.zeros(components))
        self.mean = nn.Parameter(spread * torch.randn(components, latents))
        self.log_scale = nn.Parameter(torch.zeros(components, latents))

    def parts(self) -> DiagonalGaussian:
        """Return the components, one a row."""
        return DiagonalGaussian(self.mean, self.log_scale.clamp(-LIMIT, LIMIT))

    def log_prob(self, z: Tensor) -> Tensor:
        """Return log p(z) in nats: (B, K) -> (B,)."""
        check_batch(z, self.mean.shape[1:], "z")
        return mixture_log_prob(z, self.logits.log_softmax(0), self.parts())

    def sample(self, n: int) -> Tensor:
        """Draw n latent vectors, shape (n, K)."""
        return mixture_sample(n, self.logits.log_softmax(0), self.parts())


class VampPrior(nn.Module):
    """p(z) = 1/C sum_c q(z | u_c): the encoder's view of C pseudo-inputs u_c (Tomczak & Welling 2018, eq. 9).

    The prior that would make the bound largest is the aggregate posterior, the mean of q(z | x_n) over all data; this
    one keeps its form and learns few inputs to stand for the many. The encoder is that of the model, and what it learns
    from one side shows on the other. Its dropout acts here too: in training the prior is one draw of many.

    >>> from genbook.nn import MLP
    >>> from genbook.vae import GaussianEncoder
    >>> prior = VampPrior(GaussianEncoder(MLP(5, (8,), 4)), torch.randn(3, 5))
    >>> prior.sample(4).shape
    torch.Size([4, 2])
    """

    measure: Measure = "lebesgue"

    def __init__(self, encoder: Callable[[Tensor], DiagonalGaussian], pseudo_inputs: Tensor) -> None:
        """Keep the encoder, and start from these pseudo-inputs (C, *shape): for instance images of the training set.

        Raises:
            TypeError, ValueError: `pseudo_inputs` is no floating tensor with at least one row.
        """
        super().__init__()
        check_batch(
            pseudo_inputs, pseudo_inputs.shape[1:] if isinstance(pseudo_inputs, Tensor) else (), "pseudo_inputs"
        )
        self.encoder = encoder
        self.pseudo_inputs = nn.Parameter(pseudo_inputs.detach().clone())

    def parts(self) -> DiagonalGaussian:
        """Return q(z | u) for every pseudo-input, one a row."""
        return self.encoder(self.pseudo_inputs)

    def log_prob(self, z: Tensor) -> Tensor:
        """Return log p(z) in nats: (B, K) -> (B,)."""
        parts = self.parts()
        check_batch(z, parts.mean.shape[1:], "z")
        return mixture_log_prob(z, self._log_weights(), parts)

    def sample(self, n: int) -> Tensor:
        """Draw n latent vectors, shape (n, K)."""
        return mixture_sample(n, self._log_weights(), self.parts())

    def _log_weights(self) -> Tensor:
        """Return log 1/C for each of the C parts."""
        return torch.zeros_like(self.pseudo_inputs.flatten(1)[:, 0]).log_softmax(0)
