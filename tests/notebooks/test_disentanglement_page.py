"""The functions that the page "Beta-VAE" defines are those of the package."""

import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.evaluation import code_information, factor_entropies, mutual_information_gap
from genbook.numerics import seeded
from genbook.vae import beta_loss
from tests.cases.vae import CASES

PAGE = load_page_functions(ROOT / "chapters" / "vae" / "disentanglement.ipynb")


def test_beta_loss() -> None:
    case = CASES["vae/closed-form"]()
    for beta in (0.25, 1.0, 7.0):
        with seeded(0):
            ours = PAGE.beta_loss(case.model, case.batch, beta)
        with seeded(0):
            torch.testing.assert_close(ours, beta_loss(case.model, case.batch, beta))


def test_information_and_gap() -> None:
    with seeded(1):
        mean, scale = torch.randn(60, 3).double(), torch.rand(60, 3).double() + 0.1
        factors = torch.stack([torch.randint(2, (60,)), torch.randint(4, (60,))], 1)
    with seeded(2):
        theirs = code_information(mean, scale, factors)
    with seeded(2):
        z = mean + scale * torch.randn(1, 60, 3, dtype=torch.float64)[0]
    ours = torch.stack(
        [
            torch.stack([PAGE.information(z[:, j], mean[:, j], scale[:, j], factors[:, k]) for k in range(2)])
            for j in range(3)
        ]
    )
    torch.testing.assert_close(ours, theirs)
    entropies = factor_entropies(factors)
    assert abs(PAGE.mig(ours, entropies).item() - mutual_information_gap(theirs, entropies)) < 1e-9
