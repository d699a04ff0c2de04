"""BiGAN and ALI: a critic of pairs (x, z) teaches an encoder to undo the generator."""

import math

import torch
from torch import Tensor, nn

from genbook.checks import check_batch, check_finite
from genbook.gan.gan import GAN
from genbook.gan.objectives import Objective
from genbook.gan.penalties import input_gradients
from genbook.protocols import HasSample


class PairCritic(nn.Module):
    """A score of a pair: features of x (B, *event) and z (B, K) side by side, then an MLP to (B,).

    `body` maps x to (B, width); `head` maps (B, width + K) to (B, 1).
    """

    def __init__(self, body: nn.Module, head: nn.Module) -> None:
        """Join both parts."""
        super().__init__()
        self.body, self.head = body, head

    def forward(self, x: Tensor, z: Tensor) -> Tensor:
        """Return the scores, shape (B,)."""
        return self.head(torch.cat([self.body(x), z], 1))[:, 0]


class Coder(nn.Module):
    """Generator G(z) -> x and encoder E(x) -> z, which play on one side: called on z it is the generator."""

    def __init__(self, generator: nn.Module, encoder: nn.Module) -> None:
        """Join both."""
        super().__init__()
        self.generator, self.encoder = generator, encoder

    def forward(self, z: Tensor) -> Tensor:
        """Return G(z), shape (B, *event)."""
        return self.generator(z)


class GaussianEncoder(nn.Module):
    """The encoder of ALI: a draw from N(mean(x), diag scale(x)^2) by the pathwise derivative, (B, *event) -> (B, K).

    `network` maps x to (B, 2 K): means and log scales.
    """

    def __init__(self, network: nn.Module) -> None:
        """Keep the network."""
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        """Return one draw of z for every row; in evaluation mode the mean."""
        mean, log_scale = self.network(x).chunk(2, 1)
        return mean + log_scale.exp() * torch.randn_like(mean) if self.training else mean


class BiGAN(GAN):
    """A game over pairs: (x, E(x)) of data against (G(z), z) (Donahue et al. 2017, eq. 3; Dumoulin et al. 2017, eq. 1).

    With the best critic, generator and encoder minimise the Jensen-Shannon divergence between p(x) q(z | x) and
    p(z) p(x | z). It is 0 only where both are one distribution; deterministic maps are then each other's inverse.

    `generator` holds both maps. The encoder minimises the objective's generator loss at the negated score, since it
    wants pairs of data to be taken for generated ones; so the objective must treat both signs alike, as logits do.

    `slope_weight` / 2 times `slope` is added to the critic's loss.

    Raises:
        TypeError, ValueError: `data` has no sample(n), or `slope_weight` is not a finite number of at least 0.
    """

    def __init__(
        self,
        generator: nn.Module,
        encoder: nn.Module,
        critic: nn.Module,
        latent: HasSample,
        objective: Objective,
        data: HasSample,
        slope_weight: float = 0.0,
    ) -> None:
        """Join the three networks, the noise, the losses and the data that the encoder learns from."""
        super().__init__(Coder(generator, encoder), critic, latent, objective)
        if not (math.isfinite(slope_weight) and slope_weight >= 0):
            raise ValueError(f"slope_weight is {slope_weight}, expected a finite number of at least 0.")
        if not isinstance(data, HasSample):
            raise TypeError(f"data is a {type(data).__name__}, expected a distribution with sample(n): Examples(x).")
        self.data, self.slope_weight = data, slope_weight

    def critic_loss(self, x: Tensor, z: Tensor) -> Tensor:
        """Return what the critic of pairs minimises: x (B, *event), z (B, K) -> ()."""
        with torch.no_grad():
            x_model, code = self.generator(z), self.generator.encoder(x)
        check_batch(x, x_model.shape[1:])
        loss = self.objective.critic(self.critic(x, code), self.critic(x_model, z))
        return loss + self.slope_weight / 2 * self.slope(x, code) if self.slope_weight else loss

    def slope(self, x: Tensor, code: Tensor) -> Tensor:
        """Return the mean squared norm of the critic's gradient at pairs (R1, Mescheder et al. 2018), shape ()."""
        sizes = [x[0].numel(), code.shape[1]]

        def score(pairs: Tensor) -> Tensor:  # (B, D + K)
            first, second = pairs.split(sizes, 1)
            return self.critic(first.view_as(x), second)

        return input_gradients(score, torch.cat([x.flatten(1), code], 1)).square().sum(1).mean()

    def generator_loss(self, z: Tensor) -> Tensor:
        """Return what generator and encoder minimise, on data of their own: z (B, K) -> ()."""
        x = self.data.sample(len(z))
        fooled = self.objective.generator(self.critic(self.generator(z), z))
        return fooled + self.objective.generator(-self.critic(x, self.generator.encoder(x)))

    def encode(self, x: Tensor) -> Tensor:
        """Return E(x), (B, *event) -> (B, K)."""
        return self.generator.encoder(x)

    def reconstruct(self, x: Tensor) -> Tensor:
        """Return G(E(x)), the shape of x: no loss asks for it to be x, only the critic of pairs."""
        return self.generator(self.encode(x))


def joint_divergence(p_x: Tensor, encoder: Tensor, p_z: Tensor, generator: Tensor) -> Tensor:
    """Return the Jensen-Shannon divergence in nats between p(x) q(z | x) and p(z) p(x | z) on finite sets, shape ().

    With the best critic the value of the game is twice this, less log 4.

    Args:
        p_x: (X,); encoder: (X, Z), rows q(z | x).
        p_z: (Z,); generator: (Z, X), rows p(x | z).

    Raises:
        ValueError: the shapes do not fit together, or a table holds a NaN.

    >>> swap = torch.tensor([[0.0, 1.0], [1.0, 0.0]])
    >>> joint_divergence(torch.full((2,), 0.5), swap, torch.full((2,), 0.5), swap).item()
    0.0
    """
    if encoder.shape != (len(p_x), len(p_z)) or generator.shape != (len(p_z), len(p_x)):
        raise ValueError(
            f"encoder has shape {tuple(encoder.shape)} and generator {tuple(generator.shape)}, expected "
            f"{(len(p_x), len(p_z))} and {(len(p_z), len(p_x))}: one row a condition."
        )
    for name, table in {"encoder": encoder, "generator": generator}.items():
        check_finite(table, name)
    of_data, of_model = p_x[:, None] * encoder, (p_z[:, None] * generator).T  # (X, Z)
    middle = (of_data + of_model) / 2
    entropy = [-torch.special.xlogy(joint, joint).sum() for joint in (middle, of_data, of_model)]
    return entropy[0] - (entropy[1] + entropy[2]) / 2
