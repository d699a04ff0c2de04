"""The file of the figure `coupling-layers`: its card holds, and what it cannot hold is refused."""

import json

import pytest
import torch

from genbook.data.toys import two_moons
from genbook.flows import ActNorm, nice, realnvp
from genbook.foundations import kl_on_grid
from genbook.interactive import coupling_layers
from genbook.interactive.export_coupling import coupling_bytes, rounded
from genbook.numerics import grid, seeded
from tests.interactive.coupling_fixtures import SHIPPED, flow_from_file


def test_the_shipped_flow_has_the_divergence_of_its_card():
    content = SHIPPED.read_bytes()
    assert len(content) < 1_000_000
    moons = two_moons()
    left, right, bottom, top = moons.extent
    x, cell = grid([left, bottom], [right, top], 200)
    with torch.no_grad():
        measured = float(kl_on_grid(moons.log_prob(x), flow_from_file(content).log_prob(x), cell))
    assert abs(measured - json.loads(content)["card"]["metrics"]["KL(data || model), nats, ="]) < 1e-3


def test_a_flow_survives_the_file():
    with seeded(0):
        flow = rounded(realnvp(2, 3, (6,), normalisation=ActNorm)).double()
        x = torch.randn(5, 2, dtype=torch.double)
    again = flow_from_file(coupling_bytes(flow, x, torch.zeros(5), {}))
    torch.testing.assert_close(again.log_prob(x), flow.log_prob(x), rtol=0, atol=1e-4)


@pytest.mark.parametrize("flow", [nice(2), realnvp(2), realnvp(4, normalisation=ActNorm)])
def test_other_flows_are_refused(flow):
    with pytest.raises(TypeError, match="expected affine couplings of two variables"):
        coupling_bytes(flow, torch.zeros(3, 2), torch.zeros(3), {})
    with pytest.raises(ValueError, match="expected"):
        coupling_bytes(realnvp(2, normalisation=ActNorm), torch.zeros(3), torch.zeros(3), {})


@pytest.mark.parametrize("layer, backward", [(9, False), (-1, True), (1.5, False), (2, "yes"), (True, False)])
def test_a_start_that_does_not_exist_is_refused(layer, backward):
    with pytest.raises((TypeError, ValueError), match="expected"):
        coupling_layers(layer, backward)
