"""n-gram models against hand-worked counts, a dictionary that counts the slow way, and each other."""

import copy
import itertools
import math
from collections import Counter

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from genbook.autoregressive.adaptive_ngram import AdaptiveNGram
from genbook.autoregressive.ngram import NGram
from genbook.autoregressive.smoothing import Additive, KneserNey, WittenBell
from genbook.numerics import all_states, seeded

ABRACADABRA = torch.tensor([0, 1, 2, 0, 3, 0, 4, 0, 1, 2, 0])  # a = 0, b = 1, r = 2, c = 3, d = 4
SMOOTHINGS = [Additive(0.5), WittenBell(), KneserNey(0.6)]
texts = st.lists(st.integers(0, 2), min_size=4, max_size=40).map(torch.tensor)


def test_additive_counts_worked_by_hand():
    # a occurs 5 times of 11; a is followed by b, c, d, b: b twice in 4
    bigram = NGram(ABRACADABRA, levels=5, n=2, smoothing=Additive(1.0))
    expected = math.log((5 + 1) / (11 + 5)) + math.log((2 + 1) / (4 + 5)) + math.log((0 + 1) / (2 + 5))
    assert bigram.log_prob(torch.tensor([[0, 1, 3]])).item() == pytest.approx(expected, abs=1e-12)


def test_witten_bell_worked_by_hand():
    # unigram: 11 symbols of 5 types over the uniform 1/5; after a: 4 symbols of 3 types
    b = (2 + 5 / 5) / (11 + 5)
    b_after_a = (2 + 3 * b) / (4 + 3)
    model = NGram(ABRACADABRA, levels=5, n=2, smoothing=WittenBell())
    assert model.conditionals(torch.tensor([[0, 1]]))[0, 1, 1].exp().item() == pytest.approx(b_after_a, abs=1e-12)


def test_kneser_ney_worked_by_hand():
    # different bigrams: ab br ra ac ca ad da: a ends 3 of the 7, b, c, d, r one each
    a = (3 - 0.6 + 0.6 * 5 / 5) / 7
    a_after_r = (2 - 0.6 + 0.6 * 1 * a) / 2
    model = NGram(ABRACADABRA, levels=5, n=2, smoothing=KneserNey(0.6))
    assert model.conditionals(torch.tensor([[2, 0]]))[0, 1, 0].exp().item() == pytest.approx(a_after_r, abs=1e-12)


def slow_strings(tokens, k, smoothing, n):
    """Return all strings of k symbols; for continuation counts, one for each different string one longer."""
    if smoothing.continuation and k < n:
        return [string[1:] for string in set(slow_strings(tokens, k + 1, smoothing, n))]
    return [tuple(tokens[i : i + k]) for i in range(len(tokens) - k + 1)]


def slow_probability(tokens, context, w, smoothing, n):
    """Return p(w | context) from dictionaries of tuples: the definition, without tables, numbers or batches."""
    p = 1 / 3
    for k in range(1, min(n, len(context) + 1) + 1):
        h = tuple(context[len(context) - k + 1 :])
        after = Counter(string[-1] for string in slow_strings(tokens, k, smoothing, n) if string[:-1] == h)
        p = smoothing(after[w], sum(after.values()), len(after), p, 3)
    return p


@pytest.mark.parametrize("smoothing", SMOOTHINGS, ids=str)
@settings(max_examples=25)
@given(tokens=texts, context=st.lists(st.integers(0, 2), max_size=4), n=st.integers(1, 4))
def test_conditionals_equal_slow_counting(smoothing, tokens, context, n):
    model = NGram(tokens, levels=3, n=n, smoothing=smoothing)
    x = torch.tensor([[*context, 0]])
    p = model.conditionals(x)[0, -1].exp().tolist()
    assert p == pytest.approx([slow_probability(tokens.tolist(), context, w, smoothing, n) for w in range(3)])
    assert sum(p) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("smoothing", SMOOTHINGS, ids=str)
@settings(max_examples=25)
@given(tokens=texts, n=st.integers(1, 4))
def test_adaptive_model_predicts_as_the_static_model_of_what_it_has_read(smoothing, tokens, n):
    static = NGram(tokens, levels=3, n=n, smoothing=smoothing)
    adaptive = AdaptiveNGram(levels=3, n=n, smoothing=smoothing)
    x = torch.cat([tokens, tokens[:1]])[None]
    torch.testing.assert_close(adaptive.conditionals(x)[0, -1], static.conditionals(x)[0, -1])


def models():
    """Return one model of each kind and smoothing."""
    tokens = torch.randint(3, (200,), generator=torch.Generator().manual_seed(0))
    static = [NGram(tokens, levels=3, n=3, smoothing=smoothing, length=4) for smoothing in SMOOTHINGS]
    return static + [AdaptiveNGram(levels=3, n=3, smoothing=smoothing, length=4) for smoothing in SMOOTHINGS]


@pytest.mark.parametrize("model", models(), ids=lambda m: f"{type(m).__name__}-{m.smoothing}")
def test_probabilities_of_all_sequences_sum_to_one_and_three_paths_agree(model):
    x = all_states(4, 3).long()  # (81, 4)
    log_prob = model.log_prob(x)
    assert log_prob.exp().sum().item() == pytest.approx(1, abs=1e-12)
    log_p = model.conditionals(x)  # (81, 4, 3)
    torch.testing.assert_close(model.output.log_prob(x, log_p).sum(1), log_prob)
    params, state = model.start(len(x))
    for t in range(4):
        torch.testing.assert_close(params, log_p[:, t])
        if t < 3:
            params, state = model.step(state, x[:, t])


@pytest.mark.parametrize("model", models(), ids=lambda m: f"{type(m).__name__}-{m.smoothing}")
def test_samples_follow_log_prob(model):
    n = 3000
    with seeded(0):
        x = model.sample(n)
    assert x.shape == (n, 4) and x.dtype == torch.int64
    states = all_states(4, 3).long()
    p = model.log_prob(states).exp()
    counts = torch.bincount((x * torch.tensor([27, 9, 3, 1])).sum(1), minlength=81)
    chi2 = ((counts - n * p).square() / (n * p)).sum()
    assert chi2 < 80 + 4 * math.sqrt(2 * 80)
    permuted = ((counts - n * p.roll(1)).square() / (n * p.roll(1))).sum()
    assert permuted > 80 + 4 * math.sqrt(2 * 80), "the test could not tell a wrong model"


def test_kneser_ney_without_continuation_counts_is_another_model():
    class Broken(KneserNey):
        continuation = False

    x = torch.tensor([[2, 0]])
    right, wrong = (NGram(ABRACADABRA, 5, 2, smoothing(0.6)).log_prob(x) for smoothing in (KneserNey, Broken))
    assert (right - wrong).abs().item() > 0.01


def test_sequences_of_a_batch_do_not_run_into_each_other():
    model = NGram(torch.tensor([[0, 0, 0], [1, 1, 1]]), levels=2, n=2, smoothing=Additive(1e-9))
    assert model.conditionals(torch.tensor([[0, 1]]))[0, 1, 1].exp().item() < 1e-6
    joined = NGram(torch.tensor([0, 0, 0, 1, 1, 1]), levels=2, n=2, smoothing=Additive(1e-9))
    assert joined.conditionals(torch.tensor([[0, 1]]))[0, 1, 1].exp().item() == pytest.approx(1 / 3, abs=1e-6)


def test_state_dict_carries_the_counts_and_copies_are_independent():
    model = NGram(ABRACADABRA, levels=5, n=3, smoothing=WittenBell())
    x = ABRACADABRA[None, :6]
    twin = copy.deepcopy(model)
    twin.load_state_dict(model.state_dict())
    before = model.log_prob(x)
    for table in twin.tables:
        table.counts.add_(1)
    assert torch.equal(model.log_prob(x), before) and not torch.equal(twin.log_prob(x), before)


def test_higher_order_helps_on_a_text_with_memory():
    period = torch.tensor([0, 1, 2, 2, 1, 0]).repeat(50)
    train, held_out = period[:200], period[None, 200:]
    nats = [-NGram(train, 3, n, WittenBell()).log_prob(held_out).item() / 100 for n in (1, 2, 3)]
    assert nats[0] == pytest.approx(math.log(3), abs=0.01) and nats[2] < 0.1 < nats[1]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((torch.zeros(5), 2, 1, WittenBell()), "int64"),
        ((torch.tensor([0, 2]), 2, 1, WittenBell()), "token 2"),
        ((torch.tensor([0, 1]), 2, 3, WittenBell()), "at least n = 3"),
        ((torch.tensor([0, 1]), 256, 8, WittenBell()), "2\\*\\*62"),
        ((torch.tensor([0, 1]), 2, 0, WittenBell()), "n is 0"),
        ((torch.empty(0, dtype=torch.int64), 2, 1, WittenBell()), "shape"),
    ],
)
def test_bad_input_gets_one_sentence(arguments, sentence):
    with pytest.raises((TypeError, ValueError), match=sentence):
        NGram(*arguments)


@pytest.mark.parametrize("broken", [lambda: Additive(0.0), lambda: KneserNey(1.0), lambda: KneserNey(float("nan"))])
def test_smoothings_that_leave_no_probability_are_refused(broken):
    with pytest.raises(ValueError, match="expected"):
        broken()


def test_every_context_of_every_length_is_normalised():
    model = NGram(torch.tensor([0, 0, 0, 0, 0, 1]), levels=4, n=3, smoothing=KneserNey(0.9))  # 2 and 3 never seen
    for context in itertools.product(range(4), repeat=2):
        p = model.conditionals(torch.tensor([[*context, 0]]))[0].exp()
        torch.testing.assert_close(p.sum(-1), torch.ones(3, dtype=torch.float64))
        assert (p > 0).all()
