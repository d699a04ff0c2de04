"""The VAE with two latent variables that the pages load gives the bound that its card states."""

import pytest
import torch

from genbook.data import digits
from genbook.nn import MLP
from genbook.nn.outputs import DiscretizedLogisticMixture
from genbook.numerics import seeded
from genbook.training import load_weights, shipped
from genbook.vae import VAE, FactorizedDecoder, GaussianEncoder, StandardNormal, gaussian_kl
from genbook.vae.iwae import importance_bound


def test_weights_give_what_their_card_states() -> None:
    output = DiscretizedLogisticMixture(17, 5)
    encoder = GaussianEncoder(MLP(64, (256, 256), 4), output.embed)
    decoder = FactorizedDecoder(MLP(2, (256, 256), 64 * output.size), output, (64,))
    model = VAE(encoder, decoder, StandardNormal(2), gaussian_kl).eval()
    metrics = load_weights(model, "vae-plane")["metrics"]
    x = digits().test.x
    with seeded(0), torch.no_grad():
        elbo = -torch.stack([model.elbo(x) for _ in range(30)]).mean().item()
        tighter = -importance_bound(model, x, 50).mean().item()
    assert elbo == pytest.approx(metrics["test nats, <="], abs=0.15)  # 30 draws an image against 500
    assert metrics["test nats by 500 draws, <="] - 0.05 < tighter < elbo


def test_weights_are_small() -> None:
    assert shipped("vae-plane").stat().st_size < 1_000_000
