"""The VQ-VAE: an autoencoder whose latents are a grid of codes, and a prior that is fitted to them afterwards."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from genbook.checks import check_batch, check_count, check_levels
from genbook.protocols import Measure
from genbook.vae.parts import Decoder, Likelihood, Prior
from genbook.vae.vae import Terms
from genbook.vae.vector_quantiser import MOST, Quantised, Quantiser


class UniformCodes(nn.Module):
    """The prior of the first stage: every grid of codes is as probable as any other, p = size^-places.

    >>> UniformCodes(size=4, places=2).log_prob(torch.tensor([[3.0, 0.0]])).exp()
    tensor([0.0625])
    """

    measure: Measure = "counting"
    log_size: Tensor

    def __init__(self, size: int, places: int) -> None:
        """Keep the number of codes, and of places that hold one."""
        super().__init__()
        check_count(size, "size", most=MOST)
        check_count(places, "places")
        self.size, self.places = size, places
        self.register_buffer("log_size", torch.tensor(float(size)).log())

    def log_prob(self, codes: Tensor) -> Tensor:
        """Return -places log(size) in nats: (B, places), whole floats -> (B,)."""
        check_batch(codes, (self.places,), "codes")
        check_levels(codes, self.size, "codes")
        return (-self.places * self.log_size).expand(len(codes))

    def sample(self, n: int) -> Tensor:
        """Draw n rows of codes, (n, places), whole floats."""
        check_count(n)
        return torch.randint(self.size, (n, self.places), device=self.log_size.device).to(self.log_size.dtype)


class VQVAE(nn.Module):
    """p(x) = sum over codes of p(codes) p(x | e[codes]), with a posterior that is sure (van den Oord et al. 2017).

    The encoder maps x to z_e (B, C, *grid), the quantiser replaces each vector by the nearest of its codebook, and the
    decoder maps these to p(x | codes). `prior` is any model of rows of codes (B, places), whole floats, with `log_prob`
    and `sample`: `UniformCodes` while encoder and decoder learn, then one fitted to `codes(x)`, such as a PixelCNN, a
    Transformer or a WaveNet (see `with_prior`). `embed` scales x for the encoder.

    >>> from genbook.nn import MLP
    >>> from genbook.nn.outputs import Bernoulli
    >>> from genbook.vae import EMAQuantiser, FactorizedDecoder
    >>> encoder = nn.Sequential(MLP(6, (8,), 4), nn.Unflatten(1, (2, 2)))
    >>> decoder = FactorizedDecoder(MLP(4, (8,), 6), Bernoulli(), (6,))
    >>> model = VQVAE(encoder, EMAQuantiser(3, 2), decoder, UniformCodes(3, 2), grid=(2,))
    >>> model.codes(torch.zeros(5, 6)).shape, model.sample(4).shape
    (torch.Size([5, 2]), torch.Size([4, 6]))
    """

    def __init__(
        self,
        encoder: Callable[[Tensor], Tensor],
        quantiser: Quantiser,
        decoder: Decoder,
        prior: Prior,
        grid: Sequence[int],
        embed: Callable[[Tensor], Tensor] = nn.Identity(),  # noqa: B008
    ) -> None:
        """Keep the parts."""
        super().__init__()
        for side in grid:
            check_count(side, "a side of grid")
        self.encoder, self.quantiser, self.decoder, self.prior = encoder, quantiser, decoder, prior
        self.grid, self.embed = tuple(grid), embed

    def z_e(self, x: Tensor) -> Tensor:
        """Return what the encoder makes of x, before quantisation: (B, *shape) -> (B, C, *grid).

        Raises:
            TypeError, ValueError: x has a wrong shape or dtype, or the encoder gives another grid.
        """
        check_batch(x, self.decoder.shape)
        z_e = self.encoder(self.embed(x))
        if z_e.shape[1:] != (self.quantiser.width, *self.grid):
            raise ValueError(
                f"the encoder gives {tuple(z_e.shape[1:])} an example, expected {(self.quantiser.width, *self.grid)}: "
                "the width of the quantiser, then the grid."
            )
        return z_e

    def quantise(self, x: Tensor) -> Quantised:
        """Return codes, vectors and penalty of x; in training mode the codebook may move."""
        return self.quantiser(self.z_e(x))

    @torch.no_grad()
    def codes(self, x: Tensor) -> Tensor:
        """Return argmax q(codes | x): (B, *shape) -> (B, *grid), int64. Nothing moves and no gradient flows."""
        return self.quantiser.codes(self.z_e(x))

    def decode(self, codes: Tensor) -> Likelihood:
        """Return p(x | codes) for every grid of codes (N, *grid), int64.

        Raises:
            TypeError, ValueError: codes have a wrong dtype or shape, or hold a number that is no code.
        """
        if not isinstance(codes, Tensor) or codes.dtype != torch.int64:
            raise TypeError(f"codes are {getattr(codes, 'dtype', type(codes).__name__)}, expected an int64 tensor.")
        check_batch(codes.float(), self.grid, "codes")
        check_levels(codes.float(), self.quantiser.size, "codes")
        return self.decoder(self.quantiser.lookup(codes))

    def terms(self, x: Tensor) -> Terms:
        """Return log p(x | codes) and KL(q || p) = -log p(codes), each (B,) in nats: q is sure, its entropy is zero."""
        codes = self.codes(x)
        kl = -self.prior.log_prob(codes.flatten(1).to(x.dtype))
        return Terms(self.decoder(self.quantiser.lookup(codes)).log_prob(x), kl)

    def elbo(self, x: Tensor) -> Tensor:
        """Return log p(x | codes(x)) + log p(codes(x)) <= log p(x) in nats, shape (B,): one term of a sum of p(x).

        Nothing is drawn, so the bound has no noise.

        Raises:
            TypeError, ValueError: x has a wrong shape or dtype, or holds a value that the decoder cannot produce.
        """
        check_batch(x, self.decoder.shape)
        self.decoder.check(x)
        terms = self.terms(x)
        return terms.log_likelihood - terms.kl

    def loss(self, x: Tensor) -> Tensor:
        """Return the mean of -log p(x | codes) in nats an example, plus the quantiser's penalty; shape ().

        Encoder and decoder learn from it, the prior does not: fit that to `codes(x)` afterwards.
        """
        quantised = self.quantise(x)
        return (quantised.penalty - self.decoder(quantised.vectors).log_prob(x)).mean()

    def sample(self, n: int) -> Tensor:
        """Draw n examples: codes from the prior, then x from p(x | codes); shape (n, *shape)."""
        with torch.no_grad():
            return self.decode(self.prior.sample(n).long().view(n, *self.grid)).sample()

    def with_prior(self, prior: Any) -> "VQVAE":
        """Return the model with the same parts, not copied, under another prior."""
        return VQVAE(self.encoder, self.quantiser, self.decoder, prior, self.grid, self.embed)
