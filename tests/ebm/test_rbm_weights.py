"""The weights of the page have the exact likelihood that their card states, on the full test split."""

import pytest

from genbook.data import digits
from genbook.ebm import RBM, BernoulliVisible, HiddenSum
from genbook.evaluation import nats
from genbook.training import load_weights


def test_the_rbm_of_the_digits_is_as_its_card_says():
    rbm = RBM(BernoulliVisible(64), hidden=16)
    card = load_weights(rbm, "rbm-digits")
    measured = nats(HiddenSum(rbm), digits(binary=True).test.x)
    assert measured.relation == "=" and measured.n == 447
    assert measured.mean == pytest.approx(card["metrics"]["test nats, ="], abs=1e-3)
    assert measured.mean < 19.2
