"""A recurrent network as conditioner: it reads the variables one after the other."""

import torch
from torch import Tensor, nn

from genbook.checks import check_batch, check_count
from genbook.nn.masks import check_ordering

State = tuple[Tensor, Tensor]


class RecurrentConditioner(nn.Module):
    """An LSTM that reads x_{o_1}, ..., x_{o_{t-1}} and returns the parameters of x_{o_t} (Kingma et al. 2016, sec. 4).

    Unlike a masked network it has the same weights at every place and takes D steps even where all of x is known. A
    learned first input stands for "nothing read yet". `shift` (B, hidden[0]) becomes the state that it begins with.

    Raises:
        TypeError, ValueError: a size is not a whole number of at least 1, or `ordering` is not a permutation.
    """

    def __init__(self, dim: int, width: int, params: int, ordering: Tensor | None = None) -> None:
        """Draw the weights of one LSTM of `width` units and of a linear read-out."""
        super().__init__()
        for name, size in (("dim", dim), ("width", width), ("params", params)):
            check_count(size, name)
        ordering = torch.arange(dim) if ordering is None else ordering
        check_ordering(ordering, dim)
        self.dim, self.params, self.hidden = dim, params, (width,)
        self.register_buffer("ordering", ordering.clone())
        self.lstm, self.output = nn.LSTM(2, width, batch_first=True), nn.Linear(width, params)
        self.first = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor, *, shift: Tensor | None = None) -> Tensor:
        """Map values (B, D) to parameters (B, D, params)."""
        check_batch(x, (self.dim,))
        before = x.index_select(1, self.ordering[:-1])  # (B, D - 1)
        read = torch.cat([self.first.expand(len(x), 1), before], 1)
        place = torch.linspace(-1, 1, self.dim, dtype=x.dtype, device=x.device).expand_as(read)
        h, _ = self.lstm(torch.stack([read, place], -1), self._begin(len(x), shift))  # (B, D, H)
        return self.output(h).index_select(1, self.ordering.argsort())

    @torch.no_grad()
    def start(self, n: int, *, shift: Tensor | None = None) -> tuple[Tensor, tuple[int, State]]:
        """Return the parameters (n, params) of the first variable in the order, and the state after it."""
        check_count(n)
        return self._read(self.first.expand(n), 0, self._begin(n, shift))

    @torch.no_grad()
    def step(self, state: tuple[int, State], x_t: Tensor) -> tuple[Tensor, tuple[int, State]]:
        """Feed the variable x_t (n,) just found; return the parameters (n, params) of the next, and the state.

        Raises:
            ValueError: all variables but the last are already known.
        """
        t, memory = state
        if t + 1 >= self.dim:
            raise ValueError(f"step was called after all {self.dim} variables: the last one needs no further step.")
        return self._read(x_t, t + 1, memory)

    def _read(self, x_t: Tensor, t: int, memory: State) -> tuple[Tensor, tuple[int, State]]:
        place = torch.linspace(-1, 1, self.dim, dtype=x_t.dtype, device=x_t.device)[t].expand_as(x_t)
        h, memory = self.lstm(torch.stack([x_t, place], -1)[:, None], memory)
        return self.output(h[:, 0]), (t, memory)

    def _begin(self, n: int, shift: Tensor | None) -> State:
        zeros = self.output.weight.new_zeros(1, n, self.hidden[0])
        return (zeros if shift is None else zeros + shift), zeros
