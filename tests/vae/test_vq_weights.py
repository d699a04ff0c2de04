"""The weights that the page on vector quantisation loads give what their cards state, on the full test split."""

import math

import pytest
import torch
from torch import Tensor

from genbook.autoregressive import DilatedStack, GatedStacks, MuLaw, OneHot, PixelCNN, WaveNet
from genbook.data import glyphs
from genbook.data.tones import tones
from genbook.nn.outputs import Categorical, DiscretizedLogisticMixture
from genbook.training import load_weights
from genbook.vae import VQVAE, EMAQuantiser, FactorizedDecoder, GridDecoder, GridEncoder

GREY, LAW = DiscretizedLogisticMixture(256, 3), MuLaw(256)
SCALE = torch.tensor([60, 62, 64, 65, 67, 69, 71, 72])


def letters() -> VQVAE:
    decoder = FactorizedDecoder(GridDecoder(2, 16, 1, GREY.size), GREY, (1, 28, 28))
    stacks = GatedStacks(32, 32, 32, (5, 3, 3, 3), classes=10, dropout=0.1)
    prior = PixelCNN(stacks, Categorical(32), (1, 7, 7), OneHot(32))
    return VQVAE(GridEncoder(2, 1, 16), EMAQuantiser(32, 16), decoder, prior, (7, 7), GREY.embed).eval()


def strings() -> VQVAE:
    decoder = FactorizedDecoder(GridDecoder(1, 16, 1, GREY.size), GREY, (1000,))
    prior = WaveNet(DilatedStack(256, 256, 32, (1, 2, 4, 8, 16, 32), classes=8), Categorical(256), 250, OneHot(256))
    parts = GridEncoder(1, 2, 16), EMAQuantiser(256, 16), decoder, prior
    return VQVAE(*parts, (250,), lambda x: LAW(x).mT).eval()


def bits(model: VQVAE, x: Tensor, c: Tensor) -> float:
    """Return the bound in bits a value, the class paid for."""
    total = 0.0
    with torch.no_grad():
        for part, classes in zip(x.split(50), c.split(50), strict=True):
            codes = model.codes(part)
            rate = math.log(model.prior.network.classes) - model.prior.log_prob(codes.flatten(1).float(), classes)
            total += (rate - model.decode(codes).log_prob(part)).sum().item()
    return total / (x.numel() * math.log(2))


def test_letters() -> None:
    model, test = letters(), glyphs(1000, 28, seed=2, characters="ABCDEFGHIJ")
    card = load_weights(model, "vq-glyphs")
    stated = card["metrics"]["test bits a pixel with the class, <="]
    assert bits(model, test.x, test.y) == pytest.approx(stated, abs=1e-3)


def test_strings() -> None:
    model, clips = strings(), tones(800, 0.25, 4000, 2)
    rows = torch.isin(clips.note[:, 0], SCALE).nonzero()[:200, 0]
    card = load_weights(model, "vq-tones")
    stated = card["metrics"]["test bits a sample with the note, <="]
    note = torch.searchsorted(SCALE, clips.note[rows, 0])
    assert bits(model, LAW.encode(clips.x[rows]), note) == pytest.approx(stated, abs=1e-3)
