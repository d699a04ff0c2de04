"""Quadrature over the latents against the linear-Gaussian model, whose evidence and posterior have closed forms."""

import pytest
import torch

from genbook.numerics import grid, seeded
from genbook.vae import StandardNormal
from genbook.vae.exact import log_evidence, log_joint, log_posterior
from genbook.vae.linear import LinearDecoder
from genbook.vae.ppca import PPCA

Z, CELL = grid([-8.0, -8.0], [8.0, 8.0], 160)


def world() -> tuple[LinearDecoder, StandardNormal, torch.Tensor]:
    with seeded(0):
        decoder = LinearDecoder(torch.randn(3, 2).double(), torch.randn(3).double(), 0.4)
        return decoder, StandardNormal(2).double(), torch.randn(5, 3).double()


def test_the_evidence_is_that_of_the_closed_form() -> None:
    decoder, prior, x = world()
    found = log_evidence(decoder, prior, x, Z, CELL)
    torch.testing.assert_close(found, PPCA(decoder).log_prob(x), rtol=1e-7, atol=1e-7)


def test_the_posterior_is_that_of_the_closed_form() -> None:
    decoder, prior, x = world()
    exact = PPCA(decoder).posterior(x).log_prob(Z[:, None].expand(-1, 5, -1)).T
    torch.testing.assert_close(log_posterior(decoder, prior, x, Z, CELL), exact, rtol=1e-7, atol=1e-6)


def test_a_grid_that_cuts_off_the_posterior_is_seen() -> None:
    decoder, prior, x = world()
    small, cell = grid([-0.2, -0.2], [0.2, 0.2], 40)
    assert (log_evidence(decoder, prior, x, small, cell) < PPCA(decoder).log_prob(x) - 0.5).all()


def test_bad_input_is_refused() -> None:
    decoder, prior, x = world()
    with pytest.raises(ValueError, match="x has shape"):
        log_joint(decoder, prior, x[:, :2], Z)
    with pytest.raises(ValueError, match="z has shape"):
        log_joint(decoder, prior, x, Z[:, 0])
    with pytest.raises(TypeError, match="z is a list"):
        log_joint(decoder, prior, x, [0.0])
