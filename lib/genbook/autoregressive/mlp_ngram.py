"""The neural n-gram: contexts share what they know because similar symbols get similar vectors (Bengio et al. 2003)."""

import torch
from torch import Tensor, nn

from genbook.autoregressive.sampling import ancestral
from genbook.checks import check_count, check_sequences, check_tokens
from genbook.nn.outputs import Categorical
from genbook.protocols import Measure


class MLPNGram(nn.Module):
    """p(x_t | x_<t) = softmax(b + W c + U tanh(d + H c)), c the vectors of the last n - 1 symbols (Bengio 2003, eq. 1).

    Before the first symbol stands a symbol of its own, `levels`, which is never predicted.

    Args:
        levels: the size V of the alphabet; symbols are 0, ..., V - 1.
        n: 1 more than the number of symbols in the context.
        embedding: numbers a symbol is described by.
        hidden: hidden units.
        direct: whether the context also reaches the output directly, by W.
        dropout: share of hidden units that training switches off.
        length: how many symbols a sample has; `log_prob` and `conditionals` take any number.

    Raises:
        TypeError, ValueError: a size is not a whole number of at least 1 (n of at least 2), or dropout not in [0, 1).
    """

    measure: Measure = "counting"

    def __init__(
        self,
        levels: int,
        n: int,
        embedding: int,
        hidden: int,
        direct: bool = True,
        dropout: float = 0.0,
        length: int = 64,
    ):
        """Draw the weights."""
        super().__init__()
        sizes = {"levels": levels, "n": n, "embedding": embedding, "hidden": hidden, "length": length}
        for name, size in sizes.items():
            check_count(size, name)
        if n < 2 or not 0.0 <= dropout < 1.0:
            raise ValueError(f"n is {n} and dropout {dropout}, expected n >= 2 (a context) and 0 <= dropout < 1.")
        self.n = n
        self.output = Categorical(levels)
        self.register_buffer("order", torch.arange(length))
        self.embedding = nn.Embedding(levels + 1, embedding)
        self.hidden = nn.Linear((n - 1) * embedding, hidden)
        self.dropout = nn.Dropout(dropout)
        self.logits = nn.Linear(hidden, levels)
        self.direct = nn.Linear((n - 1) * embedding, levels, bias=False) if direct else None

    def conditionals(self, x: Tensor) -> Tensor:
        """Return the logits of every p(x_t | x_<t) in one pass: (B, D) int64 -> (B, D, V)."""
        before = torch.cat([self._empty(len(x)), x[:, :-1]], dim=1)  # (B, n - 1 + D - 1)
        return self._logits(before.unfold(1, self.n - 1, 1))  # contexts (B, D, n - 1)

    def log_prob(self, x: Tensor) -> Tensor:
        """Return log p(x) in nats, exactly, for sequences of any length: (B, D) int64 -> (B,)."""
        check_tokens(x, self.output.levels)
        return self.output.log_prob(x, self.conditionals(x)).sum(1)

    def loss(self, x: Tensor) -> Tensor:
        """Return the mean of -log p(x_t | x_<t) in nats a symbol."""
        check_sequences(x)
        return -self.output.log_prob(x, self.conditionals(x)).mean()

    def start(self, n: int) -> tuple[Tensor, Tensor]:
        """Return the logits of the first symbol, (n, V), and n contexts of nothing but beginnings."""
        context = self._empty(n)
        return self._logits(context), context

    def step(self, state: Tensor, x_t: Tensor) -> tuple[Tensor, Tensor]:
        """Move x_t, (n,), into the contexts and return the next logits, (n, V), and contexts, (n, n - 1)."""
        context = torch.cat([state[:, 1:], x_t.long()[:, None]], dim=1)
        return self._logits(context), context

    def sample(self, n: int) -> Tensor:
        """Return `n` independent sequences, (n, length), int64."""
        check_count(n)
        return ancestral(self, torch.rand(n, len(self.order), device=self.order.device)).long()

    def _logits(self, context: Tensor) -> Tensor:
        """Return logits for contexts (..., n - 1) -> (..., V)."""
        c = self.embedding(context).flatten(-2)  # (..., (n - 1) * embedding)
        logits = self.logits(self.dropout(self.hidden(c).tanh()))
        return logits if self.direct is None else logits + self.direct(c)

    def _empty(self, n: int) -> Tensor:
        return self.order.new_full((n, self.n - 1), self.output.levels)
