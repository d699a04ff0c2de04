"""InfoGAN: some of the noise must stay readable from the picture (Chen et al. 2016)."""

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from genbook.checks import check_batch, check_count
from genbook.gan.gan import GAN, Penalty
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

    `weights` are the paper's lambda for the class and for the continuous codes. Both players gain from L_I: the
    generator by leaving traces of c in the picture, the critic's trunk and Q by reading them.

    Raises:
        ValueError: a weight is not a finite number of at least 0.
    """

    def __init__(
        self,
        generator: nn.Module,
        critic: CodeCritic,
        codes: Codes,
        objective: Objective,
        weights: tuple[float, float] = (1.0, 0.1),
        penalty: Penalty | None = None,
    ) -> None:
        """Join both players, the codes and the losses."""
        super().__init__(generator, critic, codes, objective, penalty)
        if not all(math.isfinite(weight) and weight >= 0 for weight in weights):
            raise ValueError(f"weights are {weights}, expected finite numbers of at least 0.")
        self.weights = weights

    def bounds(self, z: Tensor, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return H + log Q of the class and of the continuous codes in z, given critic.body(x) (B, width), each (B,).

        The mean of the first is at most I(class; x), that of the second at most I(continuous codes; x), in nats.
        """
        _, label, c = self.latent.split(z)
        logits, mean, log_scale = self.critic.read(features)
        of_class = math.log(self.latent.classes) + (label * logits.log_softmax(1)).sum(1)
        of_rest = self.latent.continuous * math.log(2) + log_normal(c, mean, log_scale).sum(1)
        return of_class, of_rest

    def information(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return `bounds` for the pictures G(z), in nats: (B, size) -> two tensors (B,)."""
        return self.bounds(z, self.critic.body(self.generator(z)))

    def critic_loss(self, x: Tensor, z: Tensor) -> Tensor:
        """Return the objective less the weighted bounds: x (B, *event), z (B, size) -> ()."""
        x_model = self.generator(z).detach()
        check_batch(x, x_model.shape[1:])
        features = self.critic.body(x_model)
        loss = self.objective.critic(self.critic(x), self.critic.score(features)[:, 0]) - self._told(z, features)
        return loss if self.penalty is None else loss + self.penalty(self.critic, x, x_model)

    def generator_loss(self, z: Tensor) -> Tensor:
        """Return the objective less the weighted bounds: z (B, size) -> ()."""
        features = self.critic.body(self.generator(z))
        return self.objective.generator(self.critic.score(features)[:, 0]) - self._told(z, features)

    def _told(self, z: Tensor, features: Tensor) -> Tensor:
        of_class, of_rest = self.bounds(z, features)
        return self.weights[0] * of_class.mean() + self.weights[1] * of_rest.mean()
