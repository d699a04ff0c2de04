"""The functions that the page on importance weights defines are those of the package."""

import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.nn import MLP
from genbook.nn.outputs import Bernoulli
from genbook.numerics import seeded
from genbook.vae import PPCA, VAE, FactorizedDecoder, GaussianEncoder, StandardNormal
from genbook.vae.iwae import dreg_loss, effective_sample_size, log_mean_exp

PAGE = load_page_functions(ROOT / "chapters" / "vae" / "iwae.ipynb")


def test_means_and_effective_sizes_of_weights() -> None:
    with seeded(0):
        log_w = 30 * torch.randn(7, 5).double() - 900
    torch.testing.assert_close(PAGE.log_mean_exp(log_w), log_mean_exp(log_w))
    torch.testing.assert_close(PAGE.effective_sample_size(log_w), effective_sample_size(log_w))


def test_dreg_loss_has_the_gradient_of_the_package() -> None:
    with seeded(1):
        decoder = FactorizedDecoder(MLP(2, (8,), 6), Bernoulli(), (6,))
        model = VAE(GaussianEncoder(MLP(6, (8,), 4)), decoder, StandardNormal(2)).double()
        x = torch.randint(2, (5, 6)).double()
    gradients = []
    for loss in (PAGE.dreg_loss, dreg_loss):
        with seeded(2):
            gradients.append(torch.autograd.grad(loss(model, x, 7), list(model.parameters())))
    for ours, theirs in zip(*gradients, strict=True):
        torch.testing.assert_close(ours, theirs)


def test_an_encoder_that_is_not_off_is_the_posterior() -> None:
    with seeded(3):
        model = PPCA.fitted(torch.randn(50, 6).double(), 2)
        x = torch.randn(4, 6).double()
    q, posterior = PAGE.off(model, 0.0, 1.0)(x), model.posterior(x)
    torch.testing.assert_close(q.mean, posterior.mean)
    torch.testing.assert_close(q.scale.square(), posterior.covariance.diagonal().expand(4, -1))
