"""The functions that the page on gradients of expectations defines are those of the library."""

import pytest
import torch
from page_functions import load_page_functions
from pages import ROOT
from torch.distributions import Normal

from genbook import numerics
from genbook.numerics import seeded

PAGE = ROOT / "chapters" / "foundations" / "gradients.ipynb"
THETA = torch.tensor([0.7, -0.4], dtype=torch.float64)


@pytest.fixture(scope="module")
def page():
    return load_page_functions(PAGE)


def log_q(theta, x):
    return Normal(theta[0], theta[1].exp()).log_prob(x)


def transform(theta, eps):
    return theta[0] + theta[1].exp() * eps


def cube(x):
    return x**3


def noise(*shape):
    with seeded(0):
        return torch.randn(*shape, dtype=torch.float64)


@pytest.mark.parametrize("baseline", [0.0, 1.7])
def test_log_derivative(page, baseline):
    x = transform(THETA, noise(50))
    ours = page.log_derivative_gradients(cube, log_q, THETA, x, baseline)
    library = numerics.score_function_gradients(cube(x), numerics.scores(log_q, THETA, x), baseline)
    torch.testing.assert_close(ours, library)


def test_a_baseline_for_every_draw(page):
    x = transform(THETA, noise(50))
    values = cube(x)
    ours = page.log_derivative_gradients(cube, log_q, THETA, x, page.leave_one_out(values))
    score = numerics.scores(log_q, THETA, x)
    torch.testing.assert_close(ours, numerics.score_function_gradients(values, score, numerics.leave_one_out(values)))


def test_pathwise(page):
    eps = noise(50)
    library = numerics.pathwise_gradients(cube, transform, THETA, eps)
    torch.testing.assert_close(page.pathwise_gradients(cube, transform, THETA, eps), library)


def test_gumbel_softmax(page):
    u, logits = noise(40, 5).sigmoid(), noise(5)
    for temperature in (0.1, 1.0, 3.0):
        library = numerics.gumbel_softmax(logits, u, temperature)
        torch.testing.assert_close(page.gumbel_softmax(logits, u, temperature), library)
