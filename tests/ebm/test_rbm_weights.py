"""The weights of the page have the exact likelihood that their card states, on the full test split."""

import pytest

from genbook.data import digits
from genbook.ebm import (
    RBM,
    BernoulliVisible,
    HiddenSum,
    RBMPath,
    estimate_log_z,
    forward_log_weights,
    linear_schedule,
)
from genbook.evaluation import nats
from genbook.numerics import seeded
from genbook.training import load_weights


def test_the_rbm_of_the_digits_is_as_its_card_says():
    rbm = RBM(BernoulliVisible(64), hidden=16)
    card = load_weights(rbm, "rbm-digits")
    measured = nats(HiddenSum(rbm), digits(binary=True).test.x)
    assert measured.relation == "=" and measured.n == 447
    assert measured.mean == pytest.approx(card["metrics"]["test nats, ="], abs=1e-3)
    assert measured.mean < 19.2


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_hundred_annealed_chains_find_its_log_z(seed):
    rbm = RBM(BernoulliVisible(64), hidden=16)
    load_weights(rbm, "rbm-digits")
    path, truth = RBMPath(rbm), HiddenSum(rbm).log_z().item()
    with seeded(seed):
        found = estimate_log_z(path.base_log_z(), forward_log_weights(path, linear_schedule(300), 100))
    assert abs(found.value - truth) < min(0.5, 3 * found.standard_error)
