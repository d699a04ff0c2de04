import json
import math
from hashlib import sha256
from importlib.resources import files

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from genbook.data import digits, glyphs
from genbook.evaluation import accuracy, digit_classifier, frechet_distance, glyph_classifier, inception_score


def card(name):
    return json.loads((files("genbook") / "weights" / f"{name}.json").read_text())


def test_the_digit_classifier_is_as_good_as_its_card_says():
    said = card("digit-classifier")["metrics"]
    test = digits().test
    assert accuracy(digit_classifier(), test.x, test.y) == pytest.approx(said["test accuracy"], abs=said["tolerance"])
    assert said["test accuracy"] >= 0.97
    assert min(said["test accuracy of every seed"]) >= 0.97


def test_the_glyph_classifier_is_as_good_as_its_card_says():
    said = card("glyph-classifier")["metrics"]
    test = glyphs(2000, size=28, seed=102)
    assert accuracy(glyph_classifier(), test.x, test.y) == pytest.approx(said["test accuracy"], abs=said["tolerance"])
    assert said["test accuracy"] >= 0.95
    assert min(said["test accuracy of every seed"]) >= 0.95


@pytest.mark.parametrize("name", ["digit-classifier", "glyph-classifier"])
def test_weights_are_small_and_cards_are_complete(name):
    content = (files("genbook") / "weights" / f"{name}.safetensors").read_bytes()
    assert len(content) < 1_000_000
    assert card(name)["sha256"] == sha256(content).hexdigest()
    for field in ("command", "seed", "steps", "data", "metrics", "sha256", "versions"):
        assert field in card(name)


def test_rows_and_images_are_the_same_to_it_and_rows_do_not_mix():
    classifier, x = digit_classifier(), digits().test.x[:9]
    features = classifier.features(x)
    assert features.shape == (9, 64)
    assert torch.equal(features, classifier.features(x.view(9, 1, 8, 8)))
    assert torch.allclose(features[4:5], classifier.features(x[4:5]), atol=1e-5)
    assert torch.allclose(classifier.head(features), classifier(x))
    assert not classifier.training and not any(p.requires_grad for p in classifier.parameters())


def test_each_call_gives_a_classifier_of_its_own():
    first, second = digit_classifier(), digit_classifier()
    first.head[-1].bias.fill_(7.0)
    assert not torch.equal(first.head[-1].bias, second.head[-1].bias)


def test_its_features_tell_digits_from_imitations():
    """Real digits are closer to real digits than shuffled pixels or noise are, and surer classes score higher."""
    data, classifier = digits(), digit_classifier()
    real, other = data.train.x[:400], data.test.x[:400]
    generator = torch.Generator().manual_seed(0)
    independent = torch.stack([column[torch.randperm(400, generator=generator)] for column in other.T], dim=1)
    noise = torch.randint(17, (400, 64), generator=generator).float()
    distances = [
        frechet_distance(classifier.features(real), classifier.features(x)) for x in (other, independent, noise)
    ]
    assert 10 * distances[0] < distances[1] < distances[2]
    sure, unsure = (inception_score(classifier(x).softmax(-1)) for x in (other, noise))
    assert sure > 3 * unsure


@settings(deadline=None, max_examples=30)
@given(bad=st.sampled_from([-1.0, 17.0, 255.0, math.nan, math.inf]), where=st.integers(0, 63))
def test_levels_outside_its_range_are_refused(bad, where):
    x = torch.zeros(2, 64)
    x[1, where] = bad
    with pytest.raises(ValueError, match="x holds"):
        digit_classifier().features(x)


@pytest.mark.parametrize("shape", [(64,), (0, 64), (2, 63), (2, 8, 8), (2, 3, 8, 8), (2, 1, 28, 28)])
def test_wrong_shapes_are_refused(shape):
    with pytest.raises(ValueError, match="x "):
        digit_classifier()(torch.zeros(shape))


def test_wrong_types_are_refused():
    for bad in (digits().test.x.long(), [[0.0] * 64], None):
        with pytest.raises(TypeError, match="x "):
            digit_classifier()(bad)


def test_accuracy_counts_and_checks():
    guess = torch.nn.Identity()
    logits = torch.tensor([[2.0, 1.0], [0.0, 1.0], [3.0, 0.0], [1.0, 0.0]])
    assert accuracy(guess, logits, torch.tensor([0, 1, 1, 0])) == 0.75
    with pytest.raises(ValueError, match="4 images and 3 labels"):
        accuracy(guess, logits, torch.zeros(3, dtype=torch.int64))
