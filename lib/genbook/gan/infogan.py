"""InfoGAN: some of the noise must stay readable from the picture (Chen et al. 2016)."""

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from genbook.checks import check_batch, check_count
from genbook.gan.gan import GAN
from genbook.gan.objectives import Objective
from genbook.nn.outputs.gaussian import log_normal

LEAST_LOG_SCALE = -3.0  # keeps the density of a code that is read almost exactly from growing without end


class Codes(nn.Module):
    """z = (noise, one-hot class, continuous codes), independent: normal, even over K classes, uniform on [-1, 1]^m.

    Raises:
        TypeError, ValueError: `noise` or `classes` is not a whole number of at least 1, or `continuous` of at least 0.

    >>> codes = Codes(noise=3, classes=4, continuous=2)
    >>> codes.sample(5).shape
    torch.Size([5, 9])
    """

    def __init__(self, noise: int, classes: int, continuous: int = 0) -> None:
        """Keep the sizes."""
        super().__init__()
        check_count(noise, "noise")
        check_count(classes, "classes")
        if continuous != 0:
            check_count(continuous, "continuous")
        self.noise, self.classes, self.continuous = noise, classes, continuous
        self.size = noise + classes + continuous
        self.register_buffer("anchor", torch.zeros(()), persistent=False)  # where draws are made, and their dtype

    @property
    def entropy(self) -> float:
        """H(c) in nats: log K of the class, and the differential entropy log 2 of each continuous code."""
        return math.log(self.classes) + self.continuous * math.log(2)

    def sample(self, n: int) -> Tensor:
        """Draw n rows, shape (n, noise + K + m)."""
        check_count(n)
        like = {"device": self.anchor.device, "dtype": self.anchor.dtype}
        label = torch.randint(self.classes, (n,), device=self.anchor.device)
        return self.join(torch.randn(n, self.noise, **like), label, 2 * torch.rand(n, self.continuous, **like) - 1)

    def join(self, noise: Tensor, label: Tensor, continuous: Tensor) -> Tensor:
        """Return z from noise (B, noise), labels int64 (B,) and continuous codes (B, m), shape (B, noise + K + m)."""
        return torch.cat([noise, one_hot(label, self.classes).to(noise), continuous], 1)

    def split(self, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return noise (B, noise), one-hot classes (B, K) and continuous codes (B, m) of z."""
        check_batch(z, (self.size,), "z")
        return z.split([self.noise, self.classes, self.continuous], 1)


class CodeCritic(nn.Module):
    """A critic and Q(c | x) on one trunk: `body` maps (B, *event) to (B, width), both heads are linear.

    Q is a categorical over the class times a Gaussian for each continuous code.

    Raises:
        TypeError, ValueError: `width` is not a whole number of at least 1.
    """

    def __init__(self, body: nn.Module, width: int, codes: Codes) -> None:
        """Draw the weights of both heads."""
        super().__init__()
        check_count(width, "width")
        self.classes, self.continuous = codes.classes, codes.continuous
        self.body, self.score = body, nn.Linear(width, 1)
        self.reader = nn.Linear(width, codes.classes + 2 * codes.continuous)

    def forward(self, x: Tensor) -> Tensor:
        """Return the scores, shape (B,)."""
        return self.score(self.body(x))[:, 0]

    def read(self, features: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the parameters of Q given body(x): logits (B, K), means (B, m) and log scales (B, m)."""
        logits, mean, log_scale = self.reader(features).split([self.classes, self.continuous, self.continuous], 1)
        return logits, mean, log_scale.clamp(min=LEAST_LOG_SCALE)

    def codes(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return what Q(c | x) believes: class probabilities (B, K), means (B, m), standard deviations (B, m)."""
        logits, mean, log_scale = self.read(self.body(x))
        return logits.softmax(1), mean, log_scale.exp()


class InfoGAN(GAN):
    """A GAN that also maximises L_I = H(c) + E[log Q(c | G(z, c))] <= I(c; G(z, c)) (Chen et al. 2016, eq. 5 and 6).

    `weight` is the paper's lambda. Both players gain from L_I: the generator by leaving traces of c in the picture, the
    critic's trunk and Q by reading them.

    Raises:
        ValueError: `weight` is not a finite number of at least 0.
    """

    def __init__(
        self, generator: nn.Module, critic: CodeCritic, codes: Codes, objective: Objective, weight: float = 1.0
    ) -> None:
        """Join both players, the codes and the losses."""
        super().__init__(generator, critic, codes, objective)
        if not (math.isfinite(weight) and weight >= 0):
            raise ValueError(f"weight is {weight}, expected a finite number of at least 0.")
        self.weight = weight

    def log_q(self, z: Tensor, features: Tensor) -> Tensor:
        """Return log Q(c | x) in nats for the codes in z (B, size), given critic.body(x) (B, width), shape (B,)."""
        _, label, c = self.latent.split(z)
        logits, mean, log_scale = self.critic.read(features)
        return (label * logits.log_softmax(1)).sum(1) + log_normal(c, mean, log_scale).sum(1)

    def information(self, z: Tensor) -> Tensor:
        """Return H(c) + log Q(c | G(z)) in nats, (B, size) -> (B,); its mean is at most I(c; G(z, c))."""
        return self.latent.entropy + self.log_q(z, self.critic.body(self.generator(z)))

    def critic_loss(self, x: Tensor, z: Tensor) -> Tensor:
        """Return the objective less `weight` * L_I: x (B, *event), z (B, size) -> ()."""
        x_model = self.generator(z).detach()
        check_batch(x, x_model.shape[1:])
        features = self.critic.body(x_model)
        loss = self.objective.critic(self.critic(x), self.critic.score(features)[:, 0])
        return loss - self.weight * (self.latent.entropy + self.log_q(z, features).mean())

    def generator_loss(self, z: Tensor) -> Tensor:
        """Return the objective less `weight` * L_I: z (B, size) -> ()."""
        features = self.critic.body(self.generator(z))
        loss = self.objective.generator(self.critic.score(features)[:, 0])
        return loss - self.weight * (self.latent.entropy + self.log_q(z, features).mean())
