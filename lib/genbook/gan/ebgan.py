"""The energy-based GAN: the critic is an autoencoder, and its reconstruction error is the energy."""

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize, relu

from genbook.checks import check_batch, check_count
from genbook.protocols import HasSample


class AutoencoderEnergy(nn.Module):
    """E(x) = |decoder(encoder(x)) - x|^2 / D >= 0, low where the autoencoder knows its way (Zhao et al. 2017).

    encoder: (B, *event) -> (B, K); decoder: (B, K) -> (B, *event). The mean over the D variables keeps the margin's
    scale the same for every size.

    >>> AutoencoderEnergy(nn.Linear(3, 2), nn.Linear(2, 3))(torch.zeros(5, 3)).shape
    torch.Size([5])
    """

    def __init__(self, encoder: nn.Module, decoder: nn.Module) -> None:
        """Join both halves."""
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, x: Tensor) -> Tensor:
        """Return the energies, shape (B,)."""
        return (self.decoder(self.encoder(x)) - x).flatten(1).square().mean(1)


def cosine_repulsion(codes: Tensor) -> Tensor:
    """Return the mean squared cosine between the codes (B, K) of different examples, shape (), from 0 to 1.

    The pulling-away term of Zhao et al. (2017). Opposite codes count as much as equal ones: it is least, 0,
    for orthogonal codes.

    Raises:
        ValueError: there is only one row.

    >>> cosine_repulsion(torch.tensor([[1.0, 0.0], [0.0, 2.0], [3.0, 0.0]]))  # one pair of three is parallel
    tensor(0.3333)
    """
    check_batch(codes, codes.shape[1:], "codes")
    b = len(codes)
    if b < 2:
        raise ValueError("codes has 1 row, expected at least 2: the term compares examples of one batch.")
    unit = normalize(codes.flatten(1), dim=1)
    cosine = unit @ unit.T  # (B, B)
    return (cosine.square().sum() - cosine.diagonal().square().sum()) / (b * (b - 1))


class EBGAN(nn.Module):
    """A generator against an energy with a margin (Zhao et al. 2017, section 2).

    The critic lowers E at data and raises it at draws up to `margin`; the generator lowers E at its draws and, with
    weight `repulsion`, pushes the codes of its batch apart.

    Raises:
        TypeError: `latent` has no sample(n).
        ValueError: `margin` is not above 0, or `repulsion` is below 0.

    >>> from genbook.nn import MLP, StandardNormal
    >>> gan = EBGAN(MLP(2, (8,), 3), AutoencoderEnergy(MLP(3, (8,), 2), MLP(2, (8,), 3)), StandardNormal(2), margin=1.0)
    >>> gan.sample(5).shape
    torch.Size([5, 3])
    """

    def __init__(
        self,
        generator: nn.Module,
        critic: AutoencoderEnergy,
        latent: HasSample,
        margin: float,
        repulsion: float = 0.0,
    ) -> None:
        """Join both players, the noise and the losses."""
        super().__init__()
        if not isinstance(latent, HasSample):
            raise TypeError(f"latent is a {type(latent).__name__}, expected a distribution with sample(n).")
        if not margin > 0 or not repulsion >= 0:
            raise ValueError(f"margin is {margin} and repulsion is {repulsion}, expected margin > 0 <= repulsion.")
        self.generator, self.critic, self.latent = generator, critic, latent
        self.margin, self.repulsion = margin, repulsion

    def critic_loss(self, x: Tensor, z: Tensor) -> Tensor:
        """Return E[E(x)] + E[max(0, margin - E(G(z)))]: x (B, *event), z (B, *noise) -> ()."""
        x_model = self.generator(z).detach()
        check_batch(x, x_model.shape[1:])
        return self.critic(x).mean() + relu(self.margin - self.critic(x_model)).mean()

    def generator_loss(self, z: Tensor) -> Tensor:
        """Return E[E(G(z))] + repulsion * cosine_repulsion(codes of G(z)): z (B, *noise) -> ()."""
        x_model = self.generator(z)
        energy = self.critic(x_model).mean()
        if self.repulsion == 0:
            return energy
        return energy + self.repulsion * cosine_repulsion(self.critic.encoder(x_model))

    def sample(self, n: int) -> Tensor:
        """Draw n examples, shape (n, *event)."""
        check_count(n)
        with torch.no_grad():
            return self.generator(self.latent.sample(n))
