"""The RBM in the browser's file is the one that was written, and the shipped one is as its card says."""

import json
from hashlib import sha256

import pytest
import torch

from genbook.data import digits
from genbook.ebm import RBM, BernoulliVisible, GaussianVisible, HiddenSum
from genbook.evaluation import nats
from genbook.interactive import push_down, rbm_bytes, rbm_from_bytes, rbm_gibbs
from genbook.numerics import all_states, seeded
from tests.interactive.ebm_fixtures import SHIPPED_RBM


def small() -> RBM:
    with seeded(0):
        return RBM(BernoulliVisible(6), 3, scale=1.0)


def test_what_is_written_is_read() -> None:
    rbm, x = small(), all_states(6)
    again = rbm_from_bytes(rbm_bytes(rbm, (2, 3)))
    torch.testing.assert_close(again.energy(x.double()).float(), rbm.energy(x))


def test_the_card_states_the_file_and_its_likelihood_on_the_full_test_split() -> None:
    card = json.loads(SHIPPED_RBM.with_suffix(".json").read_text())
    content = SHIPPED_RBM.read_bytes()
    assert (len(content), sha256(content).hexdigest()) == (card["bytes"], card["sha256"])
    data, model = digits(binary=True), HiddenSum(rbm_from_bytes(content))
    for split in ("valid", "test"):
        measured, stated = nats(model, getattr(data, split).x.double()), card["metrics"][split]
        assert (measured.n, measured.relation) == (stated["n"], stated["relation"])
        assert measured.mean == pytest.approx(stated["mean"], abs=1e-3)


def test_widgets_carry_their_models() -> None:
    assert rbm_gibbs().file == SHIPPED_RBM.read_bytes()
    own = rbm_gibbs(small(), (2, 3), all_states(6)[:4])
    assert rbm_from_bytes(own.file).hidden == 3
    assert push_down().file == b""


@pytest.mark.parametrize(
    "call, error, sentence",
    [
        (lambda: rbm_bytes(RBM(GaussianVisible(4), 2)), TypeError, "expected a genbook.ebm.RBM over BernoulliVisible"),
        (lambda: rbm_bytes(RBM(BernoulliVisible(4), 17)), ValueError, "expected at most 16"),
        (lambda: rbm_bytes(small()), ValueError, "expected height \\* width = 6"),
        (lambda: rbm_bytes(small(), (2, 3), torch.zeros(2, 5)), ValueError, "examples has shape"),
        (lambda: rbm_bytes(small(), (2, 3), 0.5 * torch.ones(2, 6)), ValueError, "holds 0.5"),
        (lambda: rbm_gibbs(shape=(2, 3)), ValueError, "came without an RBM"),
    ],
)
def test_what_the_browser_cannot_run_is_refused(call, error, sentence) -> None:
    with pytest.raises(error, match=sentence):
        call()
