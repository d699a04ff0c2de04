"""Detailed balance and stationarity, exactly: the whole transition matrix of small spaces, and what breaks it."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from genbook.numerics import all_states, seeded
from genbook.numerics.mcmc import (
    acceptance,
    bit_blocks,
    bit_logit,
    gibbs,
    gibbs_matrix,
    imbalance,
    metropolis_hastings,
    metropolis_matrix,
    second_eigenvalue,
    stationary,
)

TINY = 1e-12


def random_world(size, seed):
    """A target and a proposal without any symmetry."""
    with seeded(seed):
        p = torch.randn(size, dtype=torch.float64).exp()
        q = (2 * torch.randn(size, size, dtype=torch.float64)).softmax(1)
    return p / p.sum(), q


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 9), st.integers(0, 10**6))
def test_metropolis_hastings_is_balanced_and_stationary_for_every_target_and_proposal(size, seed):
    p, q = random_world(size, seed)
    transition = metropolis_matrix(7.0 * p, q)  # the scale of p is of no concern
    torch.testing.assert_close(transition.sum(1), torch.ones(size, dtype=torch.float64))
    assert (transition >= -TINY).all()
    assert imbalance(p, transition) < TINY
    torch.testing.assert_close(p @ transition, p)


def test_without_the_ratio_of_proposals_balance_is_lost():
    p, q = random_world(6, 3)
    moves = q * (p[None] / p[:, None]).clamp(max=1)
    moves.fill_diagonal_(0.0)
    broken = moves + torch.diag(1 - moves.sum(1))
    assert imbalance(p, broken) > 0.01
    assert (p @ broken - p).abs().max() > 0.01


def test_the_kernel_accepts_as_the_matrix_says():
    """Rows of the matrix from `acceptance`, then the frequencies of the kernel itself, one step from every state."""
    p, q = random_world(5, 1)
    log_ratio = (p.log()[None] - p.log()[:, None]) + (q.T.log() - q.log())
    moves = (q * acceptance(log_ratio)).fill_diagonal_(0.0)
    transition = metropolis_matrix(p, q)
    torch.testing.assert_close(moves + torch.diag(1 - moves.sum(1)), transition)

    def propose(x):
        state = x[:, 0].long()
        there = torch.multinomial(q[state], 1)[:, 0]
        return there[:, None].double(), (q[there, state] / q[state, there]).log()

    n = 40_000
    start = torch.arange(5.0, dtype=torch.float64).repeat_interleave(n)[:, None]
    with seeded(0):
        end, _ = metropolis_hastings(lambda x: -p.log()[x[:, 0].long()], start, propose, steps=1)
    counts = torch.zeros(5, 5, dtype=torch.float64).index_put(
        (start[:, 0].long(), end[:, 0].long()), torch.ones(len(end), dtype=torch.float64), accumulate=True
    )
    error = (transition * (1 - transition) / n).sqrt()
    assert ((counts / n - transition).abs() <= 4.5 * error + TINY).all()


def frustrated(x):
    """An energy over bits with biases, pairs and a triple; no symmetry."""
    weights = torch.tensor([0.9, -0.4, 0.3, 1.1], dtype=x.dtype)
    return x @ weights - 2 * x[:, 0] * x[:, 1] + 1.5 * x[:, 1] * x[:, 3] - 0.8 * x[:, 0] * x[:, 2] * x[:, 3]


def boltzmann(energy, dim):
    return (-energy(all_states(dim).double())).softmax(0)


def test_the_log_odds_of_a_bit_are_those_of_the_table():
    table = boltzmann(frustrated, 4).view(2, 2, 2, 2)
    states = all_states(4).double()
    for d in range(4):
        odds = table.movedim(d, 0)
        expected = (odds[1] / odds[0]).log()
        expected = torch.stack([expected, expected]).movedim(0, d).reshape(-1)
        torch.testing.assert_close(bit_logit(frustrated, states, d), expected)


def test_a_gibbs_sweep_is_stationary_and_every_single_block_is_balanced():
    p = boltzmann(frustrated, 4)
    sweep = gibbs_matrix(frustrated, 4)
    torch.testing.assert_close(p @ sweep, p)
    torch.testing.assert_close(stationary(sweep), p)
    assert imbalance(p, sweep) > 1e-3  # an ordered sweep is not reversible, and need not be
    forth_and_back = sweep @ gibbs_matrix(lambda x: frustrated(x.flip(1)), 4)[_flipped()][:, _flipped()]
    assert imbalance(p, forth_and_back) < TINY


def _flipped():
    states = all_states(4)
    return (states.flip(1) @ torch.tensor([8.0, 4.0, 2.0, 1.0])).long()


def test_bits_that_all_look_at_the_old_state_leave_another_distribution_invariant():
    p, states = boltzmann(frustrated, 4), all_states(4).double()
    on = torch.stack([torch.sigmoid(bit_logit(frustrated, states, d)) for d in range(4)], 1)  # (16, 4)
    parallel = torch.where(states[None] == 1, on[:, None], 1 - on[:, None]).prod(2)  # (16, 16)
    assert (p @ parallel - p).abs().max() > 0.01


def test_the_gibbs_kernel_moves_as_its_matrix():
    n, sweep = 20_000, gibbs_matrix(frustrated, 4)
    start = all_states(4).double().repeat_interleave(n, 0)
    with seeded(0):
        end = gibbs(bit_blocks(frustrated, 4), start, sweeps=1)
    index = (end @ torch.tensor([8.0, 4.0, 2.0, 1.0], dtype=torch.float64)).long().view(16, n)
    counts = torch.stack([row.bincount(minlength=16) for row in index]).double() / n
    error = (sweep * (1 - sweep) / n).sqrt()
    assert ((counts - sweep).abs() <= 4.5 * error + TINY).all()


def test_the_second_eigenvalue_is_the_rate_at_which_the_error_falls():
    p, q = random_world(6, 2)
    transition = metropolis_matrix(p, q)
    error = [(torch.linalg.matrix_power(transition, t)[0] - p).abs().sum() for t in (140, 141)]
    assert (error[1] / error[0]).item() == pytest.approx(second_eigenvalue(transition), rel=1e-3)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: metropolis_matrix(torch.ones(3), torch.ones(2, 2) / 2), "expected \\(S,\\) and \\(S, S\\)"),
        (lambda: metropolis_matrix(torch.ones(2), torch.ones(2, 2)), "rows that sum to 1"),
        (lambda: metropolis_matrix(torch.tensor([1.0, 0.0]), torch.ones(2, 2) / 2), "above zero"),
        (lambda: gibbs([], torch.zeros(2, 3), 1), "at least one function"),
        (lambda: gibbs([lambda x: x[:, :1]], torch.zeros(2, 3), 1), "a block returned shape"),
        (lambda: gibbs([lambda x: x], torch.zeros(2, 3), 0), "at least 1"),
        (lambda: bit_logit(lambda x: x, torch.zeros(2, 3), 0), "sum over the event"),
    ],
)
def test_bad_input_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
