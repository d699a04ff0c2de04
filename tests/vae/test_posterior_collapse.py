"""Losses against collapse, decoders that are chained, and what a latent variable carries."""

import pytest
import torch

from genbook.autoregressive import LocatedStacks, PixelCNN
from genbook.data import batches
from genbook.nn import MLP
from genbook.nn.outputs import Bernoulli
from genbook.numerics import all_states, seeded
from genbook.training import fit
from genbook.vae import (
    VAE,
    DiagonalGaussian,
    FactorizedDecoder,
    GaussianEncoder,
    StandardNormal,
    gaussian_kl,
    kl_per_latent,
)
from genbook.vae.autoregressive_decoder import AutoregressiveDecoder
from genbook.vae.information import active_units, information, log_aggregate
from genbook.vae.posterior_collapse import constant, free_bits_loss, linear_warm_up, weighted, weighted_loss


def bits():
    """A VAE of four latents over six bits, and a batch."""
    with seeded(0):
        decoder = FactorizedDecoder(MLP(4, (8,), 6), Bernoulli(), (6,))
        model = VAE(GaussianEncoder(MLP(6, (16,), 8)), decoder, StandardNormal(4), gaussian_kl)
        for p in model.encoder.parameters():
            p.data.mul_(2)
        return model, torch.randint(2, (9, 6)).float()


def chained():
    """A decoder over images of 2 x 2 bits that sees the bits before."""
    with seeded(0):
        network = torch.nn.Sequential(torch.nn.Linear(2, 12), torch.nn.Unflatten(1, (3, 2, 2)))
        pixelcnn = PixelCNN(LocatedStacks(1, 1, 3, 8, (3,)), Bernoulli(), (1, 2, 2))
        decoder = AutoregressiveDecoder(network, pixelcnn, (4,)).eval()
        torch.nn.init.normal_(pixelcnn.network.layers[0].located.weight)
        for conv in pixelcnn.network.last:
            conv.weight.data.mul_(8)
        return decoder, torch.randn(3, 2)


def test_a_chained_decoder_is_a_distribution_that_depends_on_z():
    decoder, z = chained()
    states = all_states(4)
    p = torch.stack([decoder(one.expand(16, -1)).log_prob(states).exp() for one in z])
    torch.testing.assert_close(p.sum(1), torch.ones(3))
    assert (p[0] - p[1]).abs().max() > 0.01


def test_a_chained_decoder_draws_what_it_says():
    decoder, z = chained()
    p = decoder(z[:1].expand(16, -1)).log_prob(all_states(4)).exp()
    with seeded(0):
        x = decoder(z[:1].expand(20_000, -1)).sample()
    seen = torch.bincount((x * torch.tensor([8.0, 4, 2, 1])).sum(1).long(), minlength=16) / 20_000
    assert x.shape == (20_000, 4) and (seen - p).abs().max() < 5 * (0.25 / 20_000) ** 0.5


def test_the_weight_scales_the_divergence_alone():
    model, x = bits()
    terms = model.terms(x)
    weight = torch.linspace(0, 2, 9)
    with seeded(0):
        ours = weighted_loss(model, (x, weight))
    with seeded(0):
        torch.testing.assert_close(ours, (weight * terms.kl - model.terms(x).log_likelihood).mean())
    with seeded(1):
        one = weighted_loss(model, (x, torch.ones(9)))
    with seeded(1):
        torch.testing.assert_close(one, model.loss(x))


def test_schedules_reach_the_batches_that_fit_asks_for():
    model, x = bits()
    seen = []

    def loss(batch):
        seen.append(batch[1][0].item())
        return weighted_loss(model, batch)

    fit(loss, model, weighted(batches(x, 3), linear_warm_up(4, start=0.2)), 6)
    assert seen == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0, 1.0])
    assert constant(0.3)(0) == constant(0.3)(10**6) == 0.3


def test_free_bits_are_the_bound_where_every_group_is_above_its_floor():
    model, x = bits()
    with seeded(0):
        ours = free_bits_loss(model, x, 0.0, 2)
    with seeded(0):
        torch.testing.assert_close(ours, model.loss(x))


def test_a_group_below_its_floor_pays_the_floor_and_feels_no_divergence():
    model, x = bits()
    kl = kl_per_latent(model.encoder(x), model.prior).mean(0)
    pairs = kl.view(2, 2).sum(1)
    floor = pairs.mean().item()  # one group is below, one above
    with seeded(0):
        ours = free_bits_loss(model, x, floor, 2)
    with seeded(0):
        distortion = -model.terms(x).log_likelihood.mean()
    torch.testing.assert_close(ours - distortion, pairs.clamp(min=floor).sum())
    model.decoder.forward = lambda z: constant_likelihood(len(z))
    gradient = torch.autograd.grad(free_bits_loss(model, x, floor, 2), model.encoder.network[-1].bias)[0]
    alive = (gradient.view(2, 2, 2) != 0).any(0).any(1)  # (means | log scales), groups of two
    assert torch.equal(alive, pairs > floor) and alive.sum() == 1


def constant_likelihood(n):
    class Nothing:
        def log_prob(self, x):
            return torch.zeros(n)

    return Nothing()


def test_one_group_is_a_floor_for_the_sum():
    model, x = bits()
    whole = kl_per_latent(model.encoder(x), model.prior).mean(0).sum()
    with seeded(0):
        below = free_bits_loss(model, x, whole.item() + 1, 1)
    with seeded(0):
        torch.testing.assert_close(below, model.loss(x) + 1)


def test_information_adds_up_and_bounds_itself():
    model, x = bits()
    with seeded(0):
        parts = information(model, x, draws=2000)
    assert parts.rate == pytest.approx(parts.mutual + parts.marginal, abs=1e-9)
    assert 0 < parts.mutual < torch.tensor(9.0).log() and parts.marginal > 0
    torch.testing.assert_close(parts.rate, gaussian_kl(model.encoder(x), model.prior).mean().item())


def test_mutual_information_against_quadrature():
    """Two x, one latent: q(z) is a mixture of two Gaussians, and I is an integral on a line."""
    q = DiagonalGaussian(torch.tensor([[-0.5], [0.8]]), torch.tensor([[-0.4], [0.1]]))
    z = torch.linspace(-9, 9, 20_001).unsqueeze(1)
    log_each = torch.stack([q.log_prob(point.expand(2, 1)) for point in z[::10]], 1)  # (2, 2001)
    log_q = log_each.logsumexp(0) - torch.tensor(2.0).log()
    expected = (log_each.exp() * (log_each - log_q)).sum(1).mean() * 18 / 2000
    torch.testing.assert_close(log_aggregate(q, z[::10]), log_q)

    with seeded(0):
        model = VAE(lambda x: q, FactorizedDecoder(MLP(1, (4,), 1), Bernoulli(), (1,)), StandardNormal(1), gaussian_kl)
        ours = information(model, torch.tensor([[0.0], [1.0]]), draws=3000).mutual
    assert ours == pytest.approx(expected.item(), abs=0.03)


def test_a_collapsed_posterior_carries_nothing():
    model, x = bits()
    with torch.no_grad():
        model.encoder.network[-1].weight.zero_()
        model.encoder.network[-1].bias.zero_()
    parts = information(model, x)
    assert parts.rate == 0 and abs(parts.mutual) < 1e-6
    assert not active_units(model, x).any()
    with torch.no_grad():
        model.encoder.network[-1].weight[1] = 1.0
    assert active_units(model, x).tolist() == [False, True, False, False]


def test_bad_input_is_refused_in_one_sentence():
    model, x = bits()
    with pytest.raises(ValueError, match="groups is 3 for 4 latents, expected a divisor"):
        free_bits_loss(model, x, 0.1, 3)
    with pytest.raises(ValueError, match="floor is -1"):
        free_bits_loss(model, x, -1, 2)
    with pytest.raises(ValueError, match="start is 2, expected a weight from 0 to 1"):
        linear_warm_up(5, 2)
    with pytest.raises(ValueError, match="expected at least 2: one mean does not vary"):
        active_units(model, x[:1])
    with pytest.raises(ValueError, match="expected whole numbers from 0 to 1"):
        information(model, x + 3)
    with pytest.raises(ValueError, match="weight is -1"):
        constant(-1)
