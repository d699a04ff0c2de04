import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from genbook.data import Labelled, batches


@given(n=st.integers(1, 40), size=st.integers(1, 40), seed=st.integers(0, 2**40), epoch=st.integers(0, 3))
def test_an_epoch_shows_each_example_at_most_once_and_as_many_as_fit(n, size, seed, epoch):
    if size > n:
        return
    batch, per_epoch = batches(torch.arange(float(n)), size, seed), n // size
    seen = torch.cat([batch(epoch * per_epoch + step) for step in range(per_epoch)])
    assert len(seen) == len(seen.unique()) == per_epoch * size


def test_it_is_a_pure_function_of_the_step():
    x = torch.arange(100.0)
    first, other = batches(x, 8, seed=5), batches(x, 8, seed=5)
    forward = [first(step) for step in range(40)]
    backward = [other(step) for step in reversed(range(40))][::-1]
    assert all(torch.equal(a, b) for a, b in zip(forward, backward, strict=True))


def test_epochs_and_seeds_differ():
    x = torch.arange(64.0)
    batch = batches(x, 64)
    assert not torch.equal(batch(0), batch(1)) and not torch.equal(batch(0), batches(x, 64, seed=1)(0))
    # (seed, epoch) = (0, 1) and (1, 0) must not meet either
    assert not torch.equal(batch(1), batches(x, 64, seed=1)(0))


def test_every_example_comes_round():
    batch = batches(torch.arange(10.0), 4)  # two are left out of each epoch
    assert len(torch.cat([batch(step) for step in range(20)]).unique()) == 10


def test_global_generator_is_left_alone():
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    batches(torch.arange(9.0), 3)(0)
    assert torch.equal(torch.rand(1), expected)


def test_tuples_stay_aligned_and_named():
    data = Labelled(torch.arange(12.0)[:, None], torch.arange(12))
    batch = batches(data, 5)(3)
    assert isinstance(batch, Labelled) and torch.equal(batch.x[:, 0].long(), batch.y)
    plain = batches((data.x, data.y), 5)(3)
    assert type(plain) is tuple and torch.equal(plain[1], batch.y)


def test_batches_stay_on_the_device():
    x = torch.empty(6, 3, dtype=torch.int64, device="meta")
    assert batches(x, 2)(0).device.type == "meta"


@pytest.mark.parametrize(
    ("x", "size", "error"),
    [
        ([1.0, 2.0], 1, TypeError),
        ((torch.zeros(3), "labels"), 1, TypeError),
        (torch.tensor(1.0), 1, ValueError),
        (torch.zeros(0, 2), 1, ValueError),
        (torch.tensor([1.0, math.nan]), 1, ValueError),
        (torch.tensor([1.0, math.inf]), 1, ValueError),
        ((torch.zeros(3), torch.zeros(4)), 1, ValueError),
        ((), 1, ValueError),
        ((torch.zeros(3), torch.zeros(3, device="meta", dtype=torch.int64)), 1, ValueError),
        (torch.zeros(3), 0, ValueError),
        (torch.zeros(3), 4, ValueError),
        (torch.zeros(3), 10**12, ValueError),
        (torch.zeros(3), 1.5, TypeError),
        (torch.zeros(3), True, TypeError),
    ],
)
def test_bad_data_and_sizes(x, size, error):
    with pytest.raises(error, match="expected") as caught:
        batches(x, size)
    assert "\n" not in str(caught.value)


@given(bad=st.one_of(st.integers(max_value=-1), st.floats(), st.none(), st.booleans(), st.text()))
def test_bad_seeds_and_steps(bad):
    with pytest.raises((TypeError, ValueError), match="expected a whole number from 0"):
        batches(torch.zeros(3), 1, seed=bad)
    with pytest.raises((TypeError, ValueError), match="expected a whole number from 0"):
        batches(torch.zeros(3), 1)(bad)
