"""The variational autoencoder: a latent variable model and the bound that trains it."""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from genbook.checks import check_batch, check_count
from genbook.vae.divergence import monte_carlo_kl
from genbook.vae.parts import Decoder, Posterior, Prior


class Terms(NamedTuple):
    """The two terms of the bound, each (B,) in nats: elbo = log_likelihood - kl."""

    log_likelihood: Tensor
    kl: Tensor


class VAE(nn.Module):
    """p(x) = E_{p(z)}[p(x | z)] with an amortised posterior q(z | x) (Kingma & Welling 2014; Rezende et al. 2014).

    Encoder, decoder and prior are passed in and only have to keep the promises of `genbook.vae.parts`, so that flows
    and autoregressive models join without a new class. `divergence(q, prior, z, log_q)` gives KL(q || prior) of every
    row: from the draw (any parts), or `gaussian_kl` where q and prior are diagonal Gaussians.

    >>> from genbook.nn import MLP
    >>> from genbook.nn.outputs import Bernoulli
    >>> from genbook.vae import FactorizedDecoder, GaussianEncoder, StandardNormal
    >>> decoder = FactorizedDecoder(MLP(2, (8,), 5), Bernoulli(), (5,))
    >>> model = VAE(GaussianEncoder(MLP(5, (8,), 4)), decoder, StandardNormal(2))
    >>> model.elbo(torch.zeros(3, 5)).shape, model.sample(4).shape
    (torch.Size([3]), torch.Size([4, 5]))
    """

    def __init__(
        self,
        encoder: Callable[[Tensor], Posterior],
        decoder: Decoder,
        prior: Prior,
        divergence: Callable[[Any, Any, Tensor, Tensor], Tensor] = monte_carlo_kl,
    ) -> None:
        """Keep the parts."""
        super().__init__()
        self.encoder, self.decoder, self.prior, self.divergence = encoder, decoder, prior, divergence

    def terms(self, x: Tensor) -> Terms:
        """Return log p(x | z) at one draw z ~ q(z | x), and the divergence: what `elbo` subtracts."""
        check_batch(x, self.decoder.shape)
        q = self.encoder(x)
        z, log_q = q.draw(1)  # (1, B, K), (1, B)
        kl = self.divergence(q, self.prior, z[0], log_q[0])
        return Terms(self.decoder(z[0]).log_prob(x), kl)

    def elbo(self, x: Tensor) -> Tensor:
        """Return log p(x | z) - KL(q || p) at one draw: in expectation at most log p(x); nats, shape (B,).

        Raises:
            TypeError, ValueError: x has a wrong shape or dtype, or holds a value that the decoder cannot produce.
        """
        check_batch(x, self.decoder.shape)
        self.decoder.check(x)
        terms = self.terms(x)
        return terms.log_likelihood - terms.kl

    def loss(self, x: Tensor) -> Tensor:
        """Return the mean of -elbo in nats an example, shape ()."""
        terms = self.terms(x)
        return (terms.kl - terms.log_likelihood).mean()

    def log_weights(self, x: Tensor, n: int) -> Tensor:
        """Return log p(x, z) - log q(z | x) at n draws for each x, in nats, shape (n, B).

        Each weight p(x, z) / q(z | x) is an unbiased estimate of p(x): the raw material of importance sampling.
        """
        check_batch(x, self.decoder.shape)
        check_count(n)
        z, log_q = self.encoder(x).draw(n)  # (n, B, K), (n, B)
        log_prior = self.prior.log_prob(z.flatten(0, 1)).view(n, -1)  # (n, B)
        every = x.expand(n, *x.shape).flatten(0, 1)  # (n B, *shape)
        log_likelihood = self.decoder(z.flatten(0, 1)).log_prob(every).view(n, -1)  # (n, B)
        return log_likelihood + log_prior - log_q

    def sample(self, n: int) -> Tensor:
        """Draw n examples: z from the prior, then x from p(x | z); shape (n, *shape)."""
        with torch.no_grad():
            return self.decoder(self.prior.sample(n)).sample()
