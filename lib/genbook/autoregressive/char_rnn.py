"""The recurrent model: a state of fixed size carries what it remembers from one symbol to the next."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from genbook.autoregressive.inputs import Inputs
from genbook.autoregressive.sampling import ancestral
from genbook.checks import check_count
from genbook.nn.outputs import Output
from genbook.protocols import Measure

State = tuple[Tensor, Tensor]  # hidden state and memory cells of an LSTM, (layers, n, hidden) each


class CharRNN(nn.Module):
    """log p(x) = sum_t log p(x_t | state after x_<t), the state that of an LSTM (Graves 2013; Karpathy 2015).

    `inputs` turn symbols into vectors: `Tokens` takes int64 text of any length, `Values` float rows of `length`.
    `output` turns a row of numbers into the distribution of one symbol. The LSTM is that of Gers et al. (2000): with a
    forget gate. `length` is how many symbols a sample has. Dropout acts in training mode: call `eval()` before
    measuring.

    Raises:
        TypeError, ValueError: a size is not a whole number of at least 1, or dropout is not in [0, 1).
    """

    def __init__(
        self, inputs: Inputs, output: Output, hidden: int, layers: int = 1, dropout: float = 0.0, length: int = 64
    ) -> None:
        super().__init__()
        for name, size in {"hidden": hidden, "layers": layers, "length": length}.items():
            check_count(size, name)
        if not 0.0 <= dropout < 1.0:
            raise ValueError(f"dropout is {dropout}, expected 0 <= dropout < 1.")
        self.inputs, self.output = inputs, output
        self.register_buffer("order", torch.arange(length), persistent=False)
        between = dropout if layers > 1 else 0.0
        self.lstm = nn.LSTM(inputs.width, hidden, layers, batch_first=True, dropout=between)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(hidden, output.size)

    @property
    def measure(self) -> Measure:
        """Of the output: counting for discrete values, Lebesgue for real ones."""
        return self.output.measure

    def begin(self, n: int) -> State:
        """Return the state of n sequences before their first symbol."""
        return self.lstm(self.inputs.start(n)[:, None])[1]

    def read(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        """Go on from `state`: return the parameters of every symbol of x (B, T), (B, T, output.size), and the state.

        The state after x says all that later symbols may know, so a long text can be read piece by piece.
        """
        self.inputs.check(x, len(self.order))
        before = state[0][-1][:, None]  # (B, 1, hidden): what the top layer last gave
        h, state = self.lstm(self.inputs(x), state)  # (B, T, hidden)
        return self.head(self.dropout(torch.cat([before, h[:, :-1]], dim=1))), state

    def conditionals(self, x: Tensor) -> Tensor:
        """Return the parameters of every p(x_t | x_<t): (B, T) -> (B, T, output.size)."""
        self.inputs.check(x, len(self.order))
        return self.read(x, self.begin(len(x)))[0]

    def log_prob(self, x: Tensor) -> Tensor:
        """Return the exact log-likelihood log p(x) in nats: (B, T) -> (B,).

        Raises:
            TypeError, ValueError: x has a wrong shape or dtype, or holds a value that the output cannot take.
        """
        self.inputs.check(x, len(self.order))
        self.output.check(x)
        return self.output.log_prob(x, self.conditionals(x)).sum(1)

    def loss(self, x: Tensor) -> Tensor:
        """Return the mean of -log p(x_t | x_<t) in nats a symbol, shape (); every row is a sequence of its own."""
        return -self.output.log_prob(x, self.conditionals(x)).mean()

    def start(self, n: int) -> tuple[Tensor, State]:
        """Return the parameters of the first symbol, (n, output.size), and the state."""
        check_count(n)
        state = self.begin(n)
        return self.head(self.dropout(state[0][-1])), state

    def step(self, state: State, x_t: Tensor) -> tuple[Tensor, State]:
        """Feed x_t (n,), the symbol just generated; return the next parameters and the next state.

        Raises:
            ValueError: x_t has another length than the state.
        """
        if x_t.shape != state[0].shape[1:2]:
            raise ValueError(f"x_t has shape {tuple(x_t.shape)}, expected ({state[0].shape[1]},): one symbol a row.")
        state = self.lstm(self.inputs(x_t)[:, None], state)[1]
        return self.head(self.dropout(state[0][-1])), state

    @torch.no_grad()
    def sample(self, n: int) -> Tensor:
        """Draw n sequences, (n, length)."""
        check_count(n)
        u = torch.rand(n, len(self.order), dtype=self.head.weight.dtype, device=self.head.weight.device)
        return ancestral(self, u).to(self.inputs.dtype)


def streams(tokens: Tensor, rows: int, width: int) -> Callable[[int], tuple[Tensor, Tensor]]:
    """Cut a text (T,) into `rows` streams side by side; return a function of the step that gives their next windows.

    Step s gives (x, fresh): x (rows, width) continues, row by row, the x of step s - 1, and fresh (rows,) is true where
    a stream begins again. A pure function of the step, as `fit` wants it.

    Raises:
        TypeError, ValueError: tokens are not int64 of shape (T,), or fewer than rows * width.

    >>> batch = streams(torch.arange(12), rows=2, width=3)
    >>> batch(0)[0].tolist(), batch(1)[0].tolist(), batch(1)[1].tolist(), batch(2)[1].tolist()
    ([[0, 1, 2], [6, 7, 8]], [[3, 4, 5], [9, 10, 11]], [False, False], [True, True])
    """
    if not isinstance(tokens, Tensor) or tokens.dtype != torch.int64 or tokens.dim() != 1:
        raise TypeError(f"tokens are {getattr(tokens, 'dtype', type(tokens).__name__)}, expected int64 of shape (T,).")
    check_count(rows, "rows")
    check_count(width, "width")
    epoch = len(tokens) // (rows * width)
    if not epoch:
        raise ValueError(f"tokens hold {len(tokens)} symbols, expected at least rows * width = {rows * width}.")
    table = tokens[: rows * epoch * width].view(rows, epoch, width)

    def batch(step: int) -> tuple[Tensor, Tensor]:
        place = step % epoch
        return table[:, place], torch.full((rows,), place == 0, device=tokens.device)

    return batch


class CarriedLoss:
    """The loss for truncated backpropagation through time (Williams and Peng 1990), for `fit` with `streams`.

    The state after a window, cut off from its gradient, is where the next window begins; streams that begin again get
    a fresh one. It is kept here, not in the model: a resumed run starts with fresh states, once.
    """

    def __init__(self, model: CharRNN) -> None:
        self.model = model
        self.state: State | None = None

    def __call__(self, batch: tuple[Tensor, Tensor]) -> Tensor:
        """Return the mean of -log p in nats a symbol for the windows x (B, T) and flags fresh (B,) of `streams`."""
        x, fresh = batch
        state = self.model.begin(len(x))
        if self.state is not None and self.state[0].shape == state[0].shape:
            keep = ~fresh[None, :, None]
            state = tuple(torch.where(keep, old, new) for old, new in zip(self.state, state, strict=True))
        params, after = self.model.read(x, state)
        self.state = tuple(s.detach() for s in after)
        return -self.model.output.log_prob(x, params).mean()
