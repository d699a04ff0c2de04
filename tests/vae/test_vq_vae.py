"""The VQ-VAE against enumeration of all its codes, and as the variational autoencoder that it is."""

import math

import pytest
import torch
from torch import nn

from genbook.autoregressive import (
    GPT,
    MADE,
    Decoder,
    DilatedStack,
    GatedStacks,
    Learned,
    OneHot,
    PixelCNN,
    Values,
    WaveNet,
)
from genbook.autoregressive.positions import raster
from genbook.nn import MLP, MaskedMLP
from genbook.nn.outputs import Bernoulli, Categorical, DiscretizedLogisticMixture
from genbook.numerics import all_states, seeded
from genbook.vae import VAE, VQVAE, EMAQuantiser, FactorizedDecoder, GridDecoder, GridEncoder, UniformCodes
from tests.cases.vae import CASES

FACES = ["vq-vae", "vq-vae/learned-prior"]


@pytest.mark.parametrize("face", FACES)
def test_the_bound_is_one_term_of_the_sum_and_the_best_it_could_choose_is_below_the_evidence(face):
    case = CASES[face]()
    with torch.no_grad():
        bound, evidence = case.model.elbo(case.batch).double(), case.log_evidence(case.batch)
    assert (bound < evidence).all(), "strictly: every grid of codes has some probability"


@pytest.mark.parametrize("face", FACES)
def test_the_evidence_sums_to_one_and_the_bound_to_less(face):
    case = CASES[face]()
    x = all_states(6)
    with torch.no_grad():
        assert case.log_evidence(x).exp().sum().item() == pytest.approx(1.0, abs=1e-5)
        assert 0 < case.model.elbo(x).exp().sum().item() < 1


@pytest.mark.parametrize("face", FACES)
def test_samples_follow_the_evidence(face):
    case = CASES[face]()
    x = all_states(6)
    with seeded(0), torch.no_grad():
        drawn, p = case.model.sample(20_000), case.log_evidence(x).exp()
    share = torch.stack([(drawn == row).all(1).double().mean() for row in x])
    assert (share - p).abs().max() < 4 * (p * (1 - p) / 20_000).sqrt().max()


def test_with_a_uniform_prior_the_divergence_is_log_k_a_place():
    case = CASES["vq-vae"]()
    kl = case.model.terms(case.batch).kl
    torch.testing.assert_close(kl, torch.full_like(kl, 2 * math.log(3)))


class Sure:
    """The one-hot posterior as one of `genbook.vae.parts`."""

    def __init__(self, codes):
        self.codes = codes

    def draw(self, n):
        return self.codes.flatten(1).float().expand(n, -1, -1), torch.zeros(n, len(self.codes))


class OfRows:
    """The decoder of a VQ-VAE, asked with rows of whole floats."""

    def __init__(self, model):
        self.model, self.shape, self.check = model, model.decoder.shape, model.decoder.check

    def __call__(self, z):
        return self.model.decode(z.long().view(len(z), *self.model.grid))


@pytest.mark.parametrize("face", FACES)
def test_it_is_a_vae_whose_posterior_is_sure(face):
    case = CASES[face]()
    vae = VAE(lambda x: Sure(case.model.codes(x)), OfRows(case.model), case.model.prior)
    with torch.no_grad():
        torch.testing.assert_close(vae.elbo(case.batch), case.model.elbo(case.batch))
        torch.testing.assert_close(vae.terms(case.batch).kl, case.model.terms(case.batch).kl)


def test_the_encoder_learns_from_the_gradient_at_the_decoder_input():
    model = CASES["vq-vae"]().model.eval()
    x = CASES["vq-vae"]().batch
    seen = {}
    model.encoder.register_full_backward_hook(lambda _, before, after: seen.update(encoder=after[0]))
    model.decoder.network.register_full_backward_hook(lambda _, before, after: seen.update(decoder=before[0]))
    quantised = model.quantise(x)
    (-model.decoder(quantised.vectors).log_prob(x)).sum().backward()
    assert torch.equal(seen["encoder"], seen["decoder"]) and seen["encoder"].abs().max() > 0


def test_loss_is_minus_the_log_likelihood_plus_the_penalty():
    case = CASES["vq-vae"]()
    with torch.no_grad():
        expected = case.model.quantise(case.batch).penalty - case.model.terms(case.batch).log_likelihood
        torch.testing.assert_close(case.model.loss(case.batch), expected.mean())


def grid_model(prior):
    with seeded(0):
        output = DiscretizedLogisticMixture(17, 2)
        decoder = FactorizedDecoder(GridDecoder(2, 4, 1, output.size, 8, 1), output, (1, 8, 8))
        return VQVAE(GridEncoder(2, 1, 4, 8, 1), EMAQuantiser(5, 4), decoder, prior, (4, 4), output.embed).eval()


PRIORS = {
    "PixelCNN": lambda: PixelCNN(GatedStacks(5, 5, 8, (3, 3)), Categorical(5), (1, 4, 4), OneHot(5)),
    "Transformer": lambda: GPT(Values(OneHot(5), 5, 8), Decoder(8, 2, 1, [Learned(raster(4, 4), 8)]), Categorical(5)),
    "WaveNet": lambda: WaveNet(DilatedStack(5, 5, 8, (1, 2, 4, 8)), Categorical(5), 16, OneHot(5)),
    "MADE": lambda: MADE(MaskedMLP(16, (32,), 5), Categorical(5)),
}


@pytest.mark.parametrize("name", PRIORS)
def test_any_model_of_rows_of_codes_is_a_prior(name):
    with seeded(1):
        prior = PRIORS[name]().eval()
        x = torch.randint(17, (3, 1, 8, 8)).float()
    model = grid_model(UniformCodes(5, 16)).with_prior(prior)
    codes = model.codes(x)
    assert codes.shape == (3, 4, 4)
    with torch.no_grad():
        torch.testing.assert_close(model.terms(x).kl, -prior.log_prob(codes.flatten(1).float()))
        assert model.elbo(x).shape == (3,) and model.sample(2).shape == (2, 1, 8, 8)


def test_waves_have_grids_of_one_dimension():
    output = DiscretizedLogisticMixture(256, 2)
    decoder = FactorizedDecoder(GridDecoder(1, 4, 1, output.size, 8, 3), output, (64,))
    encoder = GridEncoder(1, 1, 4, 8, 3)
    model = VQVAE(
        encoder, EMAQuantiser(6, 4), decoder, UniformCodes(6, 8), (8,), lambda x: output.embed(x).unsqueeze(1)
    )
    assert model.codes(torch.zeros(2, 64)).shape == (2, 8) and model.sample(3).shape == (3, 64)
    assert model.elbo(torch.zeros(2, 64)).shape == (2,)


def test_a_short_training_beats_the_best_constant_and_uses_its_codes():
    patterns = torch.eye(8)  # eight inputs, and sixteen grids of two places and four codes
    with seeded(3):
        encoder = nn.Sequential(MLP(8, (32,), 4), nn.Unflatten(1, (2, 2)))
        decoder = FactorizedDecoder(MLP(4, (32,), 8), Bernoulli(), (8,))
        model = VQVAE(encoder, EMAQuantiser(4, 2, decay=0.9), decoder, UniformCodes(4, 2), (2,))
        adam = torch.optim.Adam(model.parameters(), lr=0.01)
        for _ in range(400):
            adam.zero_grad()
            model.loss(patterns).backward()
            adam.step()
    distinct = len(model.codes(patterns).unique(dim=0))
    assert distinct >= 6 and -model.eval().terms(patterns).log_likelihood.mean() < 1.5  # constant: 3.01 nats


def bad_codes():
    good = torch.zeros(2, 4, 4, dtype=torch.int64)
    return {
        "float": good.float(),
        "flat": good.flatten(1),
        "too large": good + 5,
        "negative": good - 1,
        "none": good[:0],
    }


@pytest.mark.parametrize("kind", bad_codes())
def test_bad_codes_are_refused(kind):
    with pytest.raises((TypeError, ValueError), match="expected"):
        grid_model(UniformCodes(5, 16)).decode(bad_codes()[kind])


def test_an_encoder_of_another_grid_is_refused():
    model = grid_model(UniformCodes(5, 16))
    model.grid = (2, 2)
    with pytest.raises(ValueError, match=r"gives \(4, 4, 4\) an example, expected \(4, 2, 2\)"):
        model.codes(torch.zeros(1, 1, 8, 8))


@pytest.mark.parametrize("dims", [0, 3])
def test_grids_have_one_or_two_dimensions(dims):
    with pytest.raises(ValueError, match="expected 1 for waves or 2 for images"):
        GridEncoder(dims, 1, 4)
