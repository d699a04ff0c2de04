import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.distributions import Normal

from genbook.evaluation import nats, nats_of, per_example


class Noise(nn.Module):
    """A standard normal whose dropout must be off, and which counts what it is given."""

    measure = "lebesgue"

    def __init__(self):
        super().__init__()
        self.drop = nn.Dropout(0.9)
        self.scale = nn.Parameter(torch.ones(()))
        self.sizes = []

    def log_prob(self, x):
        self.sizes.append(len(x))
        assert not torch.is_grad_enabled()
        return Normal(0.0, self.scale).log_prob(self.drop(x)).sum(-1)


class Bound:
    def elbo(self, x):
        return -x.square().sum(-1)


def test_mean_and_error_are_those_of_the_rows_for_any_batch_size():
    x = torch.randn(103, 5, generator=torch.Generator().manual_seed(0))
    rows = -Normal(0.0, 1.0).log_prob(x).sum(-1).double()
    for size in (1, 10, 103, 1000):
        model = Noise()
        estimate = nats(model, x, batch_size=size)
        assert estimate.mean == pytest.approx(rows.mean().item(), rel=1e-6)
        assert estimate.standard_error == pytest.approx((rows.std() / 103**0.5).item(), rel=1e-6)
        assert sum(model.sizes) == 103 == estimate.n
        assert max(model.sizes) <= size
    assert torch.allclose(per_example(lambda y: Normal(0.0, 1.0).log_prob(y).sum(-1), x), -rows)


def test_the_relation_follows_the_promise():
    x = torch.ones(4, 2)
    assert nats(Noise(), x).relation == "="
    assert nats(Bound(), x).relation == "<="
    assert str(nats_of(lambda y: -y.sum(-1), x, "~")).startswith("~ 2.0")
    with pytest.raises(TypeError, match="promises no likelihood"):
        nats(nn.Linear(2, 1), x)


@given(modes=st.lists(st.booleans(), min_size=2, max_size=2))
def test_every_submodule_gets_its_own_mode_back(modes):
    model = Noise()
    model.training, model.drop.training = modes
    nats(model, torch.zeros(3, 2))
    assert [model.training, model.drop.training] == modes
    with pytest.raises(ValueError, match="NaN"):
        nats(model, torch.full((3, 2), math.nan))
    assert [model.training, model.drop.training] == modes


@pytest.mark.parametrize(
    ("x", "error", "words"),
    [
        ([1.0, 2.0], TypeError, "x is a list"),
        (torch.zeros(0, 2), ValueError, "at least one example"),
        (torch.zeros(()), ValueError, "at least one example"),
        (torch.tensor([[1.0, math.nan]]), ValueError, "1 NaN or infinite"),
        (torch.tensor([[math.inf, 0.0]]), ValueError, "1 NaN or infinite"),
    ],
)
def test_bad_data_is_refused_in_one_sentence(x, error, words):
    with pytest.raises(error, match=words):
        nats(Noise(), x)


@pytest.mark.parametrize(
    ("log_p", "words"),
    [
        (lambda x: -x.sum(), "expected \\(3,\\): one number an example"),
        (lambda x: x, "expected \\(3,\\): one number an example"),
        (lambda x: 1.0, "expected \\(3,\\): one number an example"),
        (lambda x: torch.tensor([0.0, math.nan, 0.0]), "NaN or infinite for 1 of 3"),
        (lambda x: torch.tensor([0.0, math.inf, 0.0]), "NaN or infinite for 1 of 3"),
        (lambda x: torch.tensor([0.0, -math.inf, -math.inf]), "2 of 3 examples probability zero"),
    ],
)
def test_a_broken_model_is_named(log_p, words):
    with pytest.raises(ValueError, match=words):
        nats_of(log_p, torch.zeros(3, 2), "=")


@pytest.mark.parametrize("size", [0, -1, 2.0])
def test_a_bad_batch_size_is_refused(size):
    with pytest.raises((ValueError, TypeError), match="batch_size is"):
        nats(Noise(), torch.zeros(3, 2), batch_size=size)


def test_tokens_are_data_too():
    estimate = nats_of(lambda x: torch.full((len(x),), -math.log(7)), torch.zeros(5, 9, dtype=torch.int64), "=")
    assert estimate.mean == pytest.approx(math.log(7))
