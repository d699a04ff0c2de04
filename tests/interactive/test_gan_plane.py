"""The generator of the plane as a file and as a widget."""

import json
from hashlib import sha256

import pytest
import torch
from torch import nn

from genbook.gan import DCGANGenerator
from genbook.interactive import gan_bytes, gan_generator, gan_plane
from genbook.training import load_weights
from tests.interactive.gan_fixtures import SHIPPED, small


def test_folding_batch_norm_changes_no_image() -> None:
    generator, terms, directions = small()
    z = torch.randn(5, 3)
    folded = gan_generator(gan_bytes(generator, terms, directions, torch.float32))
    x = generator(z)
    assert x.std() > 0.1
    torch.testing.assert_close(folded(z.double()).float(), x, rtol=1e-4, atol=1e-5)


def test_the_shipped_file_is_the_one_of_its_card_small_and_that_of_the_page() -> None:
    content, card = SHIPPED.read_bytes(), json.loads(SHIPPED.with_suffix(".json").read_text())
    assert card["sha256"] == sha256(content).hexdigest() and card["bytes"] == len(content) < 1_000_000
    generator = DCGANGenerator(32, 32)
    assert load_weights(generator, "dcgan-glyphs")["sha256"] == card["weights"]
    z = torch.randn(20, 32, generator=torch.Generator().manual_seed(0))
    difference = gan_generator(content)(z.double()).float() - generator.eval()(z)
    assert difference.abs().mean() < 2e-3  # half precision, after folding


def test_the_widget_carries_the_model() -> None:
    assert gan_plane().file == SHIPPED.read_bytes()
    assert gan_plane(*small()).file == gan_bytes(*small())


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda g, t, d: gan_bytes(nn.Linear(2, 2), t, d), "expected a genbook.gan.DCGANGenerator"),
        (lambda g, t, d: gan_bytes(DCGANGenerator(3, 2, 8, channels=3), t, d), "has 3 channels"),
        (lambda g, t, d: gan_bytes(g, t[:, :2], d), "terms has shape"),
        (lambda g, t, d: gan_bytes(g, t[:5], d), "terms has 5 rows"),
        (lambda g, t, d: gan_bytes(g, t, d[:2]), "directions has 2 rows"),
        (lambda g, t, d: gan_plane(g), "without the others"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(call, sentence: str) -> None:
    with pytest.raises((TypeError, ValueError), match=sentence):
        call(*small())
