"""The functions that the page on Boltzmann machines defines are those of the library."""

import pytest
import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.ebm import BernoulliVisible, BoltzmannMachine, Enumerated, HiddenSum
from genbook.numerics import all_states, seeded
from genbook.numerics.mcmc import gibbs, gibbs_matrix
from tests.ebm.lively import lively_rbm


@pytest.fixture(scope="module")
def page():
    return load_page_functions(ROOT / "chapters" / "ebm" / "boltzmann.ipynb")


def test_two_phases_have_the_gradient_of_the_exact_likelihood(page) -> None:
    with seeded(1):
        machine = BoltzmannMachine(5, scale=1.0).double()
        x = torch.randint(2, (9, 5)).double()
    parameters = [machine.upper, machine.b]
    ours = torch.autograd.grad(page.two_phases(machine.energy, x, all_states(5).double()), parameters)
    theirs = torch.autograd.grad(-Enumerated(machine, 5).log_prob(x).mean(), parameters)
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-12)


def test_free_energy_and_log_z(page) -> None:
    rbm, x = lively_rbm(BernoulliVisible(7), 4), all_states(7).double()
    weights = rbm.w, rbm.visible.b, rbm.c
    torch.testing.assert_close(page.free_energy(x, *weights), rbm.energy(x))
    torch.testing.assert_close(page.rbm_log_z(*weights), HiddenSum(rbm).log_z())


def test_gibbs_sweep_is_that_of_the_blocks(page) -> None:
    with seeded(2):
        machine = BoltzmannMachine(3, 1, scale=1.0).double()
        u = torch.rand(60_000, 4).double()
    start = all_states(4)[9].double().expand(60_000, 4)
    after = page.gibbs_sweep(start, machine.w.detach(), machine.b.detach(), u)
    with seeded(3):
        theirs = gibbs(machine.blocks(), start, 1)
    place, exact = 2.0 ** torch.arange(3, -1, -1).double(), gibbs_matrix(machine.energy, 4)[9]
    for found in (after, theirs):
        share = torch.bincount((found @ place).long(), minlength=16) / 60_000
        assert ((share - exact).abs() < 5 * (exact * (1 - exact) / 60_000).sqrt() + 1e-4).all()
