"""The conditional VAE against enumeration, quadrature and closed forms."""

import math

import pytest
import torch
from torch import nn

from genbook.nn import MLP
from genbook.nn.outputs import Bernoulli
from genbook.nn.outputs.gaussian import log_normal
from genbook.numerics import all_states, grid, seeded
from genbook.vae import (
    CVAE,
    Classes,
    ConditionalDecoder,
    ConditionalEncoder,
    ConditionalNormal,
    DiagonalGaussian,
    FactorizedDecoder,
    Pixels,
    StandardNormal,
    Unconditional,
    gaussian_kl,
)
from tests.cases import lively


def bits(closed_form: bool = True, conditional_prior: bool = True) -> CVAE:
    """A CVAE with two latents over four bits, given one of three classes."""
    with seeded(0):
        decoder = ConditionalDecoder(FactorizedDecoder(MLP(2 + 3, (8,), 4), Bernoulli(), (4,)), Classes(3, 3))
        encoder = ConditionalEncoder(MLP(4 + 3, (8,), 4), Classes(3, 3), Bernoulli().embed)
        prior = ConditionalNormal(MLP(3, (8,), 4), Classes(3, 3)) if conditional_prior else StandardNormal(2)
        prior = prior if conditional_prior else Unconditional(prior)
        return lively(CVAE(encoder, decoder, prior, *([gaussian_kl] if closed_form else [])), 1.1)


def evidence(model: CVAE, x: torch.Tensor, c: torch.Tensor) -> torch.Tensor:
    """log p(x | c) of every row by quadrature, for one class c (1,)."""
    z, area = grid([-12.0] * 2, [12.0] * 2, 161)
    z = z.float()
    many = c.expand(len(z))
    with torch.no_grad():
        prior = model.prior(many).log_prob(z).double() + math.log(area)
        rows = [model.decoder(z, many).log_prob(row.expand(len(z), -1)).double() for row in x]
    return torch.stack([(row + prior).logsumexp(0) for row in rows])


@pytest.mark.parametrize("conditional_prior", [True, False])
@pytest.mark.parametrize("c", [0, 2])
def test_each_class_is_a_distribution_of_its_own_and_samples_follow_it(conditional_prior, c):
    model, states, c = bits(conditional_prior=conditional_prior), all_states(4), torch.tensor([c])
    p = evidence(model, states, c).exp()
    assert p.sum().item() == pytest.approx(1, abs=1e-4)
    with seeded(1):
        x = model.sample(20_000, c)
    counts = torch.bincount((x.long() * torch.tensor([8, 4, 2, 1])).sum(1), minlength=16) / 20_000
    assert (counts - p).abs().max() < 0.015
    other = evidence(model, states, torch.tensor([1])).exp()
    assert (p - other).abs().sum() > 0.05


@pytest.mark.parametrize("closed_form", [True, False])
def test_the_bound_stays_below_the_evidence(closed_form):
    model, states = bits(closed_form), all_states(4)
    for k in range(3):
        c = torch.tensor([k])
        truth, given = evidence(model, states, c), model.given(c)
        with seeded(2), torch.no_grad():
            draws = torch.stack([given.elbo(states) for _ in range(500)]).double()
        error = draws.std(0) / len(draws) ** 0.5
        assert (draws.mean(0) <= truth + 4 * error).all()


def test_importance_weights_are_the_joint_over_the_posterior_each_row_with_its_own_class():
    model, x, c = bits(), all_states(4)[:3], torch.tensor([2, 0, 1])
    with torch.no_grad():
        with seeded(5):
            weights = model.given(c).log_weights(x, 7)  # (7, 3)
        with seeded(5):
            z, log_q = model.encoder(x, c).draw(7)
        for k, i in ((0, 0), (3, 1), (6, 2)):
            own = c[i : i + 1]
            joint = model.decoder(z[k, i][None], own).log_prob(x[i : i + 1]) + model.prior(own).log_prob(z[k, i][None])
            torch.testing.assert_close(weights[k, i], joint[0] - log_q[k, i])


def test_rows_keep_their_own_conditions_in_every_method():
    model, x, c = bits(), all_states(4)[:6], torch.tensor([0, 1, 2, 2, 1, 0])
    with torch.no_grad():
        z = torch.randn(12, 2)
        together, many = model.given(c), c.repeat(2)
        torch.testing.assert_close(
            together.decoder(z).params[7], model.given(c[1:2]).decoder(z[7:8]).params[0], atol=1e-5, rtol=1e-5
        )
        torch.testing.assert_close(together.prior.log_prob(z), model.prior(many).log_prob(z))
        for i in (0, 3, 5):
            alone = model.given(c[i : i + 1])
            torch.testing.assert_close(together.encoder(x).mean[i], alone.encoder(x[i : i + 1]).mean[0])
            kl = (
                m.divergence(m.encoder(r), m.prior, z[:n], None)
                for m, r, n in ((together, x, 6), (alone, x[i : i + 1], 1))
            )
            first, second = kl
            torch.testing.assert_close(first[i], second[0])


def test_at_the_exact_posterior_every_draw_gives_the_evidence():
    """z | c ~ N(c, 1), x | z ~ N(z, s^2): then x | c ~ N(c, 1 + s^2), and z | x, c is Gaussian."""
    s = 0.5
    variance = 1 / (1 + 1 / s**2)

    class Observed:
        def __init__(self, z):
            self.z = z

        def log_prob(self, x):
            return log_normal(x, self.z, torch.tensor(s).log()).sum(-1)

    class Decoder(nn.Module):
        shape, condition = (1,), Pixels((1,))

        def forward(self, z, c):
            return Observed(z)

        def check(self, x):
            pass

        def check_condition(self, c):
            self.condition.check(c)

    class Same(nn.Module):
        def forward(self, c):
            return torch.cat([c, torch.zeros_like(c)], 1)

    def posterior(x, c):
        mean = variance * (c + x / s**2)
        return DiagonalGaussian(mean, torch.full_like(mean, math.log(variance) / 2))

    model = CVAE(posterior, Decoder(), ConditionalNormal(Same(), Pixels((1,))))
    with seeded(3):
        x, c = torch.randn(2, 7, 1).double().unbind(0)
        exact = log_normal(x, c, torch.tensor(1 + s**2).log() / 2).sum(-1)
        torch.testing.assert_close(model.given(c).elbo(x), exact.double(), atol=1e-6, rtol=0)
        torch.testing.assert_close(model.given(c).log_weights(x, 9), exact.expand(9, -1), atol=1e-6, rtol=0)


def test_the_loss_is_the_mean_bound_and_reaches_every_part():
    model, x, c = bits(), all_states(4)[:5], torch.tensor([0, 1, 2, 1, 0])
    with seeded(4):
        loss = model.loss(x, c)
    with seeded(4), torch.no_grad():
        torch.testing.assert_close(loss.detach(), -model.given(c).elbo(x).mean())
    loss.backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in model.parameters())


@pytest.mark.parametrize(
    "c", [torch.tensor([3]), torch.tensor([-1]), torch.tensor([0.0]), torch.tensor(1), [0], torch.zeros(0).long()]
)
def test_impossible_classes_are_refused_in_one_sentence(c):
    for call in (bits().given, lambda c: bits().sample(2, c)):
        with pytest.raises((TypeError, ValueError), match="expected"):
            call(c)


def test_numbers_of_rows_have_to_fit():
    model = bits()
    with pytest.raises(ValueError, match="2 conditions and 3 rows"):
        model.sample(3, torch.tensor([0, 1]))
    with pytest.raises(ValueError, match="2 conditions and 5 rows"):
        model.given(torch.tensor([0, 1])).elbo(torch.zeros(5, 4))
    with pytest.raises(ValueError, match="expected"):
        Pixels((2, 2)).check(torch.full((1, 2, 2), math.nan))
