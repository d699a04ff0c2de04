"""The weights that the pages of this chapter load give what their cards state, on the full test split."""

import hashlib
import math
from collections.abc import Callable

import pytest
import torch
from torch import nn

from genbook.autoregressive import (
    GPT,
    MADE,
    Decoder,
    GatedStacks,
    Learned,
    PixelCNN,
    Rotary,
    Thermometer,
    Tokens,
)
from genbook.autoregressive.positions import line
from genbook.data import ALPHABET, Vocabulary, digits, stdlib_text, windows
from genbook.evaluation import digit_classifier, nats
from genbook.nn import MaskedMLP
from genbook.nn.outputs import Categorical, DiscretizedLogisticMixture
from genbook.numerics import seeded
from genbook.training import load_weights, shipped


def made_digits() -> nn.Module:
    output = DiscretizedLogisticMixture(levels=17, components=5)
    return MADE(MaskedMLP(64, hidden=(512, 512), params=output.size, direct=True), output)


MODELS: dict[str, Callable[[], nn.Module]] = {"made-digits": made_digits}


@pytest.mark.parametrize("name", MODELS)
def test_weights_give_what_their_card_states(name: str) -> None:
    model = MODELS[name]()
    card = load_weights(model, name)
    found = nats(model, digits().test.x)
    assert found.mean == pytest.approx(card["metrics"]["test nats"], abs=0.01)
    assert found.standard_error == pytest.approx(card["metrics"]["standard error"], abs=0.01)
    assert found.relation == card["metrics"]["relation"]


def test_the_pixelcnn_that_is_told_the_class() -> None:
    mixture, test = DiscretizedLogisticMixture(levels=17, components=5), digits().test
    network = GatedStacks(16, mixture.size, 32, (7, 5, 5), classes=10, dropout=0.3)
    model = PixelCNN(network, mixture, (1, 8, 8), Thermometer(17))
    metrics = load_weights(model.eval(), "gated-pixelcnn-digits")["metrics"]
    with torch.no_grad():
        log_p = torch.stack([model.log_prob(test.x, torch.full((447,), c)) for c in range(10)])  # (10, 447)
    told = -log_p.gather(0, test.y[None]).mean().item()
    assert told == pytest.approx(metrics["test nats given the class, ="], abs=0.01)
    untold = math.log(10) - log_p.logsumexp(0).mean().item()
    assert untold == pytest.approx(metrics["test nats, ="], abs=0.01) and untold < 78.5
    with seeded(1):
        classes = torch.arange(10).repeat(20)
        drawn = model.sample(200, classes)
    share = (digit_classifier()(drawn).argmax(1) == classes).float().mean().item()
    assert share == pytest.approx(metrics["draws recognised"], abs=0.1)  # other noise, fewer draws: 4 deviations


def test_the_transformer_that_writes_code() -> None:
    """On the text of the card to its digits; on the sources of another Python far better than a trigram, 2.65 bits."""
    positions = [Learned(line(128), 96), Rotary(line(128), 24)]
    model = GPT(Tokens(96, 96), Decoder(96, 4, 3, positions), Categorical(len(ALPHABET))).eval()
    card, text = load_weights(model, "text-gpt"), stdlib_text("test")
    x, nats_ = windows(Vocabulary().encode(text), 2048), 0.0
    with torch.no_grad():
        for begin in range(0, 2048 - 64, 64):
            seen = x[:, begin : begin + 128]
            new = slice(0 if begin == 0 else 64, 128)
            nats_ -= model.output.log_prob(seen, model.conditionals(seen))[:, new].sum().item()
    bits = nats_ / x.numel() / math.log(2)
    assert 1.0 < bits < 2.6
    if hashlib.sha256(text.encode()).hexdigest() == card["data"]["sha256_test"]:
        assert bits == pytest.approx(next(iter(card["metrics"].values())), abs=1e-3)


@pytest.mark.parametrize("name", [*MODELS, "gated-pixelcnn-digits", "text-gpt", "gpt-digits", "text-char-rnn"])
def test_weights_are_small(name: str) -> None:
    assert shipped(name).stat().st_size < 3_000_000
