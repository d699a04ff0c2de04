"""What one row of a table of models says about a set of samples: distance, precision, recall and classes."""

from typing import NamedTuple

import torch
from torch import Tensor

from genbook.evaluation.classifiers import ConvClassifier
from genbook.evaluation.frechet import frechet_distance
from genbook.evaluation.neighbours import precision_recall


class SampleQuality(NamedTuple):
    """Fréchet distance; shares of samples that look real, of real images covered; classes drawn; share recognised."""

    frechet: float
    precision: float
    recall: float
    classes: int
    sure: float


SURE, FEWEST = 0.9, 0.02  # probability of a recognised draw; share of recognised draws before a class is covered


@torch.no_grad()
def sample_quality(classifier: ConvClassifier, samples: Tensor, real: Tensor) -> SampleQuality:
    """Return how `samples` (N, D) compare with as many `real` images (N, D), by the features of `classifier`.

    A class is covered if at least FEWEST of all samples are assigned to it with probability above SURE.

    Raises:
        ValueError: the sets differ in size, so that the distance would have another floor; or as the classifier says.

    >>> from genbook.data import digits
    >>> from genbook.evaluation import digit_classifier
    >>> x = digits().test.x
    >>> quality = sample_quality(digit_classifier(), x, x)
    >>> round(quality.frechet, 6), quality.precision, quality.recall, quality.classes
    (0.0, 1.0, 1.0, 10)
    """
    if len(samples) != len(real):
        raise ValueError(
            f"there are {len(samples)} samples and {len(real)} real images, expected equal numbers: "
            "the Fréchet distance falls with both."
        )
    a, b = classifier.features(samples), classifier.features(real)
    share, label = classifier.head(a).softmax(1).max(1)
    recognised = share > SURE
    counts = label[recognised].bincount(minlength=1)
    precision, recall = precision_recall(b, a)
    covered = int((counts >= FEWEST * len(samples)).sum())
    return SampleQuality(frechet_distance(a, b), precision, recall, covered, float(recognised.double().mean()))
