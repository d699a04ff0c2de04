"""Temperature, top-k and the nucleus by hand; completions against a model whose every word is known."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from genbook.autoregressive.ngram import NGram
from genbook.autoregressive.smoothing import Additive
from genbook.autoregressive.text_sampling import complete, tempered, top_k, top_p

P = torch.tensor([0.2, 0.5, 0.05, 0.25], dtype=torch.float64)
LOGITS = P.log() + 3.0  # unnormalised, as a network gives them


def test_temperature_by_hand():
    torch.testing.assert_close(tempered(LOGITS, 1.0).softmax(-1), P)
    squared = P**2 / (0.04 + 0.25 + 0.0025 + 0.0625)
    torch.testing.assert_close(tempered(LOGITS, 0.5).softmax(-1), squared)
    torch.testing.assert_close(tempered(LOGITS, 1e9).softmax(-1), torch.full_like(P, 0.25))
    torch.testing.assert_close(tempered(LOGITS, 1e-3).softmax(-1), torch.eye(4, dtype=torch.float64)[1])


@pytest.mark.parametrize(
    ("k", "expected"),
    [(1, [0, 1, 0, 0]), (2, [0, 2 / 3, 0, 1 / 3]), (3, [0.2 / 0.95, 0.5 / 0.95, 0, 0.25 / 0.95]), (4, P.tolist())],
)
def test_top_k_by_hand(k, expected):
    torch.testing.assert_close(top_k(LOGITS, k).softmax(-1), torch.tensor(expected, dtype=torch.float64))


@pytest.mark.parametrize(
    ("p", "kept"),
    [(0.01, [1]), (0.49, [1]), (0.51, [1, 3]), (0.74, [1, 3]), (0.76, [0, 1, 3]), (0.94, [0, 1, 3]), (0.96, None)],
)
def test_the_nucleus_is_the_fewest_that_reach_p(p, kept):
    expected = torch.zeros_like(P)
    kept = [0, 1, 2, 3] if kept is None else kept
    expected[kept] = P[kept] / P[kept].sum()
    torch.testing.assert_close(top_p(LOGITS, p).softmax(-1), expected)


def test_ties_keep_the_first_and_no_more():
    level = torch.zeros(5)
    assert top_k(level, 2).isfinite().tolist() == [True, True, False, False, False]
    assert top_p(level, 0.3).isfinite().tolist() == [True, True, False, False, False]


@given(st.lists(st.floats(-30, 30), min_size=1, max_size=12), st.floats(1e-6, 1.0))
def test_what_is_kept_keeps_its_ratios_and_reaches_p(values, p):
    logits = torch.tensor(values, dtype=torch.float64)
    kept = top_p(logits, p)
    inside = kept.isfinite()
    assert torch.equal(kept[inside], logits[inside])
    mass = logits.softmax(-1)
    assert mass[inside].sum() >= p - 1e-9
    smallest = mass[inside].min()
    assert mass[inside].sum() - smallest <= p + 1e-9  # without the least of them it would not do
    assert not inside.all() or p > 1 - smallest - 1e-9
    assert (mass[~inside] <= smallest).all()


def test_rows_are_independent():
    rows = torch.randn(3, 2, 7, generator=torch.Generator().manual_seed(0))
    for rule in (lambda x: top_k(x, 3), lambda x: top_p(x, 0.6)):
        torch.testing.assert_close(rule(rows)[1, 0], rule(rows[1, 0]))


def chain():
    """A bigram over three symbols: mostly 0 1 2 0 1 2 ..."""
    return NGram(torch.tensor([0, 1, 2] * 50), 3, 2, Additive(0.5), length=6)


def test_greedy_completion_goes_on_with_the_pattern():
    u = torch.rand(4, 6, generator=torch.Generator().manual_seed(0))
    new = complete(chain(), torch.tensor([[0, 1]]).expand(4, 2), u, lambda logits: top_k(logits, 1))
    assert torch.equal(new, torch.tensor([[2, 0, 1, 2, 0, 1]]).expand(4, 6)) and new.dtype == torch.int64


def test_completions_follow_the_conditionals():
    model, n = chain(), 4000
    u = torch.rand(n, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    prompt = torch.tensor([[1, 2]])
    expected = tempered(model.conditionals(torch.cat([prompt, prompt[:, :1]], 1))[0, -1], 3.0).softmax(-1)
    new = complete(model, prompt.expand(n, 2), u, lambda logits: tempered(logits, 3.0))
    share = torch.bincount(new[:, 0], minlength=3) / n
    assert (share - expected).abs().max() < 0.03
    assert complete(model, prompt[:, :0], u[:1]).shape == (1, 1)  # from nothing


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda: tempered(LOGITS, 0.0), ValueError, "temperature is 0"),
        (lambda: top_k(LOGITS, 5), ValueError, "k is 5, expected a whole number from 1 to 4"),
        (lambda: top_k(LOGITS, 1.5), TypeError, "k is 1.5"),
        (lambda: top_p(LOGITS, 0.0), ValueError, "p is 0.0, expected"),
        (lambda: top_p(LOGITS, 1.1), ValueError, "p is 1.1"),
        (lambda: complete(chain(), torch.zeros(1, 2), torch.rand(1, 1)), TypeError, "prompt is torch.float32"),
        (lambda: complete(chain(), "ab", torch.rand(1, 1)), TypeError, "prompt is str"),
        (lambda: complete(chain(), torch.tensor([[7]]), torch.rand(1, 1)), ValueError, "prompt holds the token 7"),
        (lambda: complete(chain(), torch.tensor([[1]]), torch.rand(2, 1)), ValueError, "u has shape"),
    ],
)
def test_bad_input_gets_one_sentence(call, error, sentence):
    with pytest.raises(error, match=sentence):
        call()
