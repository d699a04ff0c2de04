"""Samples beside real images: what the row of a table says of models whose faults are known."""

import pytest
import torch

from genbook.data import digits
from genbook.evaluation import digit_classifier, sample_quality

JUDGE, DATA = digit_classifier(), digits()
TEST = DATA.test.x


def test_real_images_are_better_than_any_fault() -> None:
    floor = sample_quality(JUDGE, DATA.train.x[: len(TEST)], TEST)
    with torch.no_grad():
        noise = torch.randint(17, TEST.shape, generator=torch.Generator().manual_seed(0)).float()
    broken = sample_quality(JUDGE, noise, TEST)
    assert floor.classes == 10 and floor.sure > 0.9
    assert broken.frechet > 5 * floor.frechet
    assert broken.sure < 0.5 * floor.sure


def test_a_collapsed_model_keeps_its_precision_and_loses_recall_and_classes() -> None:
    zeros = TEST[DATA.test.y == 0]
    collapsed = sample_quality(JUDGE, zeros.repeat(20, 1)[: len(TEST)], TEST)
    assert collapsed.precision == 1.0
    assert collapsed.classes == 1
    assert collapsed.recall < 0.2


def test_sets_of_unequal_size_are_refused() -> None:
    with pytest.raises(ValueError, match="expected equal numbers"):
        sample_quality(JUDGE, TEST[:-1], TEST)
