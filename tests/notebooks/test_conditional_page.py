"""The functions that the page "Conditional VAEs" defines are those of the package."""

import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.nn import MLP
from genbook.nn.outputs import Bernoulli
from genbook.numerics import seeded
from genbook.vae import (
    CVAE,
    Classes,
    ConditionalDecoder,
    ConditionalEncoder,
    ConditionalNormal,
    DiagonalGaussian,
    FactorizedDecoder,
    gaussian_kl,
)

PAGE = load_page_functions(ROOT / "chapters" / "vae" / "conditional.ipynb")


def test_conditional_elbo() -> None:
    with seeded(0):
        decoder = ConditionalDecoder(FactorizedDecoder(MLP(2 + 3, (8,), 4), Bernoulli(), (4,)), Classes(5, 3))
        encoder = ConditionalEncoder(MLP(4 + 3, (8,), 4), Classes(5, 3), Bernoulli().embed)
        prior = ConditionalNormal(MLP(3, (8,), 4), Classes(5, 3))
        x, c = torch.randint(2, (6, 4)).float(), torch.randint(5, (6,))
    with seeded(1):
        ours = PAGE.conditional_elbo(x, c, encoder, decoder, prior)
    with seeded(1):
        torch.testing.assert_close(ours, CVAE(encoder, decoder, prior).given(c).elbo(x))


def test_conditional_kl() -> None:
    with seeded(2):
        q, p = (DiagonalGaussian(*torch.randn(2, 7, 3).double().unbind(0)) for _ in range(2))
    torch.testing.assert_close(PAGE.conditional_kl(q, p), gaussian_kl(q, p))
