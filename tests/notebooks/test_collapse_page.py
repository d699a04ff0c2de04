"""The functions that the page on posterior collapse defines are those of the package."""

import math

import pytest
import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.nn import MLP
from genbook.nn.outputs import Bernoulli
from genbook.numerics import seeded
from genbook.vae import VAE, DiagonalGaussian, FactorizedDecoder, GaussianEncoder, StandardNormal, gaussian_kl
from genbook.vae.delta_vae import AR1, ar1_floor
from genbook.vae.information import log_aggregate
from genbook.vae.posterior_collapse import free_bits_loss

PAGE = load_page_functions(ROOT / "chapters" / "vae" / "collapse.ipynb")


@pytest.mark.parametrize(("alpha", "length"), [(0.8, 8), (-0.5, 3), (0.9, 2)])
def test_floor_and_precision(alpha: float, length: int) -> None:
    assert PAGE.ar1_floor(alpha, length).item() == pytest.approx(ar1_floor(alpha, length))
    torch.testing.assert_close(PAGE.ar1_precision(alpha, length).float(), AR1(alpha, length).precision())


def test_free_bits_loss() -> None:
    with seeded(0):
        decoder = FactorizedDecoder(MLP(4, (8,), 6), Bernoulli(), (6,))
        model = VAE(GaussianEncoder(MLP(6, (16,), 8)), decoder, StandardNormal(4), gaussian_kl)
        x = torch.randint(2, (9, 6)).float()
    for floor in (0.0, 0.05, 2.0):
        losses = []
        for loss in (PAGE.free_bits_loss, free_bits_loss):
            with seeded(1):
                losses.append(loss(model, x, floor, 2))
        torch.testing.assert_close(*losses)


def test_mutual_information() -> None:
    with seeded(2):
        q = DiagonalGaussian(torch.randn(30, 3), -torch.rand(30, 3))
        z, log_q = q.draw(1)
    ours = PAGE.mutual_information(q, z[0], log_q[0])
    torch.testing.assert_close(ours, (log_q[0] - log_aggregate(q, z[0])).mean())


def test_anatomy_by_hand() -> None:
    """A noiseless bit: one bit of rate, all of it information, and no distortion."""
    half, copy = torch.tensor([0.5, 0.5]), torch.tensor([[1.0, 0.0], [0.0, 1.0]]).clamp(1e-12, 1.0)
    rate, distortion, mutual = PAGE.anatomy(half, copy, copy, half)
    assert rate == pytest.approx(math.log(2), abs=1e-6) and mutual == pytest.approx(rate, abs=1e-6)
    assert distortion == pytest.approx(0.0, abs=1e-6)
    torch.testing.assert_close(PAGE.flip(0.2), torch.tensor([[0.8, 0.2], [0.2, 0.8]]).double())
