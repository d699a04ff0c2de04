"""What the judge computes for the assignment on autoregressive models, against sums over everything and plain loops."""

import math

import torch

from genbook.grading.truth import autoregressive as truth
from genbook.grading.truth.draws import normal


def rng():
    return torch.Generator().manual_seed(0)


def test_the_conditionals_make_a_distribution():
    x = torch.cartesian_prod(*[torch.arange(3)] * 3)
    assert math.isclose(truth.log_prob(x, truth.random_conditional(rng(), 3, 3)).exp().sum().item(), 1, abs_tol=1e-12)


def test_the_masked_network_sums_to_one_over_all_images_and_without_masks_it_does_not():
    weights, masks, x = truth.random_weights(rng()), truth.standard_masks(), truth.every_image()
    assert math.isclose(truth.images_log_prob(x, weights, masks).exp().sum().item(), 1, abs_tol=1e-9)
    no_masks = tuple(torch.ones_like(mask) for mask in masks)
    assert not math.isclose(truth.images_log_prob(x, weights, no_masks).exp().sum().item(), 1, abs_tol=1e-3)


def test_attention_equals_a_loop():
    generator = rng()
    x, weights = normal(generator, 6, 3), tuple(normal(generator, 3, 3) for _ in range(3))
    for t, row in enumerate(truth.attend(x, weights, 0.3, 2)):
        seen = x[max(0, t - 1) : t + 1]
        scores = (seen @ weights[1]) @ (x[t] @ weights[0]) / 3**0.5
        scores = scores + torch.tensor([-0.3, 0.0], dtype=torch.float64)[-len(seen) :]
        torch.testing.assert_close(row, scores.softmax(0) @ (seen @ weights[2]))


def test_top_p_is_the_smallest_set():
    scores = normal(rng(), 4, 6)
    for row, kept in zip(scores.softmax(-1), truth.top_p(scores, 0.7), strict=True):
        inside = row[kept > 0]
        assert inside.sum() >= 0.7 > inside.sum() - inside.min() and inside.min() > row[kept == 0].max()
        torch.testing.assert_close(kept[kept > 0], inside / inside.sum())
