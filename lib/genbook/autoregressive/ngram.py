"""n-gram models: the next symbol depends on the n - 1 before it, and its probability is a smoothed count.

The first symbols of a sequence have shorter contexts, and there the shorter strings' counts are the last word.
Continuation counts (Kneser and Ney) are taken over the strings that have n - 1 symbols before their last one.
"""

import torch
from torch import Tensor, nn

from genbook.autoregressive.sampling import ancestral
from genbook.autoregressive.smoothing import Smoothing
from genbook.checks import check_count, check_sequences, check_tokens
from genbook.nn.outputs import Categorical
from genbook.protocols import Measure


class Counts(nn.Module):
    """How often each string of k symbols occurred, and each context of k - 1: sorted tables, looked up by bisection.

    Strings are numbers in base `levels`, oldest symbol first.
    """

    def __init__(self, strings: Tensor, counts: Tensor, levels: int):
        """Build the tables from different, sorted strings and their counts, both (U,)."""
        super().__init__()
        contexts, where, types = (strings // levels).unique_consecutive(return_inverse=True, return_counts=True)
        totals = torch.zeros_like(contexts).index_add(0, where, counts)
        self.levels = levels
        self.register_buffer("strings", strings)
        self.register_buffer("counts", counts)
        self.register_buffer("contexts", contexts)
        self.register_buffer("totals", totals)
        self.register_buffer("types", types)

    def forward(self, context: Tensor, symbol: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return (count, total, types): how often `symbol` followed `context`, how often and how many things did.

        Shapes broadcast; total and types have the shape of `context`.
        """
        return (
            _find(context * self.levels + symbol, self.strings, self.counts),
            _find(context, self.contexts, self.totals),
            _find(context, self.contexts, self.types),
        )


class NGram(nn.Module):
    """p(x) = prod_t p(x_t | the n - 1 symbols before), each factor a smoothed count over `tokens`.

    Args:
        tokens: the training text, (T,), or sequences (B, T) that do not run into each other; int64.
        levels: the size V of the alphabet; symbols are 0, ..., V - 1.
        n: the length of the strings that are counted: 1 sees no context, 3 is a trigram.
        smoothing: what turns counts into probabilities, see `genbook.autoregressive.smoothing`.
        length: how many symbols a sample has; `log_prob` and `conditionals` take any number.

    Raises:
        TypeError, ValueError: tokens are not int64, not in the alphabet or fewer than n; levels**n reaches 2**62.

    >>> from genbook.autoregressive.smoothing import Additive
    >>> model = NGram(torch.tensor([0, 1, 0, 1, 1]), levels=2, n=2, smoothing=Additive(1.0))
    >>> model.log_prob(torch.tensor([[0, 1]])).exp()        # (2 + 1) / (5 + 2) times (2 + 1) / (2 + 2)
    tensor([0.3214], dtype=torch.float64)
    """

    measure: Measure = "counting"

    def __init__(self, tokens: Tensor, levels: int, n: int, smoothing: Smoothing, length: int = 64):
        """Count once; nothing else is fitted."""
        super().__init__()
        check_count(n, "n")
        check_count(length, "length")
        if levels < 2 or levels**n >= 2**62:
            raise ValueError(f"levels is {levels} and n is {n}, expected levels >= 2 and levels**n < 2**62.")
        tokens = tokens[None] if tokens.dim() == 1 else tokens
        check_tokens(tokens, levels, "tokens")
        if tokens.shape[1] < n:
            raise ValueError(
                f"tokens has {tokens.shape[1]} symbols a sequence, expected at least n = {n}: give more text."
            )
        self.n, self.smoothing = n, smoothing
        self.output = Categorical(levels)
        self.register_buffer("order", torch.arange(length))
        strings, counts = _strings(tokens, n, levels).unique(return_counts=True)
        tables = [Counts(strings, counts, levels)]
        for k in range(n - 1, 0, -1):
            shorter = strings % levels**k if smoothing.continuation else _strings(tokens, k, levels)
            strings, counts = shorter.unique(return_counts=True)
            tables.insert(0, Counts(strings, counts, levels))
        self.tables = nn.ModuleList(tables)

    def log_prob(self, x: Tensor) -> Tensor:
        """Return log p(x) in nats, exactly, for sequences of any length: (B, D) int64 -> (B,) float64."""
        check_tokens(x, self.output.levels)
        return self._log_factors(x).sum(-1)

    def loss(self, x: Tensor) -> Tensor:
        """Return the mean of -log p(x) in nats a symbol; counting has already minimised it, up to the smoothing."""
        check_sequences(x)
        return -self._log_factors(x).mean()

    def conditionals(self, x: Tensor) -> Tensor:
        """Return log p(w | x_<t) for every symbol w, which are logits too: (B, D) -> (B, D, V)."""
        check_tokens(x, self.output.levels)
        rows = [self._log_next(x[:, max(0, t - self.n + 1) : t]) for t in range(x.shape[1])]
        return torch.stack(rows, dim=1)

    def start(self, n: int) -> tuple[Tensor, Tensor]:
        """Return log p(x_1), (n, V), and n empty contexts."""
        context = self.order.new_empty(n, 0)
        return self._log_next(context), context

    def step(self, state: Tensor, x_t: Tensor) -> tuple[Tensor, Tensor]:
        """Append x_t, (n,), to the contexts and return the next log-probabilities and contexts of at most n - 1."""
        context = torch.cat([state, x_t.long()[:, None]], dim=1)  # (n, at most self.n)
        context = context[:, max(0, context.shape[1] - self.n + 1) :]
        return self._log_next(context), context

    def sample(self, n: int) -> Tensor:
        """Return `n` independent sequences, (n, length), int64."""
        check_count(n)
        u = torch.rand(n, len(self.order), dtype=torch.float64, device=self.order.device)
        return ancestral(self, u).long()

    def _log_factors(self, x: Tensor) -> Tensor:
        """Return log p(x_t | x_<t), (B, D) -> (B, D), longer contexts refining shorter ones."""
        levels = self.output.levels
        p = torch.full(x.shape, 1 / levels, dtype=torch.float64, device=x.device)
        for k, table in enumerate(self.tables[: x.shape[1]], start=1):
            after = x[:, k - 1 :]  # (B, D - k + 1): the first k - 1 symbols have no context of that length
            counted = table(_strings(x, k - 1, levels)[:, : after.shape[1]], after)
            p = torch.cat([p[:, : k - 1], self.smoothing(*counted, p[:, k - 1 :], levels)], dim=1)
        return p.log()

    def _log_next(self, context: Tensor) -> Tensor:
        """Return log p(w | context) for every w, (n, at most self.n - 1) -> (n, V)."""
        levels = self.output.levels
        symbols = torch.arange(levels, device=context.device)
        p = torch.full((len(context), levels), 1 / levels, dtype=torch.float64, device=context.device)
        suffix, place = context.new_zeros(len(context), 1), 1  # the last k - 1 symbols as a number
        for k, table in enumerate(self.tables[: context.shape[1] + 1]):
            if k:
                suffix, place = suffix + context[:, -k, None] * place, place * levels
            p = self.smoothing(*table(suffix, symbols), p, levels)  # (n, V)
        return p.log()


def _strings(x: Tensor, k: int, levels: int) -> Tensor:
    """Return all strings of k neighbours as numbers in base `levels`, (B, D) -> (B, D - k + 1)."""
    width = x.shape[1] - k + 1
    number = torch.zeros_like(x[:, :width])
    for j in range(k):
        number = number * levels + x[:, j : j + width]
    return number


def _find(keys: Tensor, table: Tensor, values: Tensor) -> Tensor:
    """Return the value of each key in a sorted table, or 0, as float64: probabilities are made of them."""
    index = torch.searchsorted(table, keys.contiguous()).clamp(max=len(table) - 1)
    return torch.where(table[index] == keys, values[index], 0).double()
