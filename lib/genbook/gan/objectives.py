"""What the two players minimise, as functions of the critic's scores of real and of generated examples."""

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor
from torch.nn.functional import relu, softplus


class Objective(Protocol):
    """The losses of a game: `real` and `fake` are scores (B,), logits where the critic is a classifier."""

    def critic(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return what the critic minimises, shape ()."""
        ...

    def generator(self, fake: Tensor) -> Tensor:
        """Return what the generator minimises, shape ()."""
        ...


def classification_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Return -E[log D(x)] - E[log(1 - D(G(z)))] in nats with D = sigmoid(score), finite for any finite score."""
    return softplus(-real).mean() + softplus(fake).mean()


@dataclass(frozen=True)
class Minimax:
    """The zero-sum game of Goodfellow et al. (2014, eq. 1): the generator minimises E[log(1 - D(G(z)))].

    >>> import torch
    >>> round(Minimax().critic(torch.zeros(1), torch.zeros(1)).item(), 4)  # a critic that guesses: log 4
    1.3863
    """

    def critic(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the cross-entropy of telling real from fake, in nats."""
        return classification_loss(real, fake)

    def generator(self, fake: Tensor) -> Tensor:
        """Return E[log(1 - D)], which is flat where the critic is sure."""
        return -softplus(fake).mean()


@dataclass(frozen=True)
class NonSaturating:
    """The same critic; the generator minimises -E[log D(G(z))] (Goodfellow et al. 2014, section 3)."""

    def critic(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the cross-entropy of telling real from fake, in nats."""
        return classification_loss(real, fake)

    def generator(self, fake: Tensor) -> Tensor:
        """Return -E[log D], whose slope does not fade where the critic is sure."""
        return softplus(-fake).mean()


@dataclass(frozen=True)
class LeastSquares:
    """LSGAN: the critic regresses real on `real_code` (b), fake on `fake_code` (a) (Mao et al. 2017, section 3).

    The generator pulls its scores to `wanted_code` (c). The defaults 1, 0, 1 are the 0-1 coding; with b - c = 1 and
    b - a = 2, such as 1, -1, 0, the generator minimises half a Pearson chi2 divergence at the optimal critic.

    >>> import torch
    >>> LeastSquares().critic(torch.zeros(4), torch.zeros(4)).item()  # (0 - 1)^2 / 2 + (0 - 0)^2 / 2
    0.5
    """

    real_code: float = 1.0
    fake_code: float = 0.0
    wanted_code: float = 1.0

    def critic(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return (E[(D(x) - b)^2] + E[(D(G(z)) - a)^2]) / 2."""
        return ((real - self.real_code).square().mean() + (fake - self.fake_code).square().mean()) / 2

    def generator(self, fake: Tensor) -> Tensor:
        """Return E[(D(G(z)) - c)^2] / 2."""
        return (fake - self.wanted_code).square().mean() / 2


@dataclass(frozen=True)
class Wasserstein:
    """The difference of mean scores (Arjovsky et al. 2017, eq. 3): with a 1-Lipschitz critic, -W1 at its optimum.

    The objective does not bound the critic's slope. That is the work of a penalty, of clipping or of the layers.
    """

    def critic(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return E[D(G(z))] - E[D(x)]."""
        return fake.mean() - real.mean()

    def generator(self, fake: Tensor) -> Tensor:
        """Return -E[D(G(z))]."""
        return -fake.mean()


@dataclass(frozen=True)
class Hinge:
    """The margin loss: real scores beyond 1 and fake scores beyond -1 count no more (Lim and Ye 2017).

    >>> import torch
    >>> Hinge().critic(torch.tensor([1.5, 0.0]), torch.tensor([-2.0, -1.0])).item()  # only the score 0 is inside
    0.5
    """

    def critic(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return E[max(0, 1 - D(x))] + E[max(0, 1 + D(G(z)))]."""
        return relu(1 - real).mean() + relu(1 + fake).mean()

    def generator(self, fake: Tensor) -> Tensor:
        """Return -E[D(G(z))], as for the difference of means."""
        return -fake.mean()
