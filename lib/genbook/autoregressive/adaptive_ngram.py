"""An n-gram model that starts knowing nothing and counts while it reads: a compressor needs no training text."""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from genbook.autoregressive.sampling import ancestral
from genbook.autoregressive.smoothing import Smoothing
from genbook.checks import check_count, check_tokens
from genbook.nn.outputs import Categorical
from genbook.protocols import Measure


class Successors:
    """What has followed one context: a count for every symbol, their sum, and how many are not zero."""

    __slots__ = ("count", "total", "types")

    def __init__(self, levels: int):
        """Start with nothing seen."""
        self.count = np.zeros(levels)
        self.total = 0
        self.types = 0

    def add(self, symbol: int) -> bool:
        """Count `symbol` and return whether it is new here."""
        new = not self.count[symbol]
        self.count[symbol] += 1
        self.total += 1
        self.types += new
        return new


@dataclass
class Memory:
    """The last n - 1 symbols of one sequence, and the successors of every context met so far, one table a length."""

    levels: int
    n: int
    context: tuple[int, ...] = ()
    tables: list[dict[tuple[int, ...], Successors]] = field(init=False)

    def __post_init__(self) -> None:
        """Start with empty tables that make room for a context when it is first met."""
        self.tables = [defaultdict(lambda: Successors(self.levels)) for _ in range(self.n)]

    def next(self, smoothing: Smoothing) -> np.ndarray:
        """Return p(w | what has been read), (V,)."""
        p = np.full(self.levels, 1 / self.levels)
        for k in range(len(self.context) + 1):
            seen = self.tables[k][self.context[len(self.context) - k :]]
            p = smoothing(seen.count, seen.total, seen.types, p, self.levels)
        return p

    def read(self, symbol: int, smoothing: Smoothing) -> None:
        """Count `symbol` after its contexts, longest first, and remember it.

        Where shorter contexts want continuation counts, a string is counted there only when it is new in the next
        longer context: data compression knows this as update exclusion.
        """
        full = len(self.context) == self.n - 1
        if full or not smoothing.continuation:
            for k in range(len(self.context), -1, -1):
                new = self.tables[k][self.context[len(self.context) - k :]].add(symbol)
                if smoothing.continuation and not new:
                    break
        self.context = (*self.context, symbol)[full:]


class AdaptiveNGram:
    """p(x) = prod_t p(x_t | x_<t), where the t-th factor is an n-gram model counted on x_<t alone.

    After reading a text it predicts exactly what `NGram` trained on that text predicts. It is normalised over all
    sequences of a length, so `log_prob` is exact and can be held against a trained model's. The cache of `step` is
    changed in place: it serves one pass.

    Args:
        levels: the size V of the alphabet; symbols are 0, ..., V - 1.
        n: the longest string that is counted.
        smoothing: what turns counts into probabilities, see `genbook.autoregressive.smoothing`.
        length: how many symbols a sample has; `log_prob` and `conditionals` take any number.

    >>> from genbook.autoregressive.smoothing import Additive
    >>> model = AdaptiveNGram(levels=2, n=1, smoothing=Additive(1.0))
    >>> model.log_prob(torch.tensor([[0, 0, 1]])).exp()     # 1/2 times 2/3 times 1/4
    tensor([0.0833], dtype=torch.float64)
    """

    measure: Measure = "counting"

    def __init__(self, levels: int, n: int, smoothing: Smoothing, length: int = 64):
        """Set the alphabet and the longest context; there is nothing to train."""
        check_count(n, "n")
        check_count(length, "length")
        self.n, self.smoothing = n, smoothing
        self.output = Categorical(levels)
        self.order = torch.arange(length)

    def log_prob(self, x: Tensor) -> Tensor:
        """Return log p(x) in nats, exactly: (B, D) int64 -> (B,) float64, about 20 microseconds a symbol."""
        check_tokens(x, self.output.levels)
        memories = [self._memory() for _ in x]
        total = torch.zeros(len(x), dtype=torch.float64)
        for b, (memory, row) in enumerate(zip(memories, x.tolist(), strict=True)):
            for symbol in row:
                total[b] += np.log(memory.next(self.smoothing)[symbol])
                memory.read(symbol, self.smoothing)
        return total

    def conditionals(self, x: Tensor) -> Tensor:
        """Return log p(w | x_<t) for every symbol w, which are logits too: (B, D) -> (B, D, V)."""
        check_tokens(x, self.output.levels)
        params, state = self.start(len(x))
        rows = [params]
        for x_t in x[:, :-1].unbind(1):
            params, state = self.step(state, x_t)
            rows.append(params)
        return torch.stack(rows, dim=1)

    def start(self, n: int) -> tuple[Tensor, list[Memory]]:
        """Return the uniform log p(x_1), (n, V), and n empty memories."""
        state = [self._memory() for _ in range(n)]
        return self._log_next(state), state

    def step(self, state: list[Memory], x_t: Tensor) -> tuple[Tensor, list[Memory]]:
        """Count x_t, (n,), in each sequence's own memory and return the next log-probabilities, (n, V)."""
        for memory, symbol in zip(state, x_t.tolist(), strict=True):
            memory.read(int(symbol), self.smoothing)
        return self._log_next(state), state

    def sample(self, n: int) -> Tensor:
        """Return `n` independent sequences, (n, length), int64: each invents its own language as it goes."""
        check_count(n)
        return ancestral(self, torch.rand(n, len(self.order), dtype=torch.float64)).long()

    def _memory(self) -> Memory:
        return Memory(self.output.levels, self.n)

    def _log_next(self, state: list[Memory]) -> Tensor:
        return torch.from_numpy(np.log(np.stack([memory.next(self.smoothing) for memory in state])))
