"""Cases of the chapter `ebm`."""

from collections.abc import Callable

import torch

from genbook.ebm import (
    RBM,
    BernoulliVisible,
    BoltzmannMachine,
    EnergyModel,
    Enumerated,
    GaussianVisible,
    HiddenSum,
    Marginal,
)
from genbook.nn import MLP
from genbook.numerics import seeded
from tests.cases import Case


def machine(visible: int, hidden: int = 0) -> BoltzmannMachine:
    """A Boltzmann machine whose couplings and biases are of the order of one."""
    with seeded(0):
        model = BoltzmannMachine(visible, hidden, scale=0.8)
        with torch.no_grad():
            model.b.normal_()
    return model.eval()


def bits(dim: int) -> torch.Tensor:
    """Five rows of bits."""
    with seeded(1):
        return torch.randint(2, (5, dim)).float()


def rbm(visible: BernoulliVisible | GaussianVisible, hidden: int) -> RBM:
    """An RBM whose weights and biases are of the order of one."""
    with seeded(2):
        model = RBM(visible, hidden, scale=1.0)
        with torch.no_grad():
            model.c.normal_()
            visible.b.normal_()
    return model.eval()


def gaussian() -> Case:
    """An RBM over two real numbers: a mixture of eight normals."""
    with seeded(3):
        batch = torch.randn(5, 2)
    return Case(HiddenSum(rbm(GaussianVisible(2, scale=0.7), 3)), batch, box=([-12.0, -12.0], [12.0, 12.0]))


def deep() -> Case:
    """A network of one hidden layer on the plane, inside a wide Gaussian."""
    with seeded(4):
        return Case(EnergyModel(MLP(2, (8,), 1), (2,), spread=2.0).eval(), torch.randn(5, 2))


CASES: dict[str, Callable[[], Case]] = {
    "boltzmann": lambda: Case(machine(4, 2), bits(6), 2),
    "boltzmann/enumerated": lambda: Case(Enumerated(machine(5), 5).eval(), bits(5), 2),
    "boltzmann/marginal": lambda: Case(Enumerated(Marginal(machine(4, 3)), 4).eval(), bits(4), 2),
    "rbm": lambda: Case(rbm(BernoulliVisible(6), 3), bits(6), 2),
    "rbm/hidden sum": lambda: Case(HiddenSum(rbm(BernoulliVisible(5), 4)).eval(), bits(5), 2),
    "rbm/gaussian": gaussian,
    "igebm": deep,
}
