"""The functions that the page "Guidance" defines make the denoisers of the package."""

import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.data.toys import GaussianMixture
from genbook.diffusion import ClassifierFree, ClassifierGuided, IdealDenoiser, VariancePreserving
from genbook.numerics import seeded

PAGE = load_page_functions(ROOT / "chapters" / "diffusion" / "guidance.ipynb")
SCHEDULE = VariancePreserving()
FREE = IdealDenoiser(GaussianMixture([0.4, 0.6], [[-1.0], [1.0]], [[[0.1]], [[0.2]]]), SCHEDULE)
GIVEN = IdealDenoiser(GaussianMixture([1.0], [[1.0]], [[[0.2]]]), SCHEDULE)
T = torch.tensor(0.4).double()


def points() -> torch.Tensor:
    with seeded(0):
        return torch.randn(6, 1).double()


def test_classifier_guided_noise() -> None:
    def log_prob(x: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.logsigmoid(x[:, 0] ** 2 - x[:, 0])

    x = points()
    theirs = ClassifierGuided(FREE, lambda x, t: log_prob(x), SCHEDULE, 2.5)(x, T).eps
    ours = PAGE.classifier_guided_noise(FREE(x, T).eps, x, log_prob, SCHEDULE.sigma(T), 2.5)
    torch.testing.assert_close(ours, theirs)


def test_classifier_free_noise() -> None:
    x = points()
    theirs = ClassifierFree(GIVEN, FREE, 2.5)(x, T).eps
    torch.testing.assert_close(PAGE.classifier_free_noise(GIVEN(x, T).eps, FREE(x, T).eps, 2.5), theirs)
