"""A model survives the way into a file and back, whatever its order, depth, output and direct connection."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load

from genbook.autoregressive import MADE
from genbook.interactive import made_bytes, made_from_bytes
from genbook.nn import MaskedMLP
from genbook.nn.outputs import Bernoulli, Categorical, DiscretizedLogisticMixture, Gaussian
from genbook.numerics import all_states, seeded

OUTPUTS = [Bernoulli(), Categorical(3), DiscretizedLogisticMixture(3, 2)]


def build(seed: int, output, hidden: tuple[int, ...] = (5, 4), direct: bool = True, dim: int = 4) -> MADE:
    with seeded(seed):
        network = MaskedMLP(dim, hidden, output.size, ordering=torch.randperm(dim), direct=direct)
        return MADE(network, output).double().eval()


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 1000), st.sampled_from(OUTPUTS), st.lists(st.integers(1, 9), min_size=1, max_size=3), st.booleans()
)
def test_round_trip(seed: int, output, hidden: list[int], direct: bool) -> None:
    model = build(seed, output, tuple(hidden), direct)
    again = made_from_bytes(made_bytes(model, dtype=torch.float64))
    x = all_states(4) * (output.levels - 1)
    x = x.double()
    torch.testing.assert_close(again.conditionals(x), model.conditionals(x))
    torch.testing.assert_close(again.log_prob(x), model.log_prob(x))
    assert torch.equal(again.order, model.order)


def test_only_weights_that_the_masks_leave_are_in_the_file() -> None:
    model = build(0, Categorical(3), (7, 6))
    tensors = load(made_bytes(model))
    for name, layer in (("hidden.0", model.network.layers[0]), ("output", model.network.output)):
        assert tensors[f"{name}.weight"].shape == (int(layer.mask.sum()) * layer.params,)


def test_a_permuted_file_is_noticed() -> None:
    model = build(1, Bernoulli())
    twin = build(1, Bernoulli())
    twin.network.ordering.copy_(twin.network.ordering.flip(0))
    x = all_states(4).double()
    assert not torch.allclose(made_from_bytes(made_bytes(twin)).log_prob(x), model.log_prob(x), atol=1e-3)


def test_half_precision_is_near() -> None:
    model = build(2, DiscretizedLogisticMixture(3, 2))
    x = all_states(4).double() * 2
    rounded = made_from_bytes(made_bytes(model, dtype=torch.float16))
    torch.testing.assert_close(rounded.log_prob(x), model.log_prob(x), atol=0.05, rtol=0)
    assert not torch.equal(rounded.log_prob(x), model.log_prob(x))


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"model": torch.nn.Linear(2, 2)}, TypeError, "model is a Linear, expected a genbook.autoregressive.MADE"),
        ({"model": build(0, Gaussian())}, TypeError, "expected one over levels"),
        ({"shape": (3, 2)}, ValueError, r"shape is \(3, 2\).*expected height \* width = 4"),
        ({"shape": (-2, -2)}, ValueError, "expected height"),
        ({"examples": torch.zeros(2, 5)}, ValueError, r"examples has shape \(2, 5\)"),
        ({"examples": torch.full((2, 4), 0.5)}, ValueError, "examples|x holds 0.5"),
        ({"dtype": torch.int8}, ValueError, "dtype is torch.int8, expected one of torch.float16"),
    ],
)
def test_bad_input_gets_one_sentence(change: dict, error: type, words: str) -> None:
    arguments = {"model": build(0, Bernoulli()), **change}
    with pytest.raises(error, match=words) as caught:
        made_bytes(**arguments)
    assert "\n" not in str(caught.value)


def test_another_activation_is_refused() -> None:
    model = MADE(MaskedMLP(4, (3,), 1, activation=torch.tanh), Bernoulli())
    with pytest.raises(ValueError, match=r"expected torch\.relu"):
        made_bytes(model)
