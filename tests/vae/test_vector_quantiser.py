"""Nearest codes, the gradient that jumps over them, and how the codebook moves: against loops and scikit-learn."""

import copy
import warnings

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans

from genbook.numerics import seeded
from genbook.vae import EMAQuantiser, VectorQuantiser, codebook_perplexity
from genbook.vae.vector_quantiser import gap, lookup, nearest, straight_through

BOTH = [VectorQuantiser, EMAQuantiser]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.lists(st.integers(1, 4), max_size=3))
def test_the_nearest_code_is_the_nearest(seed, grid):
    with seeded(seed):
        z_e, codebook = torch.randn(3, 2, *grid, dtype=torch.float64), torch.randn(7, 2, dtype=torch.float64)
    codes = nearest(z_e, codebook)
    assert codes.shape == (3, *grid) and codes.dtype == torch.int64
    slow = (z_e.movedim(1, -1).unsqueeze(-2) - codebook).square().sum(-1).argmin(-1)
    assert torch.equal(codes, slow)
    assert torch.equal(nearest(lookup(codes, codebook), codebook), codes), "a code is nearest to itself"


def test_the_nearest_code_is_found_far_from_the_origin():
    with seeded(0):
        codebook = 1000 + torch.randn(50, 8)
    assert torch.equal(nearest(codebook, codebook), torch.arange(50))


def test_the_gradient_at_the_encoder_output_is_that_at_the_decoder_input():
    with seeded(0):
        z_e, e = torch.randn(5, 3, 4, requires_grad=True), torch.randn(5, 3, 4, requires_grad=True)
        weight = torch.randn(3, 2)
    z_q = straight_through(z_e, e)
    z_q.retain_grad()
    assert torch.equal(z_q, e), "the value is that of the code, to the last bit"
    (z_q.mT @ weight).sin().sum().backward()
    assert torch.equal(z_e.grad, z_q.grad) and z_q.grad.abs().min() > 0
    assert e.grad is None, "the codes learn nothing from the decoder"


@pytest.mark.parametrize("kind", BOTH)
def test_the_penalty_moves_whom_it_should(kind):
    with seeded(1):
        quantiser, z_e = kind(4, 3, commitment=0.5).eval(), torch.randn(6, 3, 5, requires_grad=True)
    codes, _, penalty = quantiser(z_e)
    e = quantiser.codebook.detach()[codes].movedim(-1, 1)  # (6, 3, 5)
    penalty.sum().backward()
    torch.testing.assert_close(z_e.grad, 2 * 0.5 * (z_e.detach() - e))  # of the commitment alone
    distance = (z_e.detach() - e).square().sum((1, 2))
    if kind is EMAQuantiser:
        torch.testing.assert_close(penalty.detach(), 0.5 * distance)
        return
    torch.testing.assert_close(penalty.detach(), 1.5 * distance)
    pull = torch.stack([2 * (e - z_e.detach()).movedim(1, -1)[codes == k].sum(0) for k in range(4)])
    torch.testing.assert_close(quantiser.codebook.grad, pull)


def test_without_memory_a_step_is_one_of_k_means():
    with seeded(2):
        z = torch.randn(400, 2, dtype=torch.float64)
        quantiser = EMAQuantiser(5, 2, decay=0.0, revive_below=0.0).double()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one iteration does not converge
        theirs = KMeans(5, init=quantiser.codebook.numpy(), n_init=1, max_iter=1).fit(z.numpy())
    quantiser(z)
    torch.testing.assert_close(quantiser.codebook, torch.from_numpy(theirs.cluster_centers_))


def test_with_memory_a_code_is_the_discounted_mean_of_all_that_chose_it():
    decay, size = 0.8, 3
    with seeded(3):
        batches = torch.randn(6, 20, 2, dtype=torch.float64)
        quantiser = EMAQuantiser(size, 2, decay=decay, revive_below=0.0).double()
    start = quantiser.codebook.clone()
    chosen = []
    for z in batches:
        chosen.append(quantiser(z).codes)
    for k in range(size):
        weight, total = decay ** len(batches), decay ** len(batches) * start[k]
        for t, (z, codes) in enumerate(zip(batches, chosen, strict=True)):
            share = (1 - decay) * decay ** (len(batches) - 1 - t)
            weight, total = weight + share * int((codes == k).sum()), total + share * z[codes == k].sum(0)
        torch.testing.assert_close(quantiser.codebook[k], total / weight)


def test_a_code_that_nobody_chooses_stays_where_it_is():
    with seeded(4):
        quantiser = EMAQuantiser(2, 1, decay=0.5, revive_below=0.0)
    quantiser.codebook.copy_(torch.tensor([[0.0], [100.0]]))
    quantiser.sums.copy_(quantiser.codebook)
    for _ in range(400):  # far beyond the smallest float
        quantiser(torch.ones(4, 1))
    assert quantiser.codebook[1].item() == 100.0 and quantiser.codebook[0].item() == pytest.approx(1.0)


def test_revival_brings_a_dead_code_to_the_data():
    with seeded(5):
        z, quantiser = torch.randn(64, 2), EMAQuantiser(16, 2, decay=0.9, revive_below=0.1)
        quantiser.codebook.add_(50.0)  # a bad beginning: one code is nearest to all
        quantiser.sums.copy_(quantiser.codebook)
        asleep = copy.deepcopy(quantiser)
        asleep.revive_below = 0.0
        for _ in range(100):
            quantiser(z)
            asleep(z)
    assert codebook_perplexity(asleep.codes(z), 16) == pytest.approx(1.0)
    assert codebook_perplexity(quantiser.codes(z), 16) > 10
    assert quantiser.codebook.abs().max() < 5


@pytest.mark.parametrize("kind", BOTH)
def test_nothing_moves_in_evaluation_mode_or_by_asking_for_codes(kind):
    with seeded(6):
        quantiser, z = kind(4, 2), torch.randn(9, 2)
    before = {name: value.clone() for name, value in quantiser.state_dict().items()}
    quantiser.codes(z)
    quantiser.eval()(z)
    assert all(torch.equal(before[name], value) for name, value in quantiser.state_dict().items())


def test_the_codebook_term_and_the_running_means_agree_on_where_to_go():
    with seeded(7):
        z = torch.randn(200, 2, dtype=torch.float64)
        learned = VectorQuantiser(4, 2).double()
        running = EMAQuantiser(4, 2, decay=0.0, revive_below=0.0).double()
    learned.codebook.data.copy_(running.codebook)
    for _ in range(60):  # Lloyd's algorithm to its end
        running(z)
    learned.codebook.data.copy_(running.codebook)
    learned(z).penalty.sum().backward()
    assert learned.codebook.grad.abs().max() < 1e-9, "the fixed point of k-means is a stationary point of |sg[z] - e|^2"


def test_perplexity_of_known_usages():
    assert codebook_perplexity(torch.zeros(3, 5, dtype=torch.int64), 8).item() == pytest.approx(1.0)
    assert codebook_perplexity(torch.arange(8), 8).item() == pytest.approx(8.0)
    p = torch.tensor([0.5, 0.25, 0.25])
    assert codebook_perplexity(torch.tensor([0, 0, 1, 2]), 3).item() == pytest.approx(
        (-(p * p.log()).sum()).exp().item()
    )


@pytest.mark.parametrize("codes", [torch.tensor([8]), torch.tensor([-1]), torch.tensor([1.0]), torch.zeros(0).long()])
def test_perplexity_refuses_what_is_no_code(codes):
    with pytest.raises(ValueError, match="expected int64 from 0 to 7"):
        codebook_perplexity(codes, 8)


@pytest.mark.parametrize("arguments", [(0, 2), (2.5, 2), (4, 0), (4, 2, -0.1), (4, 2, float("nan"))])
@pytest.mark.parametrize("kind", BOTH)
def test_impossible_codebooks_are_refused(kind, arguments):
    with pytest.raises((TypeError, ValueError), match="expected"):
        kind(*arguments)


@pytest.mark.parametrize("change", [{"decay": 1.0}, {"decay": -0.1}, {"revive_below": 1.0}, {"revive_below": -1}])
def test_impossible_memories_are_refused(change):
    with pytest.raises(ValueError, match="expected numbers from 0 to below 1"):
        EMAQuantiser(4, 2, **change)


def test_outputs_of_another_width_are_refused():
    with pytest.raises(ValueError, match=r"z_e has shape \(5, 3\), expected \(B, 2, \*grid\)"):
        VectorQuantiser(4, 2)(torch.zeros(5, 3))


def test_the_gap_is_a_squared_distance():
    a, b = torch.zeros(2, 3, 4), torch.ones(2, 3, 4)
    assert gap(a, 2 * b).tolist() == [48.0, 48.0]
