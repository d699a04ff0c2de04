"""Conditional games: the class enters the generator, and the critic in one of three ways."""

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from genbook.checks import check_batch, check_count
from genbook.gan.objectives import Objective
from genbook.protocols import HasSample


class ConditionalGenerator(nn.Module):
    """G(z, c) = network([z, table(c)]): a learned row a class joins z (Mirza and Osindero 2014, section 3.2)."""

    def __init__(self, network: nn.Module, classes: int, features: int) -> None:
        """Keep the network (B, K + features) -> (B, *event), and draw the table."""
        super().__init__()
        self.network, self.table = network, class_table(classes, features)

    def forward(self, z: Tensor, c: Tensor) -> Tensor:
        """Return one example a row of z (B, K) and c (B,)."""
        return self.network(torch.cat([z, self.table(c)], 1))


class JoinedCritic(nn.Module):
    """D(x, c) = critic([x, table(c)]): the class enters beside x, as one more channel of an image or as more numbers.

    Mirza and Osindero (2014, section 3.2). `event` is the shape of what a class becomes, (1, 28, 28) for images of that
    size and (F,) for rows; it joins x along the first axis of an event.
    """

    def __init__(self, critic: nn.Module, classes: int, *event: int) -> None:
        """Keep the critic of joined examples, and draw the table."""
        super().__init__()
        self.critic, self.event = critic, event
        self.table = class_table(classes, torch.Size(event).numel())

    def forward(self, x: Tensor, c: Tensor) -> Tensor:
        """Return the scores (B,) of pairs."""
        return self.critic(torch.cat([x, self.table(c).unflatten(1, self.event)], 1))


class ProjectionCritic(nn.Module):
    """D(x, c) = psi(h) + <table(c), h> with h = features(x) and psi linear (Miyato and Koyama 2018, eq. 3).

    The inner product is the log-ratio log q(c|x) - log p(c|x) of two softmax classifiers on the same features.
    """

    def __init__(self, features: nn.Module, outputs: int, classes: int) -> None:
        """Keep the features (B, *event) -> (B, outputs), and draw psi and the table."""
        super().__init__()
        self.features, self.psi, self.table = features, nn.Linear(outputs, 1), class_table(classes, outputs)
        nn.init.normal_(self.table.weight, 0.0, outputs**-0.5)

    def forward(self, x: Tensor, c: Tensor) -> Tensor:
        """Return the scores (B,) of pairs."""
        h = self.features(x)  # (B, F)
        return self.psi(h)[:, 0] + (self.table(c) * h).sum(1)


class AuxiliaryCritic(nn.Module):
    """x -> (scores (B,), logits of the class (B, classes)): two heads on the same features (Odena et al. 2017)."""

    def __init__(self, features: nn.Module, outputs: int, classes: int) -> None:
        """Keep the features (B, *event) -> (B, outputs), and draw both heads."""
        super().__init__()
        check_count(classes, "classes")
        self.features, self.score, self.logits = features, nn.Linear(outputs, 1), nn.Linear(outputs, classes)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return how real x looks and what it looks like."""
        h = self.features(x)
        return self.score(h)[:, 0], self.logits(h)


class CGAN(nn.Module):
    """x = generator(z, c), judged by critic(x, c) -> (B,): the conditional game of Mirza and Osindero (2014, eq. 2).

    The critic sees x and c together, so it learns whether they belong together.

    >>> from genbook.gan import MLPCritic, NonSaturating
    >>> from genbook.nn import MLP, StandardNormal
    >>> generator = ConditionalGenerator(MLP(2 + 4, (8,), 3), 10, 4)
    >>> gan = CGAN(generator, JoinedCritic(MLPCritic(3 + 4, (8,)), 10, 4), StandardNormal(2), NonSaturating())
    >>> gan.sample(5, c=torch.tensor([7])).shape
    torch.Size([5, 3])
    """

    def __init__(self, generator: nn.Module, critic: nn.Module, latent: HasSample, objective: Objective) -> None:
        """Join both players, the noise and the losses."""
        super().__init__()
        self.generator, self.critic, self.latent, self.objective = generator, critic, latent, objective

    def critic_loss(self, x: Tensor, z: Tensor, c: Tensor) -> Tensor:
        """Return what the critic minimises: pairs of x (B, *event) and c (B,) are real, those of G(z, c) and c not."""
        x_model = generated(self.generator, x, z, c)
        return self.objective.critic(self.critic(x, c), self.critic(x_model, c))

    def generator_loss(self, z: Tensor, c: Tensor) -> Tensor:
        """Return what the generator minimises: z (B, *noise), c (B,) -> (); gradients flow through the critic."""
        return self.objective.generator(self.critic(self.generator(z, c), c))

    def sample(self, n: int, c: Tensor) -> Tensor:
        """Draw n examples, shape (n, *event); n is a multiple of the rows of c, which repeat in order."""
        return draw(self.generator, self.latent, n, c)


class ACGAN(nn.Module):
    """A game with a second head that names the class (Odena et al. 2017, eqs. 2 and 3).

    Both players minimise `weight` times the cross-entropy of the class, the critic on real and on generated examples,
    in nats. The critic's score does not see c, so only that head ties an example to its class.
    """

    def __init__(
        self,
        generator: nn.Module,
        critic: nn.Module,
        latent: HasSample,
        objective: Objective,
        weight: float = 1.0,
    ) -> None:
        """Join both players, the noise and the losses; critic(x) gives scores and logits."""
        super().__init__()
        self.generator, self.critic, self.latent, self.objective = generator, critic, latent, objective
        self.weight = weight

    def critic_loss(self, x: Tensor, z: Tensor, c: Tensor) -> Tensor:
        """Return what the critic minimises on x (B, *event) of classes c (B,) and on G(z, c)."""
        real, real_logits = self.critic(x)
        fake, fake_logits = self.critic(generated(self.generator, x, z, c))
        named = cross_entropy(real_logits, c) + cross_entropy(fake_logits, c)
        return self.objective.critic(real, fake) + self.weight * named

    def generator_loss(self, z: Tensor, c: Tensor) -> Tensor:
        """Return what the generator minimises: z (B, *noise), c (B,) -> (); gradients flow through the critic."""
        fake, logits = self.critic(self.generator(z, c))
        return self.objective.generator(fake) + self.weight * cross_entropy(logits, c)

    def sample(self, n: int, c: Tensor) -> Tensor:
        """Draw n examples, shape (n, *event); n is a multiple of the rows of c, which repeat in order."""
        return draw(self.generator, self.latent, n, c)


def class_table(classes: int, features: int) -> nn.Embedding:
    """Return a learned row of `features` numbers a class."""
    check_count(classes, "classes")
    check_count(features, "features")
    return nn.Embedding(classes, features)


def generated(generator: nn.Module, x: Tensor, z: Tensor, c: Tensor) -> Tensor:
    """Return G(z, c) for the critic, out of reach of its gradient, or raise where x, z and c do not fit."""
    if len(x) != len(c) or len(z) != len(c):
        raise ValueError(
            f"there are {len(x)} examples, {len(z)} rows of noise and {len(c)} classes, expected one each."
        )
    x_model = generator(z, c).detach()
    check_batch(x, x_model.shape[1:])
    return x_model


def draw(generator: nn.Module, latent: HasSample, n: int, c: Tensor) -> Tensor:
    """Return n examples of classes c (R,) int64, which repeat in order."""
    check_count(n)
    if not isinstance(c, Tensor) or c.dtype != torch.int64 or c.dim() != 1:
        given = f"{c.dtype} of shape {tuple(c.shape)}" if isinstance(c, Tensor) else f"a {type(c).__name__}"
        raise TypeError(f"c is {given}, expected an int64 tensor (R,) of classes.")
    if len(c) == 0 or n % len(c):
        raise ValueError(f"there are {len(c)} classes and {n} rows, expected a multiple of the number of classes.")
    with torch.no_grad():
        return generator(latent.sample(n), c.repeat(n // len(c)))
