"""The functions that the page "Richer priors, and how to catch a wrong likelihood" defines are those of the package."""

import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.nn import MLP
from genbook.numerics import seeded
from genbook.vae import GaussianEncoder, MixtureOfGaussians, VampPrior

PAGE = load_page_functions(ROOT / "chapters" / "vae" / "priors.ipynb")


def test_mixture_log_prob() -> None:
    with seeded(0):
        prior, z = MixtureOfGaussians(3, 5, spread=2.0), 2 * torch.randn(40, 3)
        prior.logits.data, prior.log_scale.data = torch.randn(5), 0.5 * torch.randn(5, 3)
    ours = PAGE.mixture_log_prob(z, prior.logits.log_softmax(0), prior.mean, prior.log_scale)
    torch.testing.assert_close(ours, prior.log_prob(z), rtol=1e-5, atol=1e-5)


def test_vamp_log_prob() -> None:
    with seeded(1):
        prior, z = VampPrior(GaussianEncoder(MLP(7, (8,), 4)), torch.randn(6, 7)), torch.randn(40, 2)
    ours = PAGE.vamp_log_prob(z, prior.encoder, prior.pseudo_inputs)
    torch.testing.assert_close(ours, prior.log_prob(z), rtol=1e-5, atol=1e-5)
