"""The energy-based game: losses worked by hand, the margin, the repulsion."""

import pytest
import torch
from torch import nn

from genbook.gan import EBGAN, AutoencoderEnergy, cosine_repulsion
from genbook.nn import MLP, StandardNormal
from genbook.numerics import seeded


class Scaled(nn.Module):
    """Code and reconstruction x / 2: the energy is mean(x^2) / 4."""

    def forward(self, x):
        return x / 2


class Identity(nn.Module):
    def forward(self, x):
        return x


def by_hand(margin=1.0, repulsion=0.0):
    return EBGAN(Identity(), AutoencoderEnergy(Scaled(), Identity()), StandardNormal(2), margin, repulsion)


def test_energy_is_the_mean_squared_error_of_reconstruction():
    x = torch.tensor([[2.0, 0.0], [2.0, 4.0]])
    torch.testing.assert_close(by_hand().critic(x), torch.tensor([0.5, 2.5]))


def test_losses_by_hand():
    gan, x, z = by_hand(margin=1.0), torch.tensor([[2.0, 0.0]]), torch.tensor([[1.0, 1.0], [4.0, 0.0]])
    # energies: data 0.5; draws 0.25 and 2: the second is beyond the margin and costs nothing
    assert gan.critic_loss(x, z).item() == pytest.approx(0.5 + (1.0 - 0.25) / 2)
    assert gan.generator_loss(z).item() == pytest.approx((0.25 + 2.0) / 2)


def test_beyond_the_margin_the_critic_feels_nothing():
    gan = by_hand(margin=0.2)
    z = torch.tensor([[1.0, 1.0], [4.0, 0.0]])
    assert gan.critic_loss(torch.zeros(1, 2), z).item() == 0


def test_repulsion_of_parallel_opposite_and_orthogonal_codes():
    assert cosine_repulsion(torch.tensor([[1.0, 2.0], [2.0, 4.0]])).item() == pytest.approx(1.0)
    assert cosine_repulsion(torch.tensor([[1.0, 2.0], [-1.0, -2.0]])).item() == pytest.approx(1.0)
    assert cosine_repulsion(torch.eye(5)).item() == pytest.approx(0.0)
    with pytest.raises(ValueError, match="expected at least 2"):
        cosine_repulsion(torch.ones(1, 3))


def test_repulsion_against_a_loop():
    with seeded(0):
        codes = torch.randn(6, 4, dtype=torch.float64)
    total = sum(torch.cosine_similarity(codes[i], codes[j], dim=0) ** 2 for i in range(6) for j in range(6) if i != j)
    assert torch.isclose(cosine_repulsion(codes), total / 30)


def test_generator_pays_for_parallel_codes():
    z = torch.tensor([[1.0, 2.0], [2.0, 4.0]])
    assert (by_hand(repulsion=0.3).generator_loss(z) - by_hand().generator_loss(z)).item() == pytest.approx(0.3)


def trained(repulsion, seed):
    """Return the squared cosine of codes after a generator has played against a fixed linear autoencoder."""
    with seeded(seed):
        critic = AutoencoderEnergy(nn.Linear(2, 3, bias=False), nn.Linear(3, 2))
        gan = EBGAN(MLP(2, (16,), 2), critic, StandardNormal(2), 1.0, repulsion)
        adam = torch.optim.Adam(gan.generator.parameters(), 5e-3)
        for _ in range(150):
            adam.zero_grad()
            gan.generator_loss(torch.randn(64, 2)).backward()
            adam.step()
        with torch.no_grad():
            return cosine_repulsion(critic.encoder(gan.generator(torch.randn(500, 2)))).item()


@pytest.mark.parametrize("seed", range(3))
def test_repelling_term_lowers_cosine_similarity(seed):
    assert trained(1.0, seed) < 0.8 * trained(0.0, seed)


def test_bad_settings_are_refused():
    with pytest.raises(ValueError, match=r"margin is 0"):
        by_hand(margin=0)
    with pytest.raises(ValueError, match="repulsion is -1"):
        by_hand(repulsion=-1)
    with pytest.raises(TypeError, match="expected a distribution"):
        EBGAN(Identity(), AutoencoderEnergy(Scaled(), Identity()), 3, 1.0)
    with pytest.raises(ValueError, match="expected"):
        by_hand().critic_loss(torch.zeros(4, 3), torch.zeros(4, 2))
