"""The functions that the page "The evidence lower bound, three ways" defines are those of the package."""

import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.nn import MLP
from genbook.nn.outputs import Bernoulli
from genbook.numerics import seeded
from genbook.vae import VAE, DiagonalGaussian, FactorizedDecoder, GaussianEncoder, StandardNormal, gaussian_kl

PAGE = load_page_functions(ROOT / "chapters" / "vae" / "elbo.ipynb")


def test_kl_to_prior() -> None:
    with seeded(0):
        mean, log_scale = torch.randn(7, 3).double(), torch.randn(7, 3).double()
    expected = gaussian_kl(DiagonalGaussian(mean, log_scale), StandardNormal(3).double())
    torch.testing.assert_close(PAGE.kl_to_prior(mean, log_scale), expected)


def test_elbo() -> None:
    with seeded(1):
        network = MLP(5, (8,), 4)
        decoder = FactorizedDecoder(MLP(2, (8,), 5), Bernoulli(), (5,))
        x = torch.randint(2, (9, 5)).float()
    with seeded(2):
        expected = VAE(GaussianEncoder(network), decoder, StandardNormal(2), gaussian_kl).elbo(x)
    with seeded(2):
        eps = torch.randn(1, 9, 2)[0]
    torch.testing.assert_close(PAGE.elbo(x, network, decoder, eps), expected)
