"""The functions that the page "Text: from n-grams to char-RNN" defines are those of the package."""

from collections import Counter

import pytest
import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.autoregressive import KneserNey, NGram
from genbook.autoregressive.text_sampling import top_p
from genbook.numerics import seeded

PAGE = load_page_functions(ROOT / "chapters" / "autoregressive" / "text.ipynb")


@pytest.mark.parametrize("n", [1, 2, 3])
def test_kneser_ney(n: int) -> None:
    with seeded(0):
        tokens = torch.randint(4, (60,))
    text = "".join("abcd"[t] for t in tokens)
    model = NGram(tokens, levels=4, n=n, smoothing=KneserNey(0.7))
    counts = Counter(text[i : i + n] for i in range(len(text) - n + 1))
    x = torch.tensor([[3, 0, 2, 1, 0]])
    theirs = model.conditionals(x)[0, -1].exp()
    context = "".join("abcd"[t] for t in x[0, :-1])[4 - (n - 1) :] if n > 1 else ""
    ours = [PAGE.kneser_ney(counts, context, symbol, 4, 0.7) for symbol in "abcd"]
    torch.testing.assert_close(torch.tensor(ours).double(), theirs, rtol=1e-6, atol=1e-6)


def test_lstm_step() -> None:
    with seeded(1):
        cell = torch.nn.LSTMCell(5, 7).double()
        e, h, c = torch.randn(3, 5).double(), torch.randn(3, 7).double(), torch.randn(3, 7).double()
    ours = PAGE.lstm_step(e, h, c, cell.weight_ih, cell.weight_hh, cell.bias_ih + cell.bias_hh)
    for mine, theirs in zip(ours, cell(e, (h, c)), strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("p", [0.05, 0.5, 0.9, 0.999])
def test_nucleus(p: float) -> None:
    with seeded(2):
        logits = torch.randn(40).double()
    assert torch.equal(PAGE.nucleus(logits, p), top_p(logits, p))
