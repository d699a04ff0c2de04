import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from genbook.data import digits
from genbook.evaluation import Histogram, RasterBigram, Uniform, nats
from genbook.evaluation.baselines import SMOOTHINGS
from genbook.numerics import all_states, seeded

DIMS, LEVELS = 3, 4


def table(n=60):
    with seeded(1):
        first = torch.randint(LEVELS, (n, 1))
        return torch.cat([first, (first + torch.randint(2, (n, 2))) % LEVELS], dim=1).float()


MODELS = {
    "uniform": lambda: Uniform(DIMS, LEVELS),
    "histogram": lambda: Histogram.fit(table(), table(20), LEVELS),
    "bigram": lambda: RasterBigram.fit(table(), table(20), LEVELS),
}


@pytest.mark.parametrize("name", MODELS)
def test_probabilities_sum_to_one_and_are_those_of_the_samples(name):
    model, states = MODELS[name](), all_states(DIMS, LEVELS)
    p = model.log_prob(states).exp().double()
    assert p.sum().item() == pytest.approx(1, abs=1e-6)
    n = 20_000
    with seeded(0):
        x = model.sample(n).long()
    index = (x * LEVELS ** torch.arange(DIMS - 1, -1, -1)).sum(-1)
    frequency = torch.bincount(index, minlength=len(states)) / n
    assert (frequency - p).abs().max() < 5 * (0.25 / n) ** 0.5


def test_tables_are_laplace_smoothed_counts():
    x = torch.tensor([[0.0, 1.0], [0.0, 2.0], [1.0, 1.0]])
    counts = torch.nn.functional.one_hot(x.long(), 3).sum(0)
    model = Histogram(counts, 0.5)
    assert model.log_prob(torch.tensor([[0.0, 1.0]])).exp().item() == pytest.approx(2.5 / 4.5 * 2.5 / 4.5)
    pairs = torch.zeros(1, 3, 3)
    pairs[0, 0, 1] = pairs[0, 0, 2] = pairs[0, 1, 1] = 1
    bigram = RasterBigram(counts[0], pairs, 0.5)
    assert bigram.log_prob(torch.tensor([[0.0, 1.0]])).exp().item() == pytest.approx(2.5 / 4.5 * 1.5 / 3.5)


def test_validation_chooses_the_smoothing():
    train, valid = table(15), table(40)
    counts = torch.nn.functional.one_hot(train.long(), LEVELS).sum(0)
    best = max(Histogram(counts, a).log_prob(valid).mean().item() for a in SMOOTHINGS)
    assert Histogram.fit(train, valid, LEVELS).log_prob(valid).mean().item() == pytest.approx(best)


def test_the_numbers_to_beat_on_the_digits():
    """181.3 is 64 log 17 and 106.4 the known per-pixel figure; the bigram's known 102.9 is that of smoothing 0.1."""
    train, valid, test = (part.x for part in digits())
    assert nats(Uniform(64, 17), test).mean == pytest.approx(64 * math.log(17))
    assert nats(Histogram.fit(train, valid, 17), test).mean == pytest.approx(106.4, abs=0.05)
    hot = torch.nn.functional.one_hot(train.long(), 17).double()
    pairs = torch.einsum("nda,ndb->dab", hot[:, :-1], hot[:, 1:])
    assert nats(RasterBigram(hot[:, 0].sum(0), pairs, 0.1), test).mean == pytest.approx(102.9, abs=0.05)
    chosen = RasterBigram.fit(train, valid, 17)
    assert nats(chosen, valid).mean <= nats(RasterBigram(hot[:, 0].sum(0), pairs, 0.1), valid).mean
    assert nats(chosen, test).mean < 102.9


def test_independent_pixels_on_the_binarised_digits():
    train, valid, test = (part.x for part in digits(binary=True))
    assert nats(Histogram.fit(train, valid, 2), test).mean == pytest.approx(24.9, abs=0.05)


@pytest.mark.parametrize("name", MODELS)
@given(bad=st.sampled_from([-1.0, 0.5, LEVELS + 0.0, math.nan, math.inf]), where=st.integers(0, DIMS - 1))
def test_values_outside_the_levels_are_refused(name, bad, where):
    x = torch.zeros(2, DIMS)
    x[1, where] = bad
    with pytest.raises(ValueError, match=r"x holds"):
        MODELS[name]().log_prob(x)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("shape", [(DIMS,), (2, DIMS + 1), (0, DIMS), (2, DIMS, 1)])
def test_wrong_shapes_are_refused(name, shape):
    with pytest.raises(ValueError, match="x "):
        MODELS[name]().log_prob(torch.zeros(shape))


@pytest.mark.parametrize("smoothing", [0.0, -1.0, math.inf, math.nan])
def test_a_bad_smoothing_is_refused(smoothing):
    with pytest.raises(ValueError, match="smoothing"):
        Histogram(torch.ones(2, 3), smoothing)


@pytest.mark.parametrize("kind", [Histogram, RasterBigram])
@pytest.mark.parametrize(
    "train", [torch.zeros(4), torch.zeros(0, 3), torch.zeros(2, 3).long(), torch.full((2, 3), 9.0)]
)
def test_bad_training_data_is_refused(kind, train):
    with pytest.raises((ValueError, TypeError), match="train"):
        kind.fit(train, torch.zeros(2, 3), 4)
