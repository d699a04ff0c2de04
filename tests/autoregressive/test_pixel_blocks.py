"""Images as blocks: the map has an inverse, and a model of blocks is a distribution over images."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from genbook.autoregressive import Bits, GatedStacks, PixelCNN, from_blocks, to_blocks
from genbook.nn.outputs import Categorical
from genbook.numerics import all_states, seeded


@given(side=st.integers(1, 4), rows=st.integers(1, 3), columns=st.integers(1, 3), seed=st.integers(0, 100))
def test_there_and_back(side, rows, columns, seed):
    with seeded(seed):
        x = torch.randint(2, (2, 1, side * rows, side * columns)).float()
    levels = to_blocks(x, side)
    assert levels.shape == (2, 1, rows, columns)
    torch.testing.assert_close(from_blocks(levels, side), x, rtol=0, atol=0)


def test_a_block_spells_its_number_in_binary():
    x = torch.tensor([[0.0, 1, 1, 1], [1, 0, 0, 0]]).view(1, 1, 2, 4)
    assert to_blocks(x).flatten().tolist() == [0b0110, 0b1100]


def test_the_code_is_the_bits_of_the_block_as_signs():
    x = all_states(4).view(16, 1, 2, 2).float()
    torch.testing.assert_close(Bits(4)(to_blocks(x)).view(16, 4), 2 * x.view(16, 4) - 1)


def test_a_model_of_blocks_is_a_distribution_over_images():
    """All 2^16 images of 4 x 4 pixels: their probabilities, read off the blocks, add up to one."""
    with seeded(0):
        network = GatedStacks(4, 16, width=8, kernels=(3, 3))
        for parameter in network.parameters():
            parameter.data.mul_(2)
    model = PixelCNN(network, Categorical(16), (1, 2, 2), Bits(4))
    images = all_states(16).view(-1, 1, 4, 4).float()
    with torch.no_grad():
        log_p = model.log_prob(to_blocks(images))
    assert log_p.shape == (2**16,)
    torch.testing.assert_close(log_p.double().exp().sum().item(), 1.0, rtol=1e-4, atol=0)


@pytest.mark.parametrize(
    ("x", "side", "message"),
    [
        (torch.zeros(1, 1, 3, 4), 2, "expected multiples of side = 2"),
        (torch.full((1, 1, 4, 4), 0.5), 2, "holds 0.5"),
        (torch.zeros(4, 4), 2, "has shape"),
        (torch.zeros(1, 3, 4, 4), 2, "has shape"),
        (torch.zeros(1, 1, 10, 10), 5, "side is 5"),
    ],
)
def test_bad_images_are_named(x, side, message):
    with pytest.raises(ValueError, match=message):
        to_blocks(x, side)


def test_bad_levels_and_sizes_are_named():
    with pytest.raises(ValueError, match="holds 16"):
        from_blocks(torch.full((1, 1, 2, 2), 16.0))
    with pytest.raises(ValueError, match="size is 0"):
        Bits(0)
    with pytest.raises(TypeError, match="floating"):
        to_blocks(torch.zeros(1, 1, 2, 2, dtype=torch.int64))
