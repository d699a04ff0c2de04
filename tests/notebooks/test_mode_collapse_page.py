"""The functions that the page on mode collapse defines are those of the package."""

import math

import pytest
import torch
from page_functions import load_page_functions
from pages import ROOT
from torch import nn

from genbook.data.toys import eight_gaussians
from genbook.gan import (
    ClassCritic,
    Examples,
    FeatureCritic,
    FeatureMatching,
    MinibatchFeatures,
    Minimax,
    NonSaturating,
    OneSidedSmoothing,
    Unrolled,
    coverage,
)
from genbook.nn import StandardNormal
from genbook.numerics import seeded


@pytest.fixture(scope="module")
def page():
    return load_page_functions(ROOT / "chapters" / "gan" / "collapse.ipynb")


def tables(count, seed=0):
    with seeded(seed):
        return [torch.rand(6, dtype=torch.float64).softmax(0) for _ in range(count)]


def test_counts(page) -> None:
    ring = eight_gaussians(1.5, 0.1)
    with seeded(0):
        x = ring.sample(300) * 1.02
    for least in (1, 20, 40):
        counted = coverage(x, ring.means, 0.1, least=least)
        assert page.count_modes(x, ring.means, 0.1, least) == (counted.covered, counted.good)


def test_value_and_best_answer(page) -> None:
    p, q, D = tables(3)
    loss = sum(
        p[i] * Minimax().critic(s[None], torch.tensor([-math.inf]).double())
        + q[i] * Minimax().critic(torch.tensor([math.inf]).double(), s[None])
        for i, s in enumerate(D.logit())
    )
    torch.testing.assert_close(page.game_value(p, q, D), -loss)
    assert page.best_answer(D).tolist() == [float(i == D.argmax()) for i in range(6)]
    assert page.game_value(p, page.best_answer(p), p / (p + page.best_answer(p))).isfinite()


def test_unrolled_scores(page) -> None:
    """A critic with one weight a point, on a batch that holds each point once, is the table of the page."""
    score = tables(1)[0].logit().requires_grad_()
    even = torch.full((6,), 1 / 6, dtype=torch.float64)

    class Table(nn.Module):
        def __init__(self):
            super().__init__()
            self.score = nn.Parameter(score.detach().clone())

        def forward(self, x):
            return x @ self.score

    points = torch.eye(6, dtype=torch.float64)
    game = Unrolled(nn.Linear(1, 6), Table(), StandardNormal(1), NonSaturating(), Examples(points), 4, 0.7)
    found = game.unroll(points.expand(4, 6, 6), points)["score"]
    torch.testing.assert_close(page.unroll(even, even, score, 4, 0.7), found)


def test_similarity(page) -> None:
    with seeded(1):
        layer, f = MinibatchFeatures(3, kernels=2, dim=4), torch.randn(7, 3)
    m = layer.projection(f).unflatten(1, (2, 4))
    ours = torch.stack([page.similarity(m[:, b]) for b in range(2)], 1)
    torch.testing.assert_close(ours, layer(f)[:, 3:])


def test_matching_loss(page) -> None:
    with seeded(2):
        critic = FeatureCritic(nn.Linear(2, 5), 5)
        game = FeatureMatching(nn.Linear(2, 2), critic, StandardNormal(2), NonSaturating(), Examples(torch.ones(1, 2)))
        z = torch.randn(9, 2)
    real, fake = critic.features(torch.ones(9, 2)), critic.features(game.generator(z))
    torch.testing.assert_close(page.matching_loss(real, fake), game.generator_loss(z))


def test_smoothed_critic_is_where_the_loss_is_flat(page) -> None:
    p, q = tables(2, seed=3)
    score = page.smoothed_critic(p, q, 0.8).logit().requires_grad_()
    smoothing, never = OneSidedSmoothing(0.8), torch.tensor([-math.inf]).double()
    real = torch.stack([smoothing.critic(s[None], never) for s in score])
    fake = torch.stack([smoothing.critic(s[None], s[None]) for s in score]) - real
    (slope,) = torch.autograd.grad((p * real + q * fake).sum(), score)
    assert slope.abs().max() < 1e-12
    assert page.smoothed_critic(p, q, 0.8, 0.1).sub(page.smoothed_critic(p, q, 0.8)).allclose(0.1 * q / (p + q))


def test_score_of_classes(page) -> None:
    with seeded(4):
        critic, x = ClassCritic(nn.Linear(2, 5), 5, 3), torch.randn(6, 2)
    torch.testing.assert_close(page.score_of_classes(critic.logits(x)), critic(x))


def test_a_missing_mode_by_hand(page) -> None:
    """One of two modes missing, one row: JSD of (1/2, 1/2) and (0, 1)."""
    middle = (0.25, 0.75)
    jsd = 0.5 * (0.5 * math.log(0.5 / middle[0]) + 0.5 * math.log(0.5 / middle[1]) + math.log(1 / middle[1]))
    assert page.missing_mode(1, 2) == pytest.approx(jsd)
    assert page.missing_mode(500, 8) == pytest.approx(math.log(2), abs=1e-6)
