"""The latent plane as a file, as sliders, and as a widget."""

import json
from hashlib import sha256

import pytest
import torch
from torch import nn

from genbook.interactive import explore_plane, latent_plane, plane_bytes, plane_decoder
from genbook.nn import MLP
from genbook.nn.outputs import Bernoulli, DiscretizedLogisticMixture
from genbook.vae import VAE, FactorizedDecoder, GaussianEncoder, StandardNormal
from tests.interactive.plane_fixtures import SHIPPED, small


def other(latents: int = 2, dim: int = 9, output=None, activation=nn.SiLU) -> VAE:
    """Return a model that differs from the small one in one thing."""
    output = output or DiscretizedLogisticMixture(5, 2)
    decoder = FactorizedDecoder(MLP(latents, (4,), dim * output.size, activation), output, (dim,))
    return VAE(GaussianEncoder(MLP(dim, (4,), 2 * latents)), decoder, StandardNormal(latents))


def test_a_decoder_survives_the_file() -> None:
    model, x, y = small()
    z = torch.randn(5, 2)
    again = plane_decoder(plane_bytes(model, x, y, torch.float32))
    expected = model.decoder(z).log_prob(x[:5]).double()
    torch.testing.assert_close(again(z.double()).log_prob(x[:5].double()), expected, rtol=1e-5, atol=1e-4)


def test_the_shipped_file_is_the_one_of_its_card_and_small() -> None:
    content, card = SHIPPED.read_bytes(), json.loads(SHIPPED.with_suffix(".json").read_text())
    assert card["sha256"] == sha256(content).hexdigest() and card["bytes"] == len(content) < 1_000_000


def test_moving_a_slider_draws_anew() -> None:
    model, x, y = small()
    box = explore_plane(model, x, y)
    first, _, seed, picture, words = box.children
    pictures = [picture.value]
    first.value = 1.5
    pictures.append(picture.value)
    seed.value = 3
    pictures.append(picture.value)
    assert len(set(pictures)) == 3 and "z = (1.5, 0)" in words.value


def test_the_widget_carries_the_model() -> None:
    model, x, y = small()
    assert latent_plane().file == SHIPPED.read_bytes()
    assert latent_plane(model, x, y).file == plane_bytes(model, x, y)


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda m, x, y: plane_bytes(other(latents=3)), "takes 3 latent variables"),
        (lambda m, x, y: plane_bytes(other(dim=8)), r"an x has shape \(8,\)"),
        (lambda m, x, y: plane_bytes(other(output=Bernoulli())), "expected a DiscretizedLogisticMixture"),
        (lambda m, x, y: plane_bytes(other(activation=nn.ReLU)), "holds a ReLU"),
        (lambda m, x, y: plane_bytes(nn.Linear(2, 2)), "expected a FactorizedDecoder"),
        (lambda m, x, y: plane_bytes(m, x), "without the other"),
        (lambda m, x, y: plane_bytes(m, x[:, :4], y), "x has shape"),
        (lambda m, x, y: explore_plane(nn.Linear(2, 2), x), "expected a genbook.vae.VAE"),
        (lambda m, x, y: explore_plane(other(latents=3), x), "has 3 latent variables"),
        (lambda m, x, y: explore_plane(m, x, y[:3]), r"y has shape \(3,\)"),
        (lambda m, x, y: explore_plane(m, x[:, :4]), "x has shape"),
        (lambda m, x, y: latent_plane(None, x, y), "without a model"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(call, sentence: str) -> None:
    with pytest.raises((TypeError, ValueError), match=sentence):
        call(*small())
