"""Dequantised flows: a bound on the mass of a cell, against that mass by quadrature."""

import math

import pytest
import torch
from torch import Tensor
from torch.special import ndtr

from genbook.flows import Flow, Logit, realnvp, variational_noise
from genbook.flows.dequantisation import Dequantised, UniformNoise
from genbook.nn import StandardNormal
from genbook.numerics import all_states, grid, log_abs_det, seeded
from tests.cases import lively

LEVELS = 3
NOISES = {"uniform": UniformNoise, "variational": lambda: variational_noise(2, LEVELS, hidden=(8,))}


def small(noise: str) -> Dequantised:
    """Two variables of three levels under a lively flow, and noise that is not the uniform one by accident."""
    with seeded(0):
        flow = realnvp(2, layers=4, hidden=(8,))
        built = Dequantised(Flow(flow.base, [Logit(), *flow.transform.transforms]), NOISES[noise](), (2,), LEVELS)
        lively(built, 2.0)
        with torch.no_grad():
            for p in built.noise.parameters():
                p.add_(0.1 * torch.randn_like(p))
        return built.double()


def log_mass(model: Dequantised, x: Tensor, cells: int = 200) -> Tensor:
    """log of the integral of the flow's density over the cell of every row of x, by quadrature."""
    places, area = grid([0.0] * 2, [1.0 / LEVELS] * 2, cells)
    with torch.no_grad():
        return torch.stack([model.flow.log_prob(row / LEVELS + places).logsumexp(0) + math.log(area) for row in x])


@pytest.mark.parametrize("noise", NOISES)
def test_the_average_is_a_bound_on_the_mass_of_the_cell_and_single_draws_exceed_it(noise):
    model, x = small(noise), all_states(2, LEVELS).double()
    truth = log_mass(model, x)
    with seeded(1), torch.no_grad():
        draws = torch.stack([model.elbo(x) for _ in range(4000)])  # (S, 9)
    error = draws.std(0) / len(draws) ** 0.5
    assert (draws.mean(0) <= truth + 4 * error).all()
    assert (truth - draws.mean(0)).max() > 10 * error.max(), "the bound is tight, so nothing was tested"
    assert (draws > truth).any()
    # exp(elbo) has the mass as its mean: a bound with a wrong constant fails here
    ratios = (draws - truth).exp()
    assert ((ratios.mean(0) - 1).abs() < 5 * ratios.std(0) / len(ratios) ** 0.5 + 1e-3).all()


@pytest.mark.parametrize("noise", NOISES)
def test_averaged_over_data_the_bound_is_at_most_minus_their_entropy(noise):
    """Also where the flow is trained on these data."""
    share = torch.tensor([4.0, 1, 1, 1, 2, 1, 3, 1, 6], dtype=torch.double)
    share = share / share.sum()
    states = all_states(2, LEVELS).double()
    model = small(noise)
    adam = torch.optim.Adam(model.parameters(), lr=1e-2)
    with seeded(2):
        for _ in range(150):
            x = states[share.multinomial(128, replacement=True)]
            adam.zero_grad()
            model.loss(x).backward()
            adam.step()
        with torch.no_grad():
            draws = torch.stack([share @ model.elbo(states) for _ in range(1000)])
    entropy = -(share * share.log()).sum()
    assert draws.mean() <= -entropy + 4 * draws.std() / 1000**0.5
    assert draws.mean() > -entropy - 0.5, "a bad bound is easy to keep below"


def test_noise_of_half_the_range_is_no_bound():
    """The test that finds a known error: u in [0, 1/2) and no correction for it."""

    class Half(UniformNoise):
        def draw(self, x):
            u, log_q = super().draw(x)
            return 0.5 * u, log_q

    model, x = small("uniform"), all_states(2, LEVELS).double()
    model.noise = Half()
    truth = log_mass(model, x)
    with seeded(3), torch.no_grad():
        ratios = torch.stack([(model.elbo(x) - truth).exp() for _ in range(500)])
    assert ((ratios.mean(0) - 1).abs() > 5 * ratios.std(0) / 500**0.5 + 1e-3).any()


def test_the_density_of_the_noise_is_that_of_its_draws():
    """By the change of variables from eps to u, its Jacobian by autograd."""
    noise = small("variational").noise
    x = torch.tensor([[0.0, 2.0], [1.0, 1.0], [2.0, 0.0]]).double()
    with seeded(4):
        u, log_q = noise.draw(x)
    with seeded(4):
        eps = torch.randn_like(x)
    assert log_q.abs().max() > 0.05
    scaled = x - 1  # three levels on [-1, 1]
    for row in range(3):
        to_u = lambda v: ndtr(noise.transform(torch.cat([scaled[row][None], v], 1))[0][:, 2:])  # noqa: B023, E731
        torch.testing.assert_close(to_u(eps[row][None])[0], u[row])
        expected = StandardNormal(2).double().log_prob(eps[row][None]) - log_abs_det(to_u, eps[row][None])
        torch.testing.assert_close(log_q[row][None], expected)


def test_noise_that_begins_as_the_identity_begins_uniform():
    noise = variational_noise(3, LEVELS)
    with seeded(5):
        u, log_q = noise.draw(torch.zeros(2000, 3))
    assert log_q.abs().max() == 0
    assert (u.mean(0) - 0.5).abs().max() < 0.05 and (u.var(0) - 1 / 12).abs().max() < 0.01


def test_samples_fall_into_cells_as_often_as_their_mass_says():
    model = small("uniform")
    states = all_states(2, LEVELS).double()
    with seeded(6):
        x = model.sample(20_000)
    inner = torch.tensor([[1.0, 1.0]]).double()  # its cell has no border with the outside
    mass = log_mass(model, inner).exp()
    share = (x == inner).all(1).double().mean()
    assert (share - mass).abs() < 5 * (mass * (1 - mass) / 20_000) ** 0.5
    assert all((x == state).all(1).any() for state in states[log_mass(model, states) > math.log(1e-2)])


def test_what_is_no_flow_is_refused():
    with pytest.raises(TypeError, match="expected"):
        Dequantised(StandardNormal(2), UniformNoise(), (2,), 3)
    with pytest.raises(ValueError, match="expected"):
        Dequantised(Flow(StandardNormal(2), [Logit()]), UniformNoise(), (2,), 0)
    with pytest.raises(ValueError, match="expected"):
        variational_noise(1, 3)
