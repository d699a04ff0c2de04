"""The widget of the chains passes its options on and refuses what the figure cannot show."""

import pytest

from genbook.interactive import markov_chains
from genbook.interactive.modules import closure


def test_options_reach_the_figure() -> None:
    figure = markov_chains("hmc", size=0.5, distance=4)
    assert figure.options == {"kernel": "hmc", "size": 0.5, "distance": 4, "seed": 1}
    names = closure("figures/chains.mjs")
    assert names[-1] == "figures/chains.mjs" and "figures/chains/sampler.mjs" in names


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"kernel": "nuts"}, ValueError),
        ({"size": 0.0}, ValueError),
        ({"distance": 5.0}, ValueError),
        ({"seed": -1}, ValueError),
        ({"seed": 0.5}, TypeError),
    ],
)
def test_bad_input_gets_one_sentence(options, error) -> None:
    with pytest.raises(error, match="expected") as caught:
        markov_chains(**options)
    assert "\n" not in str(caught.value)
