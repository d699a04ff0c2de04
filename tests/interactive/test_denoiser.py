"""The denoiser as a file and as a widget."""

import json
from hashlib import sha256

import pytest
import torch
from torch import nn

from genbook.data import digits
from genbook.diffusion import Cosine, DenseNetwork, NetworkDenoiser, Velocity, ddim, even_times
from genbook.evaluation import digit_classifier
from genbook.interactive import denoise_digits, denoiser_bytes, denoiser_from_bytes
from genbook.numerics import seeded
from tests.interactive.denoiser_fixtures import SHIPPED, small


def test_a_network_survives_the_file() -> None:
    network, x, t = small(), torch.randn(5, 9), torch.rand(5)
    again, c = denoiser_from_bytes(denoiser_bytes(network, 17, torch.float32)), torch.tensor([0, 1, 2, 1, 0])
    torch.testing.assert_close(again(x.double(), t.double(), c).float(), network(x, t, c), rtol=1e-5, atol=1e-5)


def test_the_card_states_the_file_and_what_its_draws_look_like() -> None:
    content, card = SHIPPED.read_bytes(), json.loads(SHIPPED.with_suffix(".json").read_text())
    assert card["sha256"] == sha256(content).hexdigest() and card["bytes"] == len(content) < 1_000_000
    network, c = denoiser_from_bytes(content), torch.arange(10).repeat(20)
    stated = next(row for row in card["metrics"]["guided"] if row["scale"] == 2.0)

    def guided(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        free = network(x, t)
        return free + 2.0 * (network(x, t, c) - free)

    with seeded(1), torch.no_grad():
        start = torch.randn(len(c), 64, dtype=torch.float64)
        x = ddim(NetworkDenoiser(guided, Cosine(), Velocity()), Cosine(), start, even_times(0.98, 0.0, 25))
    drawn = ((x + 1) * 8).round().clamp(0, 16).float()
    recognised = (digit_classifier()(drawn).argmax(-1) == c).float().mean().item()
    assert abs(recognised - stated["recognised"]) < 0.03
    assert digits().train.x.shape[1] == network.dim


def test_the_widget_carries_the_network() -> None:
    assert denoise_digits().file == SHIPPED.read_bytes()
    assert denoise_digits(small()).file == denoiser_bytes(small(), 17)


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda: denoiser_bytes(nn.Linear(2, 2), 17), "expected a genbook.diffusion.DenseNetwork"),
        (lambda: denoiser_bytes(DenseNetwork(8, 2, (4,)), 17), "expected a square number"),
        (lambda: denoiser_bytes(small(), 0), "levels"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(call, sentence: str) -> None:
    with pytest.raises((TypeError, ValueError), match=sentence):
        call()
