"""Boltzmann machines against enumeration: energies, conditionals, both phases of the gradient, mean field."""

from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from genbook.ebm import BoltzmannMachine, Enumerated, Marginal, mean_field, mean_field_bound
from genbook.numerics import all_states, seeded
from genbook.numerics.mcmc import gibbs, gibbs_matrix, stationary


def lively(visible, hidden=0, seed=0, scale=1.0):
    with seeded(seed):
        machine = BoltzmannMachine(visible, hidden, scale).double()
        with torch.no_grad():
            machine.b.normal_(std=scale)
    return machine


def test_energy_is_the_sum_over_pairs_and_units():
    machine = lively(3, 1)
    with torch.no_grad():
        for s in all_states(4).double():
            pairs = sum(machine.upper[i, j] * s[i] * s[j] for i in range(4) for j in range(i + 1, 4))
            expected = -pairs - sum(machine.b[i] * s[i] for i in range(4))
            assert torch.isclose(machine.energy(s[None])[0], expected)


def test_only_the_part_above_the_diagonal_counts():
    machine, s = lively(4), all_states(4).double()
    before = machine.energy(s).detach()
    with torch.no_grad():
        machine.upper += 7.0 * torch.ones(4, 4).tril()
    torch.testing.assert_close(machine.energy(s), before)
    assert torch.equal(machine.w, machine.w.T) and not machine.w.diagonal().any()


def test_field_is_the_log_odds_of_a_unit_given_the_others():
    machine = lively(5)
    s = all_states(5).double()
    with torch.no_grad():
        for d in range(5):
            on, off = s.clone(), s.clone()
            on[:, d], off[:, d] = 1.0, 0.0
            torch.testing.assert_close(machine.field(s)[:, d], machine.energy(off) - machine.energy(on))


@pytest.mark.parametrize("hidden", [0, 3])
def test_positive_minus_negative_phase_is_autograd_of_the_exact_likelihood(hidden):
    machine = lively(4, hidden)
    marginal = Marginal(machine) if hidden else machine
    with seeded(1):
        x = torch.randint(2, (6, 4)).double()
    exact = torch.autograd.grad(-Enumerated(marginal, 4).log_prob(x).mean(), [machine.upper, machine.b])

    states = all_states(machine.units).double()  # every draw of the model, with its probability as a weight
    with torch.no_grad():
        p_model = Enumerated(machine, machine.units).log_prob(states).exp()
        posterior = Marginal(machine).log_joint(x).softmax(1) if hidden else torch.ones(6, 1).double()
        h = all_states(hidden).double() if hidden else torch.zeros(1, 0).double()
    clamped = torch.cat([x.repeat_interleave(len(h), 0), h.repeat(len(x), 1)], 1)
    value = (posterior.flatten() / 6 * machine.energy(clamped)).sum() - (p_model * machine.energy(states)).sum()
    phases = torch.autograd.grad(value, [machine.upper, machine.b])
    for ours, truth in zip(phases, exact, strict=True):
        torch.testing.assert_close(ours, truth, rtol=1e-10, atol=1e-12)


def test_loss_is_the_difference_of_mean_energies():
    machine = lively(3, 2)
    s = all_states(5).double()
    torch.testing.assert_close(
        machine.loss(s[:7], s[20:]), machine.energy(s[:7]).mean() - machine.energy(s[20:]).mean()
    )


def test_gibbs_leaves_the_distribution_as_it_is():
    machine = lively(4, 1)
    truth = Enumerated(machine, 5).log_prob(all_states(5).double()).exp().detach()
    torch.testing.assert_close(stationary(gibbs_matrix(machine.energy, 5)), truth, rtol=1e-8, atol=1e-10)
    with seeded(2):
        s = gibbs(machine.blocks(), Enumerated(machine, 5).sample(40_000), 3)
    found = torch.bincount((s @ 2.0 ** torch.arange(4, -1, -1).double()).long(), minlength=32) / 40_000
    assert ((found - truth).abs() < 5 * (truth * (1 - truth) / 40_000).sqrt() + 1e-4).all()


def test_one_sweep_of_the_blocks_has_the_exact_transition_matrix():
    machine = lively(3, seed=4)
    expected = gibbs_matrix(machine.energy, 3)[5]
    with seeded(3):
        s = gibbs(machine.blocks(), all_states(3)[5].double().expand(40_000, 3), 1)
    found = torch.bincount((s @ torch.tensor([4.0, 2.0, 1.0]).double()).long(), minlength=8) / 40_000
    assert ((found - expected).abs() < 5 * (expected * (1 - expected) / 40_000).sqrt() + 1e-4).all()


def test_clamped_units_stay_and_the_hidden_ones_follow_their_posterior():
    machine = lively(4, 2)
    x = torch.tensor([[1.0, 0.0, 0.0, 1.0]]).double().expand(20_000, 4)
    with seeded(5):
        s = gibbs(machine.blocks(first=4), torch.cat([x, torch.zeros(20_000, 2).double()], 1), 20)
    assert torch.equal(s[:, :4], x)
    truth = Marginal(machine).log_joint(x[:1]).softmax(1)[0].detach()
    found = torch.bincount((s[:, 4] * 2 + s[:, 5]).long(), minlength=4) / 20_000
    assert ((found - truth).abs() < 0.02).all()


def test_marginal_energy_is_the_brute_force_free_energy():
    machine = lively(3, 2)
    x, h = all_states(3).double(), all_states(2).double()
    both = torch.cat([x.repeat_interleave(4, 0), h.repeat(8, 1)], 1)
    expected = -(-machine.energy(both)).view(8, 4).logsumexp(1)
    torch.testing.assert_close(Marginal(machine).energy(x), expected)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_mean_field_climbs_to_a_bound_below_minus_the_free_energy(seed):
    machine = lively(4, 3, seed)
    x = all_states(4).double()
    bounds = [mean_field_bound(machine, x, mean_field(machine, x, n)) for n in (1, 2, 5, 30)]
    for lower, higher in pairwise(bounds):
        assert (higher >= lower - 1e-9).all()
    assert (bounds[-1] <= -Marginal(machine).energy(x) + 1e-9).all()


def test_mean_field_is_exact_where_hidden_units_do_not_meet():
    machine = lively(4, 3)
    with torch.no_grad():
        machine.upper[4:, 4:] = 0.0
    x = all_states(4).double()
    mu = mean_field(machine, x, 1)
    h = all_states(3).double()
    torch.testing.assert_close(mu, Marginal(machine).log_joint(x).softmax(1) @ h)
    torch.testing.assert_close(mean_field_bound(machine, x, mu), -Marginal(machine).energy(x))


def test_mean_field_bound_is_short_by_the_divergence_from_the_posterior():
    machine = lively(3, 2)
    x = all_states(3).double()
    with seeded(6):
        mu = torch.rand(8, 2).double()
    h = all_states(2).double()
    q = (h[None] * mu[:, None] + (1 - h[None]) * (1 - mu[:, None])).prod(2)  # (8, 4)
    kl = (q * (q.log() - Marginal(machine).log_joint(x).log_softmax(1))).sum(1)
    torch.testing.assert_close(mean_field_bound(machine, x, mu), -Marginal(machine).energy(x) - kl)


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda: Enumerated(BoltzmannMachine(21), 21), "dim is 21, expected at most 20"),
        (lambda: Marginal(BoltzmannMachine(2, 21)), "hidden units is 21, expected at most 20"),
        (lambda: Marginal(BoltzmannMachine(2)), "no hidden units"),
        (lambda: BoltzmannMachine(0), "visible is 0"),
        (lambda: mean_field(BoltzmannMachine(2), torch.zeros(1, 2)), "hidden units is 0"),
        (lambda: BoltzmannMachine(2).loss(torch.zeros(1, 2), torch.zeros(1, 3)), "x_model has shape"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence) as caught:
        call()
    assert "\n" not in str(caught.value) and str(caught.value).endswith(".")


def test_enumeration_asks_for_an_energy():
    with pytest.raises(TypeError, match="expected one with `energy`"):
        Enumerated(torch.nn.Linear(2, 2), 2)
