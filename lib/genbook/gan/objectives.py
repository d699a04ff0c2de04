"""What the two players minimise, as functions of the critic's scores of real and of generated examples."""

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor
from torch.nn.functional import softplus


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
