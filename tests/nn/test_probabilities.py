"""The probabilities of all levels, as a coder needs them: the exponential of `log_prob`, level by level."""

import pytest
import torch

from genbook.nn.outputs import Bernoulli, Categorical, DiscretizedLogisticMixture
from genbook.numerics import seeded

OUTPUTS = [Bernoulli(), Categorical(1), Categorical(7), DiscretizedLogisticMixture(5, 3)]


@pytest.mark.parametrize("output", OUTPUTS, ids=str)
def test_probabilities_are_those_of_log_prob_and_sum_to_one(output):
    with seeded(0):
        params = 3 * torch.randn(4, 6, output.size, dtype=torch.float64)
    p = output.probabilities(params)  # (4, 6, levels)
    for level in range(output.levels):
        x = torch.full((4, 6), float(level), dtype=torch.float64)
        torch.testing.assert_close(p[..., level], output.log_prob(x, params).exp())
    torch.testing.assert_close(p.sum(-1), torch.ones(4, 6, dtype=torch.float64))


def test_levels_in_the_wrong_order_would_be_noticed():
    params = torch.tensor([[2.0]])
    assert Bernoulli().probabilities(params)[0, 1] > 0.8 > Bernoulli().probabilities(params)[0, 0]
