"""The weighed bound, its optimum in closed form, and the rotation that no likelihood can see."""

import math

import pytest
import torch

from genbook.numerics import grid, seeded
from genbook.vae import StandardNormal
from genbook.vae.beta_vae import beta_loss, rate_distortion, rotated
from tests.cases.vae import CASES, evidence

ANGLE = 0.7
TURN = torch.tensor([[math.cos(ANGLE), -math.sin(ANGLE)], [math.sin(ANGLE), math.cos(ANGLE)]])


def test_at_beta_one_it_is_the_loss_and_else_the_weighed_terms():
    case = CASES["vae/closed-form"]()
    with torch.no_grad():
        with seeded(0):
            rate, distortion = rate_distortion(case.model, case.batch)
        for beta in (0.0, 0.3, 1.0, 4.0):
            with seeded(0):
                value = beta_loss(case.model, case.batch, beta)
            torch.testing.assert_close(value, (distortion + beta * rate).mean())
        with seeded(0):
            plain = case.model.loss(case.batch)
        with seeded(0):
            torch.testing.assert_close(beta_loss(case.model, case.batch, 1.0), plain)


def test_no_code_beats_the_tempered_posterior():
    """min over q of D + beta R is -beta log E_p[p(x | z)^(1 / beta)]; any encoder pays at least that."""
    case, beta = CASES["vae/closed-form"](), 3.0
    z, area = grid([-7.0] * 2, [7.0] * 2, 141)
    z = z.float()
    with torch.no_grad():
        log_prior = case.model.prior.log_prob(z).double() + math.log(area)
        log_x_z = torch.stack([case.model.decoder(z).log_prob(x.expand(len(z), -1)).double() for x in case.batch])
        floor = -beta * (log_prior + log_x_z / beta).logsumexp(1)  # (B,)
        q = (log_prior + log_x_z / beta).softmax(1)  # the tempered posterior on the grid
        reached = (q * (-log_x_z + beta * (q.log() - log_prior))).sum(1)
        with seeded(0):
            terms = [rate_distortion(case.model, case.batch) for _ in range(400)]
    torch.testing.assert_close(reached, floor, atol=1e-4, rtol=1e-5)
    paid = torch.stack([t.distortion + beta * t.rate for t in terms]).mean(0)
    assert (paid > floor - 0.05).all() and (paid > floor + 0.01).any()


@pytest.mark.parametrize("beta", [-0.1, math.nan, math.inf])
def test_impossible_weights_are_refused(beta):
    case = CASES["vae"]()
    with pytest.raises(ValueError, match="expected a finite number of at least 0"):
        beta_loss(case.model, case.batch, beta)


def test_a_rotation_leaves_the_likelihood_and_moves_the_code():
    case = CASES["vae"]()
    turned = rotated(case.model, TURN)
    with torch.no_grad():
        torch.testing.assert_close(evidence(turned, case.batch), case.log_evidence(case.batch), atol=1e-5, rtol=0)
        with seeded(0):
            weights = case.model.log_weights(case.batch, 50)
        with seeded(0):
            torch.testing.assert_close(turned.log_weights(case.batch, 50), weights, atol=1e-5, rtol=1e-5)
        with seeded(1):
            z = case.model.encoder(case.batch).draw(1)[0]
        with seeded(1):
            z_turned = turned.encoder(case.batch).draw(1)[0]
    torch.testing.assert_close(z_turned[0], z[0] @ TURN.T)
    assert (z_turned - z).abs().max() > 0.1


def test_a_prior_with_corners_sees_the_rotation():
    """The argument needs a prior that no rotation changes: a correlated one gives it away."""

    class Correlated(StandardNormal):
        def log_prob(self, z):
            return super().log_prob(z @ torch.tensor([[2.0, 0.0], [0.0, 0.5]]))

    case = CASES["vae"]()
    case.model.prior = Correlated(2)
    with torch.no_grad():
        before, after = evidence(case.model, case.batch), evidence(rotated(case.model, TURN), case.batch)
    assert (before - after).abs().max() > 0.01


@pytest.mark.parametrize("matrix", [2 * torch.eye(2), torch.ones(2, 2), torch.eye(2)[:1]])
def test_what_is_no_rotation_is_refused(matrix):
    with pytest.raises(ValueError, match="orthogonal"):
        rotated(CASES["vae"]().model, matrix)
