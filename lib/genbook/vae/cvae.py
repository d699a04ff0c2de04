"""The conditional VAE: p(x | c) with a latent variable for all that the condition leaves open."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from genbook.checks import check_count
from genbook.vae.conditions import Condition
from genbook.vae.decoder import FactorizedDecoder
from genbook.vae.divergence import monte_carlo_kl
from genbook.vae.gaussian import DiagonalGaussian, GaussianEncoder
from genbook.vae.parts import Likelihood, Posterior, Prior
from genbook.vae.vae import VAE


class ConditionalParts(Protocol):
    """What a decoder of a conditional VAE promises: p(x | z, c) row by row, and checks of what goes in."""

    shape: tuple[int, ...]

    def __call__(self, z: Tensor, c: Tensor) -> Likelihood:
        """Return p(x | z, c) for every row."""
        ...

    def check(self, x: Tensor) -> None:
        """Raise ValueError unless every entry of x can be produced."""
        ...

    def check_condition(self, c: Tensor) -> None:
        """Raise TypeError or ValueError unless c is a batch of conditions."""
        ...


class CVAE(nn.Module):
    """p(x | c) = E_{p(z | c)}[p(x | z, c)] with q(z | x, c) (Sohn et al. 2015, eq. 4; c is their x, x their y).

    With a condition the model is a VAE, and that is what `given` returns: bound, importance weights, loss and sampler
    are those of `VAE`. The parts take c beside what they take there: `encoder(x, c)` gives a posterior,
    `decoder(z, c)` a likelihood, `prior(c)` a prior for the rows of c. `divergence` is as in `VAE`.

    >>> from genbook.nn import MLP
    >>> from genbook.nn.outputs import Bernoulli
    >>> from genbook.vae import Classes, ConditionalDecoder, ConditionalEncoder, StandardNormal, Unconditional
    >>> decoder = ConditionalDecoder(FactorizedDecoder(MLP(2 + 4, (8,), 5), Bernoulli(), (5,)), Classes(10, 4))
    >>> encoder = ConditionalEncoder(MLP(5 + 4, (8,), 4), Classes(10, 4))
    >>> model = CVAE(encoder, decoder, Unconditional(StandardNormal(2)))
    >>> model.sample(3, torch.tensor([7])).shape
    torch.Size([3, 5])
    >>> model.given(torch.tensor([1, 7])).elbo(torch.zeros(2, 5)).shape
    torch.Size([2])
    """

    def __init__(
        self,
        encoder: Callable[[Tensor, Tensor], Posterior],
        decoder: ConditionalParts,
        prior: Callable[[Tensor], Prior],
        divergence: Callable[[Any, Any, Tensor, Tensor], Tensor] = monte_carlo_kl,
    ) -> None:
        """Keep the parts."""
        super().__init__()
        self.encoder, self.decoder, self.prior, self.divergence = encoder, decoder, prior, divergence

    def given(self, c: Tensor) -> VAE:
        """Return p(x | c) for the rows of c, (B, *condition), as a VAE for batches of B rows, one a condition.

        Where a method needs more rows (draws for importance weights, samples), the conditions repeat in order; a single
        condition serves any number of rows. Parameters are shared, so training the one trains the other.

        Raises:
            TypeError, ValueError: c is no batch of conditions; or on use, the numbers of rows do not fit.
        """
        self.decoder.check_condition(c)
        return self._given(c)

    def loss(self, x: Tensor, c: Tensor) -> Tensor:
        """Return the mean of -elbo of x (B, *shape) given c (B, *condition) in nats an example, shape ()."""
        return self._given(c).loss(x)

    def sample(self, n: int, c: Tensor) -> Tensor:
        """Draw n examples from p(x | c), shape (n, *shape); n is a multiple of the rows of c, which repeat in order."""
        return self.given(c).sample(n)

    def _given(self, c: Tensor) -> VAE:
        encoder, decoder = _GivenEncoder(self.encoder, c), _GivenDecoder(self.decoder, c)
        return VAE(encoder, decoder, _GivenPrior(self.prior, c), partial(_of_rows, self.divergence))


class ConditionalEncoder(nn.Module):
    """q(z | x, c) = N(mean, diag(scale^2)) from a network that reads x and the features of c in one row."""

    def __init__(self, network: nn.Module, condition: Condition, embed: Callable[[Tensor], Tensor] = nn.Identity()):  # noqa: B008
        """Keep the network (B, D + features) -> (B, 2 K), the condition, and the scaling of the data."""
        super().__init__()
        self.gaussian, self.condition, self.embed = GaussianEncoder(network), condition, embed

    def forward(self, x: Tensor, c: Tensor) -> DiagonalGaussian:
        """Return q(z | x, c) for every row."""
        return self.gaussian(torch.cat([self.embed(x).flatten(1), self.condition(c)], 1))


class ConditionalDecoder(nn.Module):
    """p(x | z, c): a decoder whose network reads z and the features of c in one row."""

    def __init__(self, decoder: FactorizedDecoder, condition: Condition) -> None:
        """Keep the decoder of rows (N, K + features), and the condition."""
        super().__init__()
        self.decoder, self.condition, self.shape, self.check = decoder, condition, decoder.shape, decoder.check

    def forward(self, z: Tensor, c: Tensor) -> Likelihood:
        """Return p(x | z, c) for every row."""
        return self.decoder(torch.cat([z, self.condition(c)], 1))

    def check_condition(self, c: Tensor) -> None:
        """Raise TypeError or ValueError unless c is a batch of conditions."""
        self.condition.check(c)


class ConditionalNormal(nn.Module):
    """The prior p(z | c) = N(mean(c), diag(scale(c)^2)) from a network of the features of c."""

    def __init__(self, network: nn.Module, condition: Condition) -> None:
        """Keep the network (B, features) -> (B, 2 K), and the condition."""
        super().__init__()
        self.gaussian, self.condition = GaussianEncoder(network), condition

    def forward(self, c: Tensor) -> Prior:
        """Return p(z | c) for every row."""
        p = self.gaussian(self.condition(c))
        return _RowPrior(p.mean, p.log_scale)


class Unconditional(nn.Module):
    """A prior p(z) that is the same whatever the condition: z is independent of c."""

    def __init__(self, prior: Prior) -> None:
        """Keep the prior."""
        super().__init__()
        self.prior = prior

    def forward(self, c: Tensor) -> Prior:
        """Return p(z)."""
        return self.prior


@dataclass(frozen=True)
class _RowPrior(DiagonalGaussian):
    measure = "lebesgue"

    def sample(self, n: int) -> Tensor:
        """Draw one z a row, (n, K): n is the number of rows."""
        return self.draw(1)[0][0]


class _Given(nn.Module):
    """A part of a conditional VAE together with the conditions of its rows."""

    def __init__(self, part: Any, c: Tensor) -> None:
        super().__init__()
        self.part = part
        self.register_buffer("c", c)

    def rows(self, n: int) -> Tensor:
        """Return the conditions of n rows: those of c, again and again."""
        check_count(n)
        if n % len(self.c):
            raise ValueError(
                f"there are {len(self.c)} conditions and {n} rows, expected a multiple of the number of conditions: "
                "give one condition for all rows, or one a row."
            )
        return self.c.repeat(n // len(self.c), *[1] * (self.c.dim() - 1))


class _GivenEncoder(_Given):
    def forward(self, x: Tensor) -> Posterior:
        return self.part(x, self.rows(len(x)))


class _GivenDecoder(_Given):
    def __init__(self, part: Any, c: Tensor) -> None:
        super().__init__(part, c)
        self.shape, self.check = part.shape, part.check

    def forward(self, z: Tensor) -> Likelihood:
        return self.part(z, self.rows(len(z)))


class _GivenPrior(_Given):
    measure = "lebesgue"

    def of_rows(self, n: int) -> Prior:
        """Return the prior of n rows."""
        return self.part(self.rows(n))

    def log_prob(self, z: Tensor) -> Tensor:
        return self.of_rows(len(z)).log_prob(z)

    def sample(self, n: int) -> Tensor:
        return self.of_rows(n).sample(n)


def _of_rows(divergence: Callable[..., Tensor], q: Posterior, prior: _GivenPrior, z: Tensor, log_q: Tensor) -> Tensor:
    """Return the divergence of each row from the prior of its own condition."""
    return divergence(q, prior.of_rows(len(z)), z, log_q)
