"""RBMs against brute force: free energy, log Z, both phases of the gradient, block Gibbs, bits and reals."""

import copy
import math

import pytest
import torch
from scipy.stats import chisquare
from sklearn.neural_network import BernoulliRBM

from genbook.ebm import (
    RBM,
    BernoulliVisible,
    Enumerated,
    GaussianVisible,
    HiddenSum,
    Persistent,
    block_gibbs,
    contrastive_divergence,
)
from genbook.ebm.coins import Coins, flip
from genbook.numerics import all_states, integrate, seeded
from genbook.protocols import HasEnergy, HasLogProb
from tests.ebm.lively import lively_rbm


def both(rbm, x):
    """Every x with every h, x slowest."""
    h = all_states(rbm.hidden).double()
    return x.repeat_interleave(len(h), 0), h.repeat(len(x), 1), len(h)


def test_joint_energy_by_hand():
    rbm = lively_rbm(BernoulliVisible(2), 2)
    with torch.no_grad():
        rbm.w.copy_(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
        rbm.c.copy_(torch.tensor([0.5, -1.0]))
        rbm.visible.b.copy_(torch.tensor([0.25, 8.0]))
    x, h = torch.tensor([[1.0, 1.0]]).double(), torch.tensor([[0.0, 1.0]]).double()
    assert rbm.joint_energy(x, h).item() == -(8.25 - 1.0 + 6.0)


@pytest.mark.parametrize("visible", [BernoulliVisible(5), GaussianVisible(5, 0.6)], ids=["bits", "reals"])
def test_free_energy_is_brute_force_over_hidden_states(visible):
    rbm = lively_rbm(visible, 4)
    with seeded(1):
        x = torch.randint(2, (9, 5)).double() + (0.3 * torch.randn(9, 5) if isinstance(visible, GaussianVisible) else 0)
    rows, h, n = both(rbm, x)
    expected = -(-rbm.joint_energy(rows, h)).view(-1, n).logsumexp(1)
    torch.testing.assert_close(rbm.energy(x), expected, rtol=1e-12, atol=1e-12)


def test_log_z_over_hidden_states_is_log_z_over_visible_states():
    rbm = lively_rbm(BernoulliVisible(7), 4)
    torch.testing.assert_close(HiddenSum(rbm).log_z(), Enumerated(rbm, 7).log_z(), rtol=1e-12, atol=1e-12)


def test_gaussian_log_z_is_the_integral():
    rbm = lively_rbm(GaussianVisible(2, 0.8), 3)
    integral = integrate(lambda x: -rbm.energy(x), [-15.0, -15.0], [15.0, 15.0], 1200)
    assert abs(HiddenSum(rbm).log_z().item() - math.log(integral)) < 1e-8


def test_gaussian_rbm_is_a_mixture_of_normals_at_sums_of_weights():
    rbm = lively_rbm(GaussianVisible(3, 0.5), 2)
    weights = HiddenSum(rbm).log_hidden().softmax(0)
    means = rbm.visible.b + all_states(2).double() @ rbm.w.T
    with seeded(2):
        x = torch.randn(6, 3).double()
    parts = torch.distributions.Normal(means, 0.5).log_prob(x[:, None]).sum(-1)  # (6, 4)
    torch.testing.assert_close(HiddenSum(rbm).log_prob(x), (parts + weights.log()).logsumexp(1))


@pytest.mark.parametrize("visible", [BernoulliVisible(4), GaussianVisible(2, 0.8)], ids=["bits", "reals"])
def test_positive_minus_negative_phase_is_autograd_of_the_exact_likelihood(visible):
    rbm = lively_rbm(visible, 3)
    parameters = list(rbm.parameters())
    with seeded(3):
        x = torch.randint(2, (6, visible.dim)).double()
        draws = HiddenSum(rbm).sample(400_000)
    exact = torch.autograd.grad(-HiddenSum(rbm).log_prob(x).mean(), parameters)
    phases = torch.autograd.grad(rbm.loss(x, draws), parameters)
    for ours, truth in zip(phases, exact, strict=True):
        torch.testing.assert_close(ours, truth, rtol=0.02, atol=0.02)


def test_with_every_state_weighted_the_two_phases_agree_to_rounding():
    rbm = lively_rbm(BernoulliVisible(4), 3)
    parameters, states = list(rbm.parameters()), all_states(4).double()
    x = states[[1, 7, 12]]
    with torch.no_grad():
        p = HiddenSum(rbm).log_prob(states).exp()
    exact = torch.autograd.grad(-HiddenSum(rbm).log_prob(x).mean(), parameters)
    phases = torch.autograd.grad(rbm.energy(x).mean() - (p * rbm.energy(states)).sum(), parameters)
    for ours, truth in zip(phases, exact, strict=True):
        torch.testing.assert_close(ours, truth, rtol=1e-10, atol=1e-12)


def test_block_gibbs_has_the_exact_transition_probabilities():
    rbm = lively_rbm(BernoulliVisible(3), 2)
    x, start = all_states(3).double(), 6
    h = all_states(2).double()
    with torch.no_grad():
        of_h = torch.sigmoid(rbm.hidden_field(x))  # (8, 2)
        of_x = torch.sigmoid(rbm.visible.b + h @ rbm.w.T)  # (4, 3)
        p_h = (h[None] * of_h[:, None] + (1 - h[None]) * (1 - of_h[:, None])).prod(2)  # (8, 4)
        p_x = (x[None] * of_x[:, None] + (1 - x[None]) * (1 - of_x[:, None])).prod(2)  # (4, 8)
        step, truth = p_h @ p_x, HiddenSum(rbm).log_prob(x).exp()
    flow = truth[:, None] * step
    torch.testing.assert_close(flow, flow.T, rtol=1e-10, atol=1e-12)  # detailed balance
    with seeded(4):
        after = block_gibbs(rbm, x[start].expand(60_000, 3), 2)
    found = torch.bincount((after @ torch.tensor([4.0, 2.0, 1.0]).double()).long(), minlength=8) / 60_000
    expected = (step @ step)[start]
    assert ((found - expected).abs() < 5 * (expected * (1 - expected) / 60_000).sqrt()).all()


def test_sample_approaches_the_distribution():
    rbm = lively_rbm(BernoulliVisible(3), 2)
    truth = HiddenSum(rbm).log_prob(all_states(3).double()).exp().detach()
    with seeded(5):
        x = rbm.sample(40_000, steps=200)
    found = torch.bincount((x @ torch.tensor([4.0, 2.0, 1.0]).double()).long(), minlength=8) / 40_000
    assert ((found - truth).abs() < 5 * (truth * (1 - truth) / 40_000).sqrt() + 1e-3).all()


def test_free_energy_agrees_with_scikit_learn():
    rbm = lively_rbm(BernoulliVisible(6), 4)
    other = BernoulliRBM(4)
    other.components_ = rbm.w.detach().T.numpy()
    other.intercept_hidden_, other.intercept_visible_ = rbm.c.detach().numpy(), rbm.visible.b.detach().numpy()
    x = all_states(6).double()
    torch.testing.assert_close(rbm.energy(x).detach(), torch.from_numpy(other._free_energy(x.numpy())))


def test_bits_are_flipped_with_their_probabilities_and_independently():
    with seeded(6):
        p = torch.tensor([0.0, 1e-5, 0.3, 0.5, 1 - 1e-5, 1.0])
        x = flip(p.expand(400_000, 6))
    error = (p * (1 - p) / 400_000).sqrt()
    assert ((x.mean(0) - p).abs() <= 5 * error).all()
    assert abs(torch.corrcoef(x[:, 2:4].T)[0, 1]) < 5 / 400_000**0.5
    assert x.dtype == torch.float32 and flip(p.double()[None]).dtype == torch.float64


def test_bits_of_tiny_probability_do_come():
    with seeded(7):
        rate = flip(torch.full((4000, 1000), 2e-6)).mean().item()  # far below one part in 65,536
    assert 0 < rate < 6e-6


def test_rare_bits_of_a_row_and_of_a_column_are_independent():
    """Where p is below 1/256 a byte decides nothing: what the coins share would double the rate of pairs."""
    p, n, tosses = 1 / 512, 300, 60
    with seeded(8):
        coins = Coins(tosses)
        x = torch.stack([coins.toss(torch.full((n, n), p)) for _ in range(tosses)])  # (T, n, n)
    for axis in (1, 2):
        ones = x.sum(axis).double()
        pairs = (ones * (ones - 1) / 2).sum()
        expected = tosses * n * (n * (n - 1) / 2) * p * p
        assert abs(pairs - expected) < 5 * expected**0.5


def test_one_row_tosses_all_its_coins_independently():
    with seeded(9):
        coins = Coins(64)
        x = torch.cat([coins.toss(torch.full((1000, 3), 0.3)) for _ in range(64)])
    counts = torch.bincount((x @ torch.tensor([4.0, 2.0, 1.0])).long(), minlength=8)
    states = all_states(3)
    assert chisquare(counts, len(x) * (0.3**states * 0.7 ** (1 - states)).prod(1), sum_check=False).pvalue > 1e-4


def test_contrastive_divergence_is_the_loss_against_a_short_chain_from_the_data():
    rbm = lively_rbm(BernoulliVisible(5), 3)
    x = all_states(5)[:10].double()
    with seeded(8):
        ours = contrastive_divergence(rbm, x, 3)
    with seeded(8):
        theirs = rbm.loss(x, block_gibbs(rbm, x, 3))
    assert torch.equal(ours, theirs)


def test_persistent_chains_go_on_and_travel_with_copies():
    rbm = lively_rbm(BernoulliVisible(5), 3)
    chains = all_states(5).double()
    persistent = Persistent(rbm, chains, steps=2)
    with seeded(9):
        persistent.loss(chains[:3])
        persistent.loss(chains[:3])
    with seeded(9):
        expected = block_gibbs(rbm, block_gibbs(rbm, chains, 2), 2)
    assert torch.equal(persistent.chains, expected) and not torch.equal(chains, expected)
    twin = copy.deepcopy(persistent)
    twin.loss(chains[:3])
    assert torch.equal(persistent.chains, expected)
    assert torch.equal(persistent.state_dict()["chains"], expected)


def test_fit_moments_makes_the_likeliest_independent_units():
    with seeded(10):
        x = (torch.rand(500, 3) < torch.tensor([0.1, 0.5, 0.9])).float()
    visible = BernoulliVisible(3)
    visible.fit_moments(x, smoothing=0.0)
    torch.testing.assert_close(visible.mean(torch.zeros(3)), x.mean(0))
    real = GaussianVisible(3)
    real.fit_moments(3 * x)
    torch.testing.assert_close(real.log_scale.exp() ** 2, (3 * x).var(0, unbiased=False).mean())


def test_only_what_can_keep_the_promise_has_log_prob():
    rbm = lively_rbm(BernoulliVisible(5), 3)
    assert isinstance(rbm, HasEnergy) and not isinstance(rbm, HasLogProb)
    assert isinstance(HiddenSum(rbm), HasLogProb) and isinstance(Enumerated(rbm, 5), HasLogProb)


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda: HiddenSum(RBM(BernoulliVisible(2), 21)), "hidden units is 21, expected at most 20"),
        (lambda: RBM(BernoulliVisible(2), 0), "hidden is 0"),
        (lambda: BernoulliVisible(-1), "dim is -1"),
        (lambda: GaussianVisible(2, 0.0), "expected a positive standard deviation"),
        (lambda: contrastive_divergence(RBM(BernoulliVisible(2), 2), torch.zeros(1, 2), 0), "k is 0"),
        (lambda: Persistent(RBM(BernoulliVisible(2), 2), torch.zeros(3, 4)), "chains has shape"),
        (lambda: RBM(BernoulliVisible(2), 2).sample(3, 0), "steps is 0"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence) as caught:
        call()
    assert "\n" not in str(caught.value) and str(caught.value).endswith(".")
