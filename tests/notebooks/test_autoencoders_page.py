"""The functions that the page "Autoencoders" defines are those of the package."""

import pytest
import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.numerics import seeded
from genbook.vae import spectrum, wiener_filter

PAGE = load_page_functions(ROOT / "chapters" / "vae" / "autoencoders.ipynb")


@pytest.mark.parametrize("latents", [1, 4, 7])
def test_pca(latents: int) -> None:
    with seeded(0):
        x = (torch.randn(50, 7) @ torch.randn(7, 7)).double()
    projected, axes, eigenvalues = PAGE.pca(x, latents)
    mean, values, vectors = spectrum(x)
    torch.testing.assert_close(eigenvalues, values, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(axes @ axes.T, vectors[:, :latents] @ vectors[:, :latents].T, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(projected, mean + (x - mean) @ axes @ axes.T, rtol=1e-9, atol=1e-9)


def test_wiener() -> None:
    with seeded(1):
        x = (torch.randn(50, 5) @ torch.randn(5, 5)).double()
        spoiled = torch.randn(9, 5).double()
    mean, covariance = x.mean(0), x.T.cov()
    ours = PAGE.wiener(spoiled, mean, covariance, 0.6)
    torch.testing.assert_close(ours, wiener_filter(spoiled, mean, covariance, 0.6), rtol=1e-10, atol=1e-10)
