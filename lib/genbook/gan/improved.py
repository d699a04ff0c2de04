"""Remedies against mode collapse that change a loss (Salimans et al. 2016)."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, softplus

from genbook.checks import check_batch, check_count, check_finite
from genbook.gan.gan import GAN, Penalty
from genbook.gan.objectives import Objective
from genbook.protocols import HasSample


class Examples(nn.Module):
    """The empirical distribution of x (N, *event): `sample` draws rows with replacement, where the module lives.

    Raises:
        TypeError, ValueError: `x` is not a non-empty floating tensor, or holds a NaN.

    >>> Examples(torch.zeros(10, 2)).sample(3).shape
    torch.Size([3, 2])
    """

    def __init__(self, x: Tensor) -> None:
        """Keep the rows as a buffer."""
        super().__init__()
        check_batch(x, getattr(x, "shape", ())[1:])
        check_finite(x)
        self.register_buffer("x", x, persistent=False)

    def sample(self, n: int) -> Tensor:
        """Draw n rows, shape (n, *event)."""
        check_count(n)
        return self.x[torch.randint(len(self.x), (n,), device=self.x.device)]


@dataclass(frozen=True)
class OneSidedSmoothing:
    """The non-saturating game in which the critic is told "real with probability `real`" of data (section 3.4).

    The best critic is D = real * p / (p + q). Fakes keep the target 0: with a target beta > 0 the numerator would be
    real * p + beta * q, and where p is small the critic would vouch for what the generator does already.

    Raises:
        ValueError: `real` is not in (0, 1].

    >>> round(OneSidedSmoothing(0.9).critic(torch.tensor([math.log(9.0)]), torch.tensor([-100.0])).item(), 4)
    0.3251
    """

    real: float = 0.9

    def __post_init__(self) -> None:
        """Check the target."""
        if not 0 < self.real <= 1:
            raise ValueError(f"real is {self.real}, expected a target above 0 and at most 1, such as 0.9.")

    def critic(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the cross-entropy to the targets `real` and 0, in nats."""
        return (self.real * softplus(-real) + (1 - self.real) * softplus(real)).mean() + softplus(fake).mean()

    def generator(self, fake: Tensor) -> Tensor:
        """Return -E[log D]."""
        return softplus(-fake).mean()


class Supervised(nn.Module):
    """Penalty: `weight` times the cross-entropy in nats of labelled examples under `critic.logits`.

    With a `ClassCritic` this makes the game semi-supervised: `GAN(generator, ClassCritic(...), latent,
    NonSaturating(), Supervised(x, y))` (Salimans et al. 2016, section 5).

    Raises:
        TypeError, ValueError: `x` (N, *event) and `y` (N,) int64 do not fit together, or `weight` is negative.
    """

    def __init__(self, x: Tensor, y: Tensor, weight: float = 1.0) -> None:
        """Keep the labelled examples as buffers."""
        super().__init__()
        check_batch(x, getattr(x, "shape", ())[1:])
        if y.dtype != torch.int64 or y.shape != x.shape[:1]:
            raise ValueError(
                f"y has dtype {y.dtype} and shape {tuple(y.shape)}, expected int64 ({len(x)},): one label an example."
            )
        if not (math.isfinite(weight) and weight >= 0):
            raise ValueError(f"weight is {weight}, expected a finite number of at least 0.")
        self.weight = weight
        self.register_buffer("x", x, persistent=False)
        self.register_buffer("y", y, persistent=False)

    def forward(self, critic: nn.Module, x: Tensor, x_model: Tensor) -> Tensor:
        """Return the weighted cross-entropy of all labelled examples, shape ()."""
        return self.weight * cross_entropy(critic.logits(self.x), self.y)


class FeatureMatching(GAN):
    """A GAN whose generator matches the mean of the critic's features (Salimans et al. 2016, section 3.1).

    It minimises || E f(x) - E f(G(z)) ||^2 with f = `critic.features` and as many rows x of `data` as there are rows z.
    The critic's loss stays that of the objective: it decides which features are worth matching.
    """

    def __init__(
        self,
        generator: nn.Module,
        critic: nn.Module,
        latent: HasSample,
        objective: Objective,
        data: HasSample,
        penalty: Penalty | None = None,
    ) -> None:
        """Join both players, the noise, the critic's loss and the data to match; `critic` has `features`."""
        super().__init__(generator, critic, latent, objective, penalty)
        if not isinstance(data, HasSample):
            raise TypeError(f"data is a {type(data).__name__}, expected a distribution with sample(n): Examples(x).")
        self.data = data

    def generator_loss(self, z: Tensor) -> Tensor:
        """Return the squared distance between the mean features of data and of draws, shape ()."""
        real = self.critic.features(self.data.sample(len(z))).mean(0)  # (F,)
        return (real - self.critic.features(self.generator(z)).mean(0)).square().sum()
