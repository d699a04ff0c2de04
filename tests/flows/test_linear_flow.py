"""Linear flows against matrix algebra, Gaussians in closed form and the maximum of the likelihood."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.distributions import MultivariateNormal

from genbook.flows import (
    PLU,
    Chain,
    Dense,
    Flow,
    Householder,
    Inverse,
    Triangular,
    random_rotation,
    whitening_flow,
)
from genbook.nn import StandardNormal
from genbook.numerics import log_abs_det, seeded

DIM = 4


def layers(seed: int = 0, spread: float = 1.0) -> dict[str, nn.Module]:
    """One of every kind, its parameters moved away from the start."""
    with seeded(seed):
        made = {
            "dense": Dense(torch.randn(DIM, DIM) + 3 * torch.eye(DIM)),
            "triangular": Triangular(DIM),
            "plu": PLU(torch.randn(DIM, DIM)),
            "householder": Householder(DIM, 3),
            "qr": Chain([Triangular(DIM), Householder(DIM, DIM)]),
        }
        for name, layer in made.items():
            layer.double()
            for p in layer.parameters():
                p.data.add_((0.1 if name == "dense" else spread) * torch.randn_like(p))
    return made


def affine_of(layer: nn.Module) -> tuple[Tensor, Tensor]:
    """A and b of z = A x + b, read off from what the layer does."""
    with torch.no_grad():
        b = layer(torch.zeros(1, DIM, dtype=torch.double))[0][0]
        return (layer(torch.eye(DIM, dtype=torch.double))[0] - b).T, b


@pytest.mark.parametrize("kind", layers())
def test_log_det_and_inverse_are_those_of_the_matrix(kind):
    layer = layers()[kind]
    A, b = affine_of(layer)
    x = torch.randn(6, DIM, dtype=torch.double)
    z, log_det = layer(x)
    torch.testing.assert_close(z, x @ A.T + b)
    torch.testing.assert_close(log_det, torch.linalg.slogdet(A).logabsdet.expand(6))
    torch.testing.assert_close(log_det, log_abs_det(lambda v: layer(v)[0], x))
    back, log_back = layer.inverse(z)
    torch.testing.assert_close(back, x)
    torch.testing.assert_close(log_back, -log_det)


class Gaussian(nn.Module):
    """N(m, S) as a base."""

    measure = "lebesgue"

    def __init__(self, mean: Tensor, covariance: Tensor) -> None:
        super().__init__()
        self.density = MultivariateNormal(mean, covariance)

    def log_prob(self, x: Tensor) -> Tensor:
        return self.density.log_prob(x)

    def sample(self, n: int) -> Tensor:
        return self.density.sample((n,))


@pytest.mark.parametrize("kind", layers())
def test_a_gaussian_stays_gaussian_with_mean_am_plus_b_and_covariance_asat(kind):
    layer = layers()[kind]
    with seeded(1):
        m, root, x = torch.randn(DIM), torch.randn(DIM, DIM), torch.randn(20, DIM)
    m, root, x = m.double(), root.double(), x.double()
    S = root @ root.T + torch.eye(DIM)
    A, b = affine_of(layer)
    pushed = Flow(Gaussian(m, S), [Inverse(layer)])  # noise y ~ N(m, S), data A y + b
    covariance = A @ S @ A.T
    expected = MultivariateNormal(A @ m + b, (covariance + covariance.T) / 2)
    torch.testing.assert_close(pushed.log_prob(x), expected.log_prob(x))


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_plu_starts_at_the_matrix_that_it_was_given(sign):
    with seeded(2):
        A = random_rotation(5)
    A[0] *= 2.5 * sign
    layer = PLU(A)
    torch.testing.assert_close(layer.matrix(), A)
    torch.testing.assert_close(layer(torch.eye(5))[0].T, A)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(["triangular", "plu", "householder", "qr"]), st.integers(0, 10**6), st.floats(0.0, 3.0))
def test_structured_layers_are_invertible_for_any_parameters(kind, seed, spread):
    layer = layers(seed, spread)[kind]
    x = torch.ones(2, DIM, dtype=torch.double)
    z, log_det = layer(x)
    assert log_det.isfinite().all()
    torch.testing.assert_close(layer(layer.inverse(z)[0])[0], z, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("size", [0.0, 1e-300, 1e-30, 1e200])
def test_reflections_stay_orthogonal_for_vectors_of_any_length(size):
    layer = Householder(DIM, 2).double()
    with torch.no_grad():
        layer.v[0] = size * torch.tensor([1.0, -2.0, 0.5, 0.0], dtype=torch.double)
    A, _ = affine_of(layer)
    torch.testing.assert_close(A @ A.T, torch.eye(DIM, dtype=torch.double))
    layer(torch.ones(1, DIM, dtype=torch.double))[0].sum().backward()
    assert layer.v.grad.isfinite().all()


def test_one_reflection_sends_its_vector_to_its_negative_and_keeps_the_plane():
    layer = Householder(3, 1)
    with torch.no_grad():
        layer.v.copy_(torch.tensor([[1.0, 2.0, 2.0]]))
    x = torch.tensor([[1.0, 2.0, 2.0], [2.0, -1.0, 0.0]])
    torch.testing.assert_close(layer(x)[0], torch.tensor([[-1.0, -2.0, -2.0], [2.0, -1.0, 0.0]]))


def data() -> Tensor:
    with seeded(3):
        return torch.randn(300, 3, dtype=torch.double) @ torch.randn(3, 3, dtype=torch.double) + 2.0


def test_the_whitening_flow_is_the_gaussian_of_sample_mean_and_covariance():
    x = data()
    flow = whitening_flow(x)
    gaussian = MultivariateNormal(x.mean(0), torch.cov(x.T, correction=0))
    torch.testing.assert_close(flow.log_prob(x), gaussian.log_prob(x))
    z, _ = flow(x)
    torch.testing.assert_close(torch.cov(z.T, correction=0), torch.eye(3, dtype=torch.double))
    flow.loss(x).backward()
    for p in flow.parameters():  # a stationary point of the likelihood
        torch.testing.assert_close(p.grad, torch.zeros_like(p))


@pytest.mark.parametrize("kind", ["dense", "plu", "qr"])
def test_maximum_likelihood_finds_the_sample_mean_and_covariance_in_every_structure(kind):
    x = data()
    with seeded(4):
        start = random_rotation(3)
        parts = {
            "dense": lambda: Dense(start),
            "plu": lambda: PLU(start),
            "qr": lambda: Chain([Triangular(3), Householder(3, 3)]),
        }
        flow = Flow(StandardNormal(3), [parts[kind]()]).double()
    optimizer = torch.optim.LBFGS(flow.parameters(), max_iter=300, line_search_fn="strong_wolfe", tolerance_grad=1e-9)

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = flow.loss(x)
        loss.backward()
        return loss

    optimizer.step(closure)
    best = whitening_flow(x).loss(x)
    torch.testing.assert_close(flow.loss(x), best, rtol=0, atol=1e-6)
    torch.testing.assert_close(flow.log_prob(x), whitening_flow(x).log_prob(x), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("build", [Dense, PLU])
@pytest.mark.parametrize(
    "matrix", [torch.zeros(2, 2), torch.ones(3, 3), torch.ones(2, 3), torch.full((2, 2), math.nan), torch.zeros(0, 0)]
)
def test_a_matrix_that_is_no_invertible_one_is_refused(build, matrix):
    with pytest.raises(ValueError, match="expected"):
        build(matrix)


def test_other_bad_input_is_refused_in_a_sentence():
    for build in (Dense, PLU):
        with pytest.raises(TypeError, match="expected"):
            build(torch.eye(2, dtype=torch.long))
    for x in (torch.ones(5, 2), torch.ones(1, 3), torch.full((5, 2), math.inf), torch.zeros(5)):
        with pytest.raises(ValueError, match="expected"):
            whitening_flow(x)
    for layer in layers().values():
        for way in (layer.forward, layer.inverse):
            with pytest.raises(ValueError, match="expected"):
                way(torch.zeros(2, DIM + 1, dtype=torch.double))
    with pytest.raises(ValueError, match="expected"):
        Householder(3, 0)


@pytest.mark.parametrize("dim", [1, 2, 5, 1024])
def test_a_random_rotation_keeps_lengths_and_orientation(dim):
    with seeded(0):
        A = random_rotation(dim)
    torch.testing.assert_close(A @ A.T, torch.eye(dim), rtol=0, atol=1e-4)
    assert torch.linalg.slogdet(A).sign == 1
