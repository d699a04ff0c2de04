"""The spectrum that the figure of the directions loads is that of the digits, and its card describes the file."""

import json
from hashlib import sha256

import pytest
import torch
from safetensors.torch import load

from genbook.data import digits
from genbook.vae import spectrum
from tests.interactive.ppca_fixtures import SHIPPED


def test_the_card_states_the_file() -> None:
    card, content = json.loads(SHIPPED.with_suffix(".json").read_text()), SHIPPED.read_bytes()
    assert (len(content), sha256(content).hexdigest()) == (card["bytes"], card["sha256"])
    stated = card["metrics"]["noise variance at the maximum, 32 latents"]
    assert load(content)["values"][32:].mean().item() == pytest.approx(stated, rel=1e-6)


def test_the_file_holds_the_spectrum_of_the_training_digits() -> None:
    file, data = load(SHIPPED.read_bytes()), digits()
    mean, values, vectors = spectrum(data.train.x.double())
    torch.testing.assert_close(file["mean"], mean)
    torch.testing.assert_close(file["values"], values + 1 / 12)
    rebuilt = file["directions"].T * values @ file["directions"]
    torch.testing.assert_close(rebuilt, vectors * values @ vectors.T, rtol=1e-9, atol=1e-9)
    assert [data.test.y[(data.test.x == x).all(1)][0] for x in file["examples"].float()] == list(range(10))
