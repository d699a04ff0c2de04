"""Factorised decoders: sums of the outputs' densities, draws that follow them, and networks that do not fit."""

import pytest
import torch

from genbook.nn import MLP
from genbook.nn.outputs import Bernoulli, Categorical, DiscretizedLogisticMixture
from genbook.numerics import all_states, seeded
from genbook.vae import FactorizedDecoder, ImageDecoder, ImageEncoder


@pytest.mark.parametrize("output", [Categorical(3), DiscretizedLogisticMixture(3, 2)])
def test_the_probabilities_of_all_x_sum_to_one_at_every_z(output: Categorical) -> None:
    with seeded(0):
        decoder = FactorizedDecoder(MLP(2, (8,), 4 * output.size), output, (2, 2))
        states, z = all_states(4, levels=3).view(-1, 2, 2), 3 * torch.randn(1, 2)
    total = decoder(z.expand(len(states), -1)).log_prob(states).exp().sum()
    assert total.item() == pytest.approx(1, abs=1e-5)


def test_draws_have_the_stated_mean() -> None:
    with seeded(0):
        decoder = FactorizedDecoder(MLP(2, (8,), 3 * 15), DiscretizedLogisticMixture(17, 5), (3,))
        given = decoder(torch.randn(1, 2).expand(20_000, -1))
        drawn = given.sample()
    torch.testing.assert_close(drawn.mean(0), given.mean()[0], atol=0.15, rtol=0)


def test_a_network_of_another_size_is_refused() -> None:
    decoder = FactorizedDecoder(MLP(2, (8,), 7), Bernoulli(), (5,))
    with pytest.raises(ValueError, match=r"the network gives 7 numbers a row, expected 5"):
        decoder(torch.zeros(1, 2))


def test_image_networks_mirror_each_other() -> None:
    encoder = ImageEncoder(channels=1, side=8, outputs=6, width=4, halvings=2)
    network = ImageDecoder(3, (1, 8, 8), size=2, width=4, halvings=2)
    assert encoder(torch.zeros(5, 1, 8, 8)).shape == (5, 6)
    assert network(torch.zeros(5, 3)).shape == (5, 1, 8, 8, 2)


def test_an_image_decoder_keeps_the_parameters_of_a_channel_together() -> None:
    """Channel c, parameter p of the layout (C, H, W, size) is channel c * size + p of the last convolution."""
    with seeded(0):
        network = ImageDecoder(3, (2, 8, 8), size=3, width=4, halvings=1)
        z = torch.randn(2, 3)
    flat = network.network(z)  # (2, 6, 8, 8)
    torch.testing.assert_close(network(z)[:, 1, :, :, 2], flat[:, 5])


def test_a_side_that_cannot_be_halved_is_refused() -> None:
    with pytest.raises(ValueError, match="this one can be halved 1 times"):
        ImageEncoder(channels=1, side=6, outputs=4, halvings=2)
