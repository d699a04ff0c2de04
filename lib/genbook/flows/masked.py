"""A masked network as one layer of a flow: every variable moves, led by those before it."""

from typing import Any, Protocol

import torch
from torch import Tensor, nn

from genbook.checks import check_batch
from genbook.flows.bijections import Bijection


class Conditioner(Protocol):
    """A network whose output for variable d depends on the variables before d in `ordering` and on no others.

    `genbook.nn.MaskedMLP` and `RecurrentConditioner` are two. `hidden[0]` is the width of what `shift` is added to.
    """

    dim: int
    params: int
    hidden: tuple[int, ...]
    ordering: Tensor

    def __call__(self, x: Tensor, *, shift: Tensor | None = None) -> Tensor:
        """Return the parameters of all variables, (B, D) -> (B, D, params); shift (B, hidden[0]) tells a condition."""
        ...

    def start(self, n: int, *, shift: Tensor | None = None) -> tuple[Tensor, Any]:
        """Return the parameters (n, params) of the first variable in the order, and a state."""
        ...

    def step(self, state: Any, x_t: Tensor) -> tuple[Tensor, Any]:
        """Feed the variable x_t (n,) just found; return the parameters of the next, and the state."""
        ...


class MaskedAutoregressive(nn.Module):
    """z_d = g(x_d; params_d(x before d)), all d in one pass of a masked network (Papamakarios et al. 2017, eq. 4-5).

    `forward`, the direction of densities, takes one pass. `inverse` finds one variable after the other: without
    gradients it computes every hidden unit once, as MADE does when it samples; with gradients it takes D passes.
    `Inverse` of it is a layer of the inverse autoregressive flow. `context` maps a condition c (B, C) to
    (B, hidden[0] + D * size): a shift of the first hidden layer, and one of the parameters, since the first variable
    sees no hidden unit.

    Raises:
        ValueError: the network gives another number of parameters than the bijection takes.

    >>> from genbook.flows import Affine
    >>> from genbook.nn import MaskedMLP
    >>> layer = MaskedAutoregressive(MaskedMLP(3, (8,), 2), Affine())
    >>> x = torch.randn(4, 3)
    >>> z, log_det = layer(x)
    >>> torch.allclose(layer.inverse(z)[0], x, atol=1e-5)
    True
    """

    def __init__(self, network: Conditioner, bijection: Bijection, context: nn.Module | None = None) -> None:
        """Join a network that respects an order and a bijection; `context` lets a condition in."""
        super().__init__()
        if network.params != bijection.size:
            raise ValueError(
                f"network gives {network.params} parameters a variable and {bijection} takes {bijection.size}: "
                f"expected the same, build the network with params={bijection.size}."
            )
        self.network, self.bijection, self.context = network, bijection, context

    def forward(self, x: Tensor, c: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return z and log |det dz/dx|, one pass: x (B, D), c (B, C) -> (B, D), (B,)."""
        shift, offset = self._condition(c, x)
        z, log_scale = self.bijection.forward(x, self._params(x, shift, offset))
        return z, log_scale.sum(1)

    def inverse(self, z: Tensor, c: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return x and log |det dx/dz|, D steps: z (B, D), c (B, C) -> (B, D), (B,)."""
        check_batch(z, (self.network.dim,), "z")
        shift, offset = self._condition(c, z)
        if torch.is_grad_enabled() and (z.requires_grad or any(p.requires_grad for p in self.parameters())):
            return self._by_passes(z, shift, offset)
        return self._by_steps(z, shift, offset)

    def _by_passes(self, z: Tensor, shift: Tensor | None, offset: Tensor | None) -> tuple[Tensor, Tensor]:
        """Solve f(x) = z by x <- g^-1(z; params(x)): each pass makes one more variable of the order right."""
        x = z
        for _ in range(self.network.dim):
            x, log_scale = self.bijection.inverse(z, self._params(x, shift, offset))
        return x, log_scale.sum(1)

    @torch.no_grad()
    def _by_steps(self, z: Tensor, shift: Tensor | None, offset: Tensor | None) -> tuple[Tensor, Tensor]:
        x, terms = torch.empty_like(z), []
        params, state = self.network.start(len(z), shift=shift)
        order = self.network.ordering.tolist()
        for t, d in enumerate(order):
            if offset is not None:
                params = params + offset[:, d]
            x[:, d], log_scale = self.bijection.inverse(z[:, d], params)
            terms.append(log_scale)
            if t + 1 < len(order):
                params, state = self.network.step(state, x[:, d])
        return x, torch.stack(terms).sum(0)

    def _params(self, x: Tensor, shift: Tensor | None, offset: Tensor | None) -> Tensor:
        params = self.network(x, shift=shift)  # (B, D, size)
        return params if offset is None else params + offset

    def _condition(self, c: Tensor | None, x: Tensor) -> tuple[Tensor | None, Tensor | None]:
        """Return what a condition adds to the first hidden layer (B, H) and to the parameters (B, D, size)."""
        if (c is None) != (self.context is None):
            came, do = ("none", "pass c") if c is None else ("one", "build the layer with a context or leave c out")
            raise ValueError(f"c: {came} came, expected the opposite for this layer: {do}.")
        if c is None:
            return None, None
        if len(c) != len(x):
            raise ValueError(f"c has {len(c)} rows and x has {len(x)}, expected one condition an example.")
        size = (self.network.dim, self.bijection.size)
        shift, offset = self.context(c).split([self.network.hidden[0], size[0] * size[1]], 1)
        return shift, offset.unflatten(1, size)
