"""Short-run chains as generators."""

import math

import pytest
import torch
from torch import Tensor, nn

from genbook.ebm import EnergyModel, ShortRun
from genbook.nn import MLP
from genbook.numerics import seeded


class Nothing(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return 0 * x[:, :1]


def gaussian(n: int) -> Tensor:
    return 2 * torch.randn(n, 2)


def test_on_a_quadratic_energy_the_map_is_a_power() -> None:
    """E = |x|^2 / 2: every step multiplies by 1 - eta, so M(z) = (1 - eta)^K z."""
    short = ShortRun(EnergyModel(Nothing(), (2,), 1.0), gaussian, step_size=0.1, steps=7)
    z = torch.tensor([[1.0, -2.0]])
    torch.testing.assert_close(short.generate(z), 0.9**7 * z)
    assert not z.requires_grad


def test_samples_have_the_variance_of_the_chain_and_not_of_the_energy() -> None:
    """v_{k+1} = (1 - eta)^2 v_k + 2 eta from v_0 = 4: far from the energy's own variance 1 after three steps."""
    short = ShortRun(EnergyModel(Nothing(), (2,), 1.0), gaussian, step_size=0.05, steps=3)
    v = 4.0
    for _ in range(3):
        v = 0.95**2 * v + 0.1
    with seeded(0):
        x = short.sample(40_000)
    assert x.var(0).mean().item() == pytest.approx(v, rel=0.02) and not x.requires_grad


def test_gradients_flow_to_z_through_all_steps() -> None:
    with seeded(0):
        short = ShortRun(EnergyModel(MLP(2, (8,), 1), (2,), 2.0), gaussian, step_size=0.1, steps=5)
        z = torch.randn(1, 2, requires_grad=True)
    by_autograd = torch.stack([torch.autograd.grad(short.generate(z)[0, i], z)[0][0] for i in range(2)])
    step = 1e-3
    moved = [
        short.generate(z.detach() + step * torch.eye(2)[i]) - short.generate(z.detach() - step * torch.eye(2)[i])
        for i in range(2)
    ]
    by_differences = torch.cat(moved).T / (2 * step)
    torch.testing.assert_close(by_autograd, by_differences, rtol=1e-2, atol=1e-3)


def test_inversion_finds_the_start_of_a_run() -> None:
    with seeded(0):
        short = ShortRun(EnergyModel(MLP(2, (8,), 1), (2,), 2.0), gaussian, step_size=0.05, steps=5)
        x = short.generate(gaussian(6))
        z, error = short.invert(x, steps=300, lr=0.1)
    assert z.shape == x.shape and error.shape == (6,) and error.max() < 1e-4
    assert all(p.grad is None for p in short.parameters())


def test_refuses_no_steps() -> None:
    model = EnergyModel(Nothing(), (2,), 1.0)
    with pytest.raises(ValueError, match="steps"):
        ShortRun(model, gaussian, 0.1, 0)
    with pytest.raises(ValueError, match="step_size"):
        ShortRun(model, gaussian, math.nan, 3)
