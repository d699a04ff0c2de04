"""The field in the browser's file is the one that was written, and the shipped one is as its card says."""

import json
from functools import partial
from hashlib import sha256

import pytest
import torch

from genbook.data.toys import two_moons
from genbook.flows import ContinuousFlow, Velocity
from genbook.interactive import field_bytes, field_from_bytes, ode_flow
from genbook.nn import MLP, StandardNormal
from genbook.numerics import dormand_prince, grid
from tests.interactive.ode_fixtures import SHIPPED_FIELD


def test_what_is_written_is_read() -> None:
    field, x = Velocity(2, (5, 4)), torch.randn(6, 2)
    again = field_from_bytes(field_bytes(field, x, torch.float32))
    torch.testing.assert_close(again(0.3, x.double()).float(), field(0.3, x))


def test_the_card_states_the_file_and_its_divergence() -> None:
    card = json.loads(SHIPPED_FIELD.with_suffix(".json").read_text())
    content = SHIPPED_FIELD.read_bytes()
    assert (len(content), sha256(content).hexdigest()) == (card["bytes"], card["sha256"])
    moons = two_moons()
    left, right, bottom, top = moons.extent
    points, cell = grid([left, bottom], [right, top], 100)
    flow = ContinuousFlow(StandardNormal(2).double(), field_from_bytes(content))
    with torch.no_grad():
        gap = moons.log_prob(points) - flow.log_prob_ode(points, partial(dormand_prince, rtol=1e-6, atol=1e-6))
    measured = float((moons.log_prob(points).exp() * gap).sum() * cell)
    assert measured == pytest.approx(card["metrics"]["KL(data || flow)"]["value"], abs=2e-3) and measured < 0.15


def test_widgets_carry_their_fields() -> None:
    assert ode_flow().file == SHIPPED_FIELD.read_bytes()
    own = ode_flow(Velocity(2, (3,)), torch.zeros(4, 2))
    assert len(field_from_bytes(own.file).network[0].bias) == 3


@pytest.mark.parametrize(
    "call, error, sentence",
    [
        (lambda: field_bytes(MLP(3, (4,), 2), torch.zeros(1, 2)), TypeError, "expected a genbook.flows.Velocity"),
        (lambda: field_bytes(Velocity(3, (4,)), torch.zeros(1, 2)), ValueError, "3 variables, expected 2"),
        (lambda: field_bytes(Velocity(2, (4,)), torch.zeros(1, 3)), ValueError, "x has shape"),
        (lambda: ode_flow(Velocity(2, (4,))), ValueError, "expected both or none"),
    ],
)
def test_what_the_browser_cannot_run_is_refused(call, error, sentence) -> None:
    with pytest.raises(error, match=sentence):
        call()
