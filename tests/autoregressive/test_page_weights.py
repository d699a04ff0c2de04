"""The weights that the pages of this chapter load give what their cards state, on the full test split."""

from collections.abc import Callable

import pytest
from torch import nn

from genbook.autoregressive import MADE
from genbook.data import digits
from genbook.evaluation import nats
from genbook.nn import MaskedMLP
from genbook.nn.outputs import DiscretizedLogisticMixture
from genbook.training import load_weights, shipped


def made_digits() -> nn.Module:
    output = DiscretizedLogisticMixture(levels=17, components=5)
    return MADE(MaskedMLP(64, hidden=(512, 512), params=output.size, direct=True), output)


MODELS: dict[str, Callable[[], nn.Module]] = {"made-digits": made_digits}


@pytest.mark.parametrize("name", MODELS)
def test_weights_give_what_their_card_states(name: str) -> None:
    model = MODELS[name]()
    card = load_weights(model, name)
    found = nats(model, digits().test.x)
    assert found.mean == pytest.approx(card["metrics"]["test nats"], abs=0.01)
    assert found.standard_error == pytest.approx(card["metrics"]["standard error"], abs=0.01)
    assert found.relation == card["metrics"]["relation"]


@pytest.mark.parametrize("name", MODELS)
def test_weights_are_small(name: str) -> None:
    assert shipped(name).stat().st_size < 3_000_000
