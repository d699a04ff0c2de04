"""Restricted Boltzmann machines: visible and hidden units that meet only across the two layers."""

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from genbook.checks import check_batch, check_count
from genbook.ebm.coins import Coins, flip
from genbook.ebm.visible import Visible


class RBM(nn.Module):
    """p(x, h) proportional to exp(-E(x, h)) with E(x, h) = energy_v(x) - c . h - statistic(x) W h, h in {0, 1}^H.

    `visible` says which values x takes: `BernoulliVisible` (Smolensky 1986; Hinton 2002) or `GaussianVisible`.
    What the model promises is the distribution of x alone: `energy` is the free energy, hidden units summed out. Its
    log Z is a sum over 2^H terms, so `log_prob` belongs to `HiddenSum`, for small H.

    >>> from genbook.ebm import BernoulliVisible
    >>> RBM(BernoulliVisible(4), hidden=2).energy(torch.ones(3, 4)).shape
    torch.Size([3])
    """

    def __init__(self, visible: Visible, hidden: int, scale: float = 0.05) -> None:
        """Start with normal weights of deviation `scale`, and hidden biases at zero."""
        super().__init__()
        check_count(hidden, "hidden")
        self.visible, self.hidden = visible, hidden
        self.w = nn.Parameter(scale * torch.randn(visible.dim, hidden))
        self.c = nn.Parameter(torch.zeros(hidden))

    def joint_energy(self, x: Tensor, h: Tensor) -> Tensor:
        """Return E(x, h): x (B, V), h (B, H) -> (B,)."""
        return self.visible.energy(x) - h @ self.c - (self.visible.statistic(x) @ self.w * h).sum(-1)

    def hidden_field(self, x: Tensor) -> Tensor:
        """Return the log-odds of every hidden unit, c + statistic(x) W: (B, V) -> (B, H)."""
        return torch.addmm(self.c, self.visible.statistic(x), self.w)

    def energy(self, x: Tensor) -> Tensor:
        """Return the free energy -log sum_h exp(-E(x, h)) = energy_v(x) - sum_j softplus(field_j): (B, V) -> (B,).

        Raises:
            TypeError, ValueError: x has a wrong shape or dtype, or holds a value that a visible unit cannot take.
        """
        check_batch(x, (self.visible.dim,))
        self.visible.check(x)
        return self._free_energy(x)

    def loss(self, x_data: Tensor, x_model: Tensor) -> Tensor:
        """Return mean energy of the data minus mean energy of the model's draws, shape (), in nats.

        Its gradient is an estimate of that of -log p: positive phase minus negative phase. Its value is no likelihood.
        """
        check_batch(x_data, (self.visible.dim,), "x_data")
        check_batch(x_model, (self.visible.dim,), "x_model")
        return self._free_energy(x_data).mean() - self._free_energy(x_model).mean()

    def draw_hidden(self, x: Tensor) -> Tensor:
        """Return one draw of h given x: (B, V) -> (B, H)."""
        return flip(torch.sigmoid(self.hidden_field(x)))

    def draw_visible(self, h: Tensor) -> Tensor:
        """Return one draw of x given h: (B, H) -> (B, V)."""
        return self.visible.draw(h @ self.w.T)

    def sample(self, n: int, steps: int = 1000) -> Tensor:
        """Return n draws (n, V), only approximately from p(x): `steps` Gibbs steps of n chains from fair coins h."""
        check_count(n)
        check_count(steps, "steps")
        with torch.no_grad():
            coins = torch.rand(n, self.hidden, dtype=self.c.dtype, device=self.c.device) < 0.5
            return block_gibbs(self, self.draw_visible(coins.to(self.c.dtype)), steps - 1)

    def _free_energy(self, x: Tensor) -> Tensor:
        return self.visible.energy(x) - softplus(self.hidden_field(x)).sum(-1)


@torch.no_grad()
def block_gibbs(rbm: RBM, x: Tensor, steps: int) -> Tensor:
    """Return x after `steps` block Gibbs steps x -> h -> x, all chains at once: (B, V) -> (B, V).

    Units of one layer are independent given the other layer, so a step draws each layer as a whole. It leaves p(x)
    stationary and satisfies detailed balance on x.
    """
    visible, w, w_t, c, coins = rbm.visible, rbm.w, rbm.w.T, rbm.c, Coins(steps)
    for _ in range(steps):
        h = coins.toss(torch.sigmoid(torch.addmm(c, visible.statistic(x), w)))  # (B, H)
        x = visible.answer(h, w_t, coins)  # (B, V)
    return x
