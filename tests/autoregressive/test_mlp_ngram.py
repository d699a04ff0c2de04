"""The neural n-gram: its equation by hand, its memory by autograd, and that it learns what counting cannot."""

import math

import pytest
import torch

from genbook.autoregressive.mlp_ngram import MLPNGram
from genbook.autoregressive.ngram import NGram
from genbook.autoregressive.smoothing import KneserNey, WittenBell
from genbook.compression import decode, encode
from genbook.numerics import all_states, seeded


def model(**changes):
    with seeded(0):
        return MLPNGram(**{"levels": 3, "n": 3, "embedding": 4, "hidden": 8, "length": 4} | changes)


@pytest.mark.parametrize("direct", [True, False])
def test_conditionals_are_the_equation_of_the_paper(direct):
    m = model(direct=direct)
    x = torch.tensor([[2, 0, 1, 1]])
    found = m.conditionals(x)[0]
    for t, context in enumerate([(3, 3), (3, 2), (2, 0), (0, 1)]):
        c = torch.cat([m.embedding.weight[w] for w in context])
        y = m.logits.bias + m.logits.weight @ torch.tanh(m.hidden.bias + m.hidden.weight @ c)
        torch.testing.assert_close(found[t], y + m.direct.weight @ c if direct else y)


def test_probabilities_sum_to_one_and_steps_agree():
    m, x = model(), all_states(4, 3).long()
    assert m.log_prob(x).exp().sum().item() == pytest.approx(1, abs=1e-5)
    params, state = m.start(len(x))
    for t, expected in enumerate(m.conditionals(x).unbind(1)):
        torch.testing.assert_close(params, expected)
        params, state = m.step(state, x[:, t])
    torch.testing.assert_close(m.loss(x), -m.log_prob(x).mean() / 4)


def test_only_the_last_two_symbols_count():
    m = model(levels=5, length=6)
    x = torch.randint(5, (1, 6), generator=torch.Generator().manual_seed(1))
    base = m.conditionals(x)[0]
    for t in range(6):
        changed = x.clone()
        changed[0, t] = (changed[0, t] + 1) % 5
        moved = (m.conditionals(changed)[0] - base).abs().sum(-1) > 0
        assert moved.nonzero().flatten().tolist() == [s for s in (t + 1, t + 2) if s < 6]


def test_samples_follow_log_prob():
    m, n = model(), 5000
    with torch.no_grad():
        for p in m.parameters():
            p.mul_(2)
    with seeded(0):
        x = m.sample(n)
    p = m.log_prob(all_states(4, 3).long()).exp().detach()
    counts = torch.bincount((x * torch.tensor([27, 9, 3, 1])).sum(1), minlength=81)
    chi2 = ((counts - n * p).square() / (n * p)).sum()
    assert chi2 < 80 + 4 * math.sqrt(160)


def grammar(n, seed):
    """Return symbols of which only the parity counts: it is the sum of the last two parities, the rest is noise."""
    g = torch.Generator().manual_seed(seed)
    x = [0, 1]
    for u in torch.rand(n, generator=g).tolist():
        side = (x[-1] + x[-2]) % 2
        x.append(2 * int(u * 12) + side)
    return torch.tensor(x)


def test_sharing_between_contexts_beats_counting_them_on_little_data():
    train, held_out = grammar(1200, 0), grammar(600, 1)[None]
    counted = min(-NGram(train, 24, 3, s).log_prob(held_out).item() for s in (WittenBell(), KneserNey(0.7)))
    m = model(levels=24, hidden=16, direct=False)
    optimizer = torch.optim.Adam(m.parameters(), lr=0.01)
    rows = train[:1200].view(60, 20)
    for _ in range(100):
        optimizer.zero_grad()
        m.loss(rows).backward()
        optimizer.step()
    learned = -m.log_prob(held_out).item()
    assert 602 * math.log(12) * 0.99 < learned < 0.9 * counted


def test_it_drives_the_coder():
    m = model(levels=9, dropout=0.5).train()
    x = torch.randint(9, (3, 50), generator=torch.Generator().manual_seed(0))
    code = encode(m, x)
    assert torch.equal(decode(m, code), x)
    assert 8 * len(code) == pytest.approx(-m.eval().log_prob(x).sum().item() / math.log(2), abs=240)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"n": 1}, "n is 1"),
        ({"dropout": 1.0}, "dropout 1.0"),
        ({"hidden": 0}, "hidden is 0"),
        ({"levels": 2.0}, "levels"),
    ],
)
def test_bad_sizes_get_one_sentence(changes, sentence):
    with pytest.raises((TypeError, ValueError), match=sentence):
        model(**changes)


def test_bad_tokens_get_one_sentence():
    with pytest.raises(ValueError, match="token 3"):
        model().log_prob(torch.tensor([[3]]))
    with pytest.raises(TypeError, match="int64"):
        model().log_prob(torch.zeros(1, 4))
