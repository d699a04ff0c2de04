"""Batch-wide bodies agree with loops, and tell a batch of copies from a batch of different rows."""

import pytest
import torch
from torch import nn

from genbook.gan import FeatureCritic, MinibatchFeatures, batch_norm_mlp
from genbook.numerics import seeded


def test_similarities_are_those_of_two_loops():
    with seeded(0):
        layer, f = MinibatchFeatures(3, kernels=2, dim=4), torch.randn(5, 3)
    out = layer(f)
    torch.testing.assert_close(out[:, :3], f)
    for b in range(2):
        m = f @ layer.projection.weight[4 * b : 4 * b + 4].T  # (B, dim)
        for i in range(5):
            others = [(-(m[i] - m[j]).abs().sum()).exp() for j in range(5) if j != i]
            torch.testing.assert_close(out[i, 3 + b], torch.stack(others).mean())


def test_a_batch_of_copies_has_similarity_one_and_spread_rows_have_less():
    with seeded(0):
        layer = MinibatchFeatures(2, kernels=3)
        apart = layer(5 * torch.randn(64, 2))[:, 2:]
    copies = layer(torch.ones(64, 2))[:, 2:]
    torch.testing.assert_close(copies, torch.ones(64, 3))
    assert apart.mean() < 0.5


def test_gradients_reach_every_row_through_the_others():
    with seeded(0):
        layer, f = MinibatchFeatures(3).double(), torch.randn(4, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(layer, f)
    (slope,) = torch.autograd.grad(layer(f)[0, 3:].sum(), f)
    assert (slope[1:].abs().sum(1) > 0).all()


@pytest.mark.parametrize(
    "body, batchwide", [(MinibatchFeatures(2, 4), True), (batch_norm_mlp(2, (6, 6)), True), (nn.Linear(2, 6), False)]
)
def test_only_a_batchwide_critic_judges_a_row_by_its_company(body, batchwide):
    with seeded(0):
        critic = FeatureCritic(body, 6)
        row, others = torch.randn(1, 2), torch.randn(7, 2)
    alone = critic(torch.cat([row, others]))[0]
    among_copies = critic(torch.cat([row, row.repeat(7, 1)]))[0]
    assert (abs(alone - among_copies) > 1e-3).item() == batchwide


def test_batch_normalisation_follows_all_but_the_first_layer():
    body = batch_norm_mlp(4, (8, 16, 8))
    kinds = [type(layer) for layer in body if isinstance(layer, nn.Linear | nn.BatchNorm1d)]
    assert kinds == [nn.Linear, nn.Linear, nn.BatchNorm1d, nn.Linear, nn.BatchNorm1d]
    with seeded(0):
        hidden = body[:-1](torch.randn(50, 2, 2))
    torch.testing.assert_close(hidden.mean(0), torch.zeros(8), atol=1e-5, rtol=0)
    torch.testing.assert_close(hidden.std(0, correction=0), torch.ones(8), atol=1e-2, rtol=0)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="f holds one row"):
        MinibatchFeatures(3)(torch.zeros(1, 3))
    with pytest.raises(ValueError, match=r"f has shape \(2, 4\)"):
        MinibatchFeatures(3)(torch.zeros(2, 4))
    with pytest.raises(ValueError, match="kernels is 0"):
        MinibatchFeatures(3, kernels=0)
    with pytest.raises(ValueError, match="the number of hidden layers is 0"):
        batch_norm_mlp(2, ())
