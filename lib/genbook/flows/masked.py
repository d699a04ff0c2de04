"""A masked network as one layer of a flow: every variable moves, led by those before it."""

import torch
from torch import Tensor, nn

from genbook.checks import check_batch
from genbook.flows.bijections import Bijection
from genbook.nn import MaskedMLP


class MaskedAutoregressive(nn.Module):
    """z_d = g(x_d; params_d(x before d)), all d in one pass of a masked network (Papamakarios et al. 2017).

    `forward`, the direction of densities, takes one pass. `inverse` fills in one variable after the other and computes
    every hidden unit once, as MADE does when it samples. `Inverse` of it is the inverse autoregressive flow.

    Raises:
        ValueError: the network gives another number of parameters than the bijection takes.
    """

    def __init__(self, network: MaskedMLP, bijection: Bijection) -> None:
        """Join a masked network and a bijection."""
        super().__init__()
        if network.params != bijection.size:
            raise ValueError(
                f"network gives {network.params} parameters a variable and {bijection} takes {bijection.size}: "
                f"expected the same, build the network with params={bijection.size}."
            )
        self.network, self.bijection = network, bijection

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return z and log |det dz/dx|, one pass: (B, D) -> (B, D), (B,)."""
        z, log_scale = self.bijection.forward(x, self.network(x))
        return z, log_scale.sum(1)

    @torch.no_grad()
    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return x and log |det dx/dz|, D steps, without gradient: (B, D) -> (B, D), (B,)."""
        check_batch(z, (self.network.dim,), "z")
        x, total = torch.empty_like(z), z.new_zeros(len(z))
        params, state = self.network.start(len(z))
        order = self.network.ordering.tolist()
        for t, d in enumerate(order):
            x[:, d], log_scale = self.bijection.inverse(z[:, d], params)
            total = total + log_scale
            if t + 1 < len(order):
                params, state = self.network.step(state, x[:, d])
        return x, total
