"""The masked network of MADE: every output in one pass, or one variable at a time without repeated work."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from genbook.checks import check_batch, check_count
from genbook.nn.masks import MaskedLinear, check_ordering, hidden_degrees, input_degrees, made_masks


class _Slices(NamedTuple):
    """A layer cut for evaluation in order: weight, bias, and how many of its units are known after t variables."""

    weight: Tensor
    bias: Tensor  # (H, 1), or (H, n) where a condition shifts it
    known: list[int]


@dataclass
class Partial:
    """A pass that knows the first `t` variables: `units[l]` holds layer l (the inputs are layer 0), shape (H_l, n)."""

    t: int
    units: list[Tensor]
    layers: list[_Slices]
    output: tuple[Tensor, Tensor]  # (D, params, H) and (D, params, 1), rows in the order
    direct: Tensor | None  # (D, params, D), rows and columns in the order


class MaskedMLP(nn.Module):
    """A fully connected network whose d-th output depends only on variables before d in `ordering` (Germain 2015).

    It knows no probability: (B, D) embedded values go in, (B, D, params) numbers come out. `ordering[t]` is the
    variable at place t (default: 0, 1, ...). `direct` adds the masked connection from inputs to outputs. Dropout acts
    in training mode only and never in `step`.

    Raises:
        TypeError, ValueError: a size is not a whole number of at least 1, dropout is not in [0, 1), or `ordering` is
            not a permutation.
    """

    def __init__(
        self,
        dim: int,
        hidden: Sequence[int] = (512,),
        params: int = 1,
        ordering: Tensor | None = None,
        direct: bool = False,
        dropout: float = 0.0,
        activation: Callable[[Tensor], Tensor] = torch.relu,
    ) -> None:
        """Assign degrees, build the masks and draw the weights."""
        super().__init__()
        for name, size in [("dim", dim), ("params", params), *(("a hidden width", width) for width in hidden)]:
            check_count(size, name, most=2**20)
        if not hidden or not 0.0 <= dropout < 1.0:
            raise ValueError(
                f"hidden is {hidden} and dropout {dropout}, expected at least one layer and 0 <= dropout < 1."
            )
        ordering = torch.arange(dim) if ordering is None else ordering
        check_ordering(ordering, dim)
        self.dim, self.params, self.hidden, self.activation = dim, params, tuple(hidden), activation
        self.register_buffer("ordering", ordering.clone())
        masks = self.masks(ordering, [hidden_degrees(dim, width) for width in hidden])
        self.layers = nn.ModuleList(MaskedLinear(mask) for mask in masks[: len(hidden)])
        self.output = MaskedLinear(masks[len(hidden)], params)
        self.direct = MaskedLinear(masks[-1], params) if direct else None
        self.dropout = nn.Dropout(dropout) if dropout else nn.Identity()

    def masks(self, ordering: Tensor, degrees: Sequence[Tensor] | None = None) -> list[Tensor]:
        """Return the masks of all hidden layers, of the output and of the direct connection for another order.

        `degrees` holds one (H,) tensor a hidden layer (default: the sorted degrees that the network was built with).
        """
        if degrees is None:
            degrees = [hidden_degrees(self.dim, width) for width in self.hidden]
        m = [d.to(ordering.device) for d in (input_degrees(ordering), *degrees)]
        return [*made_masks(m), m[0][:, None] > m[0][None, :]]

    def forward(
        self,
        x: Tensor,
        ordering: Tensor | None = None,
        degrees: Sequence[Tensor] | None = None,
        shift: Tensor | None = None,
    ) -> Tensor:
        """Map embedded values (B, D) to (B, D, params), by its own masks or by those of another order or degrees.

        `shift` (B, hidden[0]) is added to the first hidden layer before its activation: the way in for a condition.
        """
        check_batch(x, (self.dim,))
        if ordering is None and degrees is None:
            masks = [None] * (len(self.layers) + 2)
        else:
            ordering = self.ordering if ordering is None else ordering
            check_ordering(ordering, self.dim)
            masks = [mask.to(x.device) for mask in self.masks(ordering, degrees)]
        h = x
        for layer, mask in zip(self.layers, masks, strict=False):
            a = layer(h, mask)  # (B, H)
            if shift is not None:
                a, shift = a + shift, None
            h = self.dropout(self.activation(a))
        out = self.output(h, masks[-2])
        if self.direct is not None:
            out = out + self.direct(x, masks[-1])
        return out.view(-1, self.dim, self.params)

    @torch.no_grad()
    def start(self, n: int, ordering: Tensor | None = None, shift: Tensor | None = None) -> tuple[Tensor, Partial]:
        """Return the parameters (n, params) of the first variable and the state of `n` passes that know no variable.

        `shift` (n, hidden[0]) is what `forward` takes. Sorted degrees make every mask a staircase: what unit k may see
        is a leading block of the layer below, so plain slices of the weights replace the masks.
        """
        check_count(n)
        ordering = self.ordering if ordering is None else ordering.to(self.ordering.device)
        check_ordering(ordering, self.dim)
        place = torch.arange(self.dim)
        weights = [layer.weight for layer in self.layers]
        weights[0] = weights[0][:, ordering]  # columns in the order
        layers = [
            _Slices(
                w, layer.bias[:, None], torch.searchsorted(hidden_degrees(self.dim, len(w)), place, right=True).tolist()
            )
            for w, layer in zip(weights, self.layers, strict=True)
        ]
        if shift is not None:
            layers[0] = layers[0]._replace(bias=layers[0].bias + shift.T)  # (H, n)
        rows = (self.dim, self.params)
        output = (
            self.output.weight.unflatten(0, rows)[ordering],
            self.output.bias.unflatten(0, rows)[ordering][..., None],
        )
        direct = None
        if self.direct is not None:
            direct = self.direct.weight.unflatten(0, rows)[ordering][..., ordering]
            output = (output[0], output[1] + self.direct.bias.unflatten(0, rows)[ordering][..., None])
        units = [weights[0].new_empty(size, n) for size in (self.dim, *self.hidden)]
        state = Partial(0, units, layers, output, direct)
        return self._params(state), state

    @torch.no_grad()
    def step(self, state: Partial, x_t: Tensor) -> tuple[Tensor, Partial]:
        """Feed the embedded values x_t (n,) of the next variable; return the parameters (n, params) of the one after.

        Every hidden unit is computed once, when the last variable that it may see arrives. `state` is updated in place.

        Raises:
            ValueError: x_t has another length than the state, or all variables but the last are already known.
        """
        if x_t.shape != state.units[0].shape[1:]:
            raise ValueError(
                f"x_t has shape {tuple(x_t.shape)}, expected {tuple(state.units[0].shape[1:])}: one value a row."
            )
        if state.t + 1 >= self.dim:
            raise ValueError(f"step was called after all {self.dim} variables: the last one needs no further step.")
        state.units[0][state.t] = x_t
        state.t = t = state.t + 1
        below = t
        for (weight, bias, known), x, h in zip(state.layers, state.units[:-1], state.units[1:], strict=True):
            new = slice(known[t - 1], known[t])
            if new.start < new.stop:
                h[new] = self.activation(torch.addmm(bias[new], weight[new, :below], x[:below]))
            below = known[t]
        return self._params(state), state

    def _params(self, state: Partial) -> Tensor:
        """Return the parameters of the variable at place t from the units that are known, shape (n, params)."""
        t, (weight, bias) = state.t, state.output
        below = state.layers[-1].known[t]
        out = torch.addmm(bias[t], weight[t, :, :below], state.units[-1][:below])  # (params, n)
        if state.direct is not None:
            out = torch.addmm(out, state.direct[t, :, :t], state.units[0][:t])
        return out.T
