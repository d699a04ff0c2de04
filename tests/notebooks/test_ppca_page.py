"""The functions that the page "Probabilistic PCA" defines are those of the package."""

import torch
from page_functions import load_page_functions
from pages import ROOT
from torch import Tensor

from genbook.numerics import seeded
from genbook.vae import PPCA, LinearDecoder, em_step

PAGE = load_page_functions(ROOT / "chapters" / "vae" / "ppca.ipynb")


def data() -> Tensor:
    with seeded(0):
        return (torch.randn(60, 7) @ torch.randn(7, 7) + 1).double()


def test_evidence() -> None:
    with seeded(1):
        w, mean = torch.randn(7, 3).double(), torch.randn(7).double()
    model = PPCA(LinearDecoder(w, mean, 0.3))
    torch.testing.assert_close(PAGE.evidence(data(), w, mean, 0.3), model.log_prob(data()), rtol=1e-10, atol=1e-10)


def test_closed_form() -> None:
    w, mean, variance = PAGE.closed_form(data(), 3)
    model = PPCA.fitted(data(), 3)
    torch.testing.assert_close(w @ w.T, model.decoder.w @ model.decoder.w.T, rtol=1e-8, atol=1e-8)
    torch.testing.assert_close(mean, model.decoder.mean.detach())
    torch.testing.assert_close(variance, model.variance.detach())


def test_em() -> None:
    with seeded(2):
        model = PPCA(LinearDecoder(torch.randn(7, 3).double(), data().mean(0), 0.8))
    w, mean, variance = PAGE.em(
        data(), model.decoder.w.detach(), data().mean(0), torch.tensor(0.8, dtype=torch.float64)
    )
    after = em_step(model, data())
    torch.testing.assert_close(w, after.decoder.w.detach(), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(mean, after.decoder.mean.detach())
    torch.testing.assert_close(variance, after.variance.detach())
