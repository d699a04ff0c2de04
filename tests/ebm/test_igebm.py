"""Deep energies and the chains that train them."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from genbook.ebm import EnergyModel, Replay
from genbook.nn import MLP
from genbook.numerics import grid, seeded
from genbook.numerics.mcmc import independent, langevin, mala, metropolis_hastings
from genbook.training import EMA, ClipGradient, fit


class Zero(nn.Module):
    """A network that says nothing, with a parameter that it multiplies by zero."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        return self.a * x.flatten(1).sum(1, keepdim=True)


def test_without_a_network_it_is_the_gaussian() -> None:
    model = EnergyModel(Zero(), (2,), spread=1.5)
    points, cell = grid([-12.0] * 2, [12.0] * 2, 200)
    log_z = (-model.energy(points)).logsumexp(0).item() + math.log(cell)
    assert log_z == pytest.approx(math.log(2 * math.pi * 1.5**2), abs=1e-6)


def test_the_loss_has_the_gradient_of_the_likelihood() -> None:
    """E(x) = x . a + |x|^2 / 2: the gradient of -log p at a = 0 is mean(x_data) - mean(x_model), by hand."""
    model = EnergyModel(Zero(), (1,), spread=1.0)
    model.loss(torch.tensor([[1.0], [2.0]]), torch.tensor([[0.5]])).backward()
    assert model.network.a.grad.item() == pytest.approx(1.5 - 0.5)


def test_decay_penalises_both_phases() -> None:
    with seeded(0):
        model = EnergyModel(MLP(2, (4,), 1), (2,), spread=2.0)
        x, y = torch.randn(5, 2), torch.randn(7, 2)
    extra = model.loss(x, y, decay=0.5) - model.loss(x, y)
    by_hand = 0.5 * (model.network(x).square().mean() + model.network(y).square().mean())
    torch.testing.assert_close(extra, by_hand)


def test_chains_go_on_where_they_were() -> None:
    model = EnergyModel(Zero(), (1,), spread=1.0)
    replay = Replay(model, lambda energy, x: x + 1, torch.zeros(8, 1))
    replay.loss(torch.zeros(3, 1))
    assert replay.chains.sum() == 3 and set(replay.chains.flatten().tolist()) == {0.0, 1.0}
    for _ in range(5):
        replay.loss(torch.zeros(8, 1))
    assert replay.chains.sum() == 3 + 5 * 8


def test_restarted_chains_begin_at_fresh_points() -> None:
    model = EnergyModel(Zero(), (1,), spread=1.0)
    replay = Replay(model, lambda energy, x: x, torch.zeros(1000, 1), lambda n: torch.ones(n, 1), restart=0.3)
    with seeded(0):
        replay.loss(torch.zeros(1000, 1))
    assert abs(replay.chains.mean().item() - 0.3) < 0.06


def test_gradients_reach_the_network_and_not_the_chains() -> None:
    with seeded(0):
        model = EnergyModel(MLP(2, (4,), 1), (2,), spread=2.0)
        replay = Replay(model, lambda energy, x: langevin(energy, x, 0.01, 3), torch.randn(16, 2))
        replay.loss(torch.randn(8, 2)).backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in model.network[0].parameters())
    assert not replay.chains.requires_grad


def test_persistent_langevin_learns_the_precision_of_a_gaussian() -> None:
    """E(x) = a x^2 + x^2 / 2 fitted to N(0, 0.5^2) has a = (1 / 0.25 - 1) / 2 = 1.5, up to the bias of the step."""

    class Square(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a = nn.Parameter(torch.zeros(()))

        def forward(self, x: Tensor) -> Tensor:
            return self.a * x.square()

    with seeded(0):
        model = EnergyModel(Square(), (1,), spread=1.0)
        replay = Replay(model, lambda energy, x: langevin(energy, x, 0.01, 10), torch.randn(2000, 1))
        adam = torch.optim.Adam(model.parameters(), 0.05)
        late = []
        for step in range(200):
            adam.zero_grad()
            replay.loss(0.5 * torch.randn(2000, 1)).backward()
            adam.step()
            late += [model.network.a.item()] if step >= 100 else []
    assert sum(late) / len(late) == pytest.approx(1.5, abs=0.1)


@pytest.mark.parametrize("spread", [0.0, -1.0, math.inf])
def test_refuses_a_spread_that_is_none(spread: float) -> None:
    with pytest.raises(ValueError, match="spread"):
        EnergyModel(MLP(2, (4,), 1), (2,), spread)


def test_says_what_is_wrong_with_the_input() -> None:
    model = EnergyModel(MLP(2, (4,), 1), (2,), 1.0)
    with pytest.raises(ValueError, match=r"expected \(B, 2\)"):
        model.energy(torch.zeros(3, 3))
    with pytest.raises(ValueError, match=r"expected \(B, 1\)"):
        EnergyModel(MLP(2, (4,), 2), (2,), 1.0).energy(torch.zeros(3, 2))
    with pytest.raises(ValueError, match="restart"):
        Replay(model, lambda energy, x: x, torch.zeros(4, 2), restart=0.5)
    with pytest.raises(ValueError, match="the batch"):
        Replay(model, lambda energy, x: x, torch.zeros(4, 2)).loss(torch.zeros(5, 2))


class Start:
    """N(0, 9) on the line."""

    measure = "lebesgue"

    def log_prob(self, x: Tensor) -> Tensor:
        return -x[:, 0].square() / 18 - math.log(3) - 0.5 * math.log(2 * math.pi)

    def sample(self, n: int) -> Tensor:
        return 3 * torch.randn(n, 1)


def two_modes(n: int) -> Tensor:
    """Three tenths at -2, seven tenths at 2."""
    return torch.where(torch.rand(n, 1) < 0.3, -2.0, 2.0) + 0.5 * torch.randn(n, 1)


def learned(jumps: bool) -> tuple[float, float]:
    """Train on two modes, all chains begun on the left; return KL(truth || model) in nats and the mass on the right."""

    def kernel(energy: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
        x = metropolis_hastings(energy, x, independent(Start()), 1)[0] if jumps else x
        return mala(energy, x, 0.05, 3)[0]

    with seeded(0):
        model = EnergyModel(MLP(1, (32, 32), 1), (1,), spread=3.0)
        replay = Replay(model, kernel, -2 + 0.5 * torch.randn(256, 1))
        adam = torch.optim.Adam(model.parameters(), 3e-3, betas=(0.5, 0.99))
        ema = EMA(model, decay=0.98)
        fit(replay.loss, replay, lambda step: two_modes(256), 250, adam, [ClipGradient(1.0), ema])
    points, cell = grid([-9.0], [9.0], 1000)
    with torch.no_grad():
        log_q = -ema.module.energy(points.float()).double()
    log_q = log_q - log_q.logsumexp(0) - math.log(cell)
    parts = [math.log(w) - 2 * (points[:, 0] - m) ** 2 - math.log(0.5 * math.sqrt(2 * math.pi)) for w, m in MODES]
    log_p = torch.stack(parts).logsumexp(0)
    return float((log_p.exp() * (log_p - log_q)).sum() * cell), float(log_q.exp()[points[:, 0] > 0].sum() * cell)


MODES = ((0.3, -2.0), (0.7, 2.0))


def test_chains_that_mix_learn_the_density_with_its_masses() -> None:
    divergence, right = learned(jumps=True)
    assert divergence < 0.05 and right == pytest.approx(0.7, abs=0.05)


def test_chains_that_do_not_mix_do_not() -> None:
    _, right = learned(jumps=False)
    assert abs(right - 0.7) > 0.08
