"""Sampling pixel by pixel with remembered features: the same draws as recomputing everything, for little arithmetic."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from genbook.autoregressive import (
    ChannelLogisticMixture,
    DownUpStreams,
    GatedStacks,
    MaskedStack,
    PixelCNN,
    Thermometer,
)
from genbook.autoregressive.sampling import ancestral, ancestral_naive
from genbook.nn.outputs import Categorical, DiscretizedLogisticMixture
from genbook.numerics import seeded

GREY, COLOUR = DiscretizedLogisticMixture(9, 2), ChannelLogisticMixture(5, 2)
MODELS = {
    "masked": lambda: PixelCNN(MaskedStack(8, 6, 6, (5, 3, 3)), GREY, (1, 5, 6), Thermometer(9)),
    "masked, colour": lambda: PixelCNN(MaskedStack(3, 15, 6, (3, 3), colours=3), Categorical(5), (3, 4, 3)),
    "gated": lambda: PixelCNN(GatedStacks(8, 6, 6, (7, 3, 5)), GREY, (1, 5, 6), Thermometer(9)),
    "gated, one layer": lambda: PixelCNN(GatedStacks(1, 6, 6, (3,)), GREY, (1, 3, 4)),
    "gated, colour": lambda: PixelCNN(GatedStacks(3, 15, 6, (3, 3), colours=3), Categorical(5), (3, 4, 3)),
    "gated, joined colour": lambda: PixelCNN(GatedStacks(3, COLOUR.size, 6, (3, 3)), COLOUR, (3, 4, 3)),
    "streams": lambda: PixelCNN(DownUpStreams(1, 6, 6, 1, 2), GREY, (1, 8, 4)),
    "streams, no halving": lambda: PixelCNN(DownUpStreams(1, 6, 6, 2, 0), GREY, (1, 5, 3)),
    "streams, colour": lambda: PixelCNN(DownUpStreams(3, COLOUR.size, 6, 1, 1), COLOUR, (3, 4, 6)),
}


def lively(name):
    """A model in float64 whose conditionals depend strongly on what they see."""
    with seeded(0):
        model = MODELS[name]().double()
        for p in model.parameters():
            p.data.mul_(3.0)
    return model  # in training mode: steps must not draw dropout noise


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("known", [0, 7])
def test_the_same_draws_as_the_naive_sampler(name, known):
    model = lively(name)
    with seeded(1):
        u = torch.rand(5, len(model.order), dtype=torch.float64)
        prefix = torch.randint(model.output.levels, (5, known)).double()
    cached = ancestral(model, u, prefix if known else None, temperature=0.9)
    naive = ancestral_naive(model.eval(), u, prefix if known else None, temperature=0.9)
    assert torch.equal(cached, naive)
    assert torch.equal(cached[:, model.order[:known]], prefix)
    assert len(cached.unique(dim=0)) == 5


def test_each_row_follows_its_own_class():
    with seeded(0):
        model = PixelCNN(GatedStacks(1, 6, 6, (3, 3), classes=4), GREY, (1, 4, 4)).double().eval()
        for layer in model.network.layers:
            torch.nn.init.normal_(layer.classes.weight)
        u = torch.rand(1, 16, dtype=torch.float64).expand(4, -1)
    given = model.given(torch.arange(4))
    draws = ancestral(given, u)
    assert torch.equal(draws, ancestral_naive(given, u))
    assert len(draws.unique(dim=0)) > 1
    torch.testing.assert_close(given.log_prob(draws)[2:3], model.log_prob(draws[2:3], torch.tensor([2])))


def test_a_wrong_cache_would_be_noticed():
    """A scan that forgets the rows above draws other images, so the comparison above can fail."""
    model = lively("gated")
    with seeded(1):
        u = torch.rand(5, 30, dtype=torch.float64)
    network = model.network
    right, above = ancestral(model, u), network.above

    def forgetful(x, run):
        above(torch.zeros_like(x), run)

    network.above = forgetful
    assert not torch.equal(ancestral(model, u), right)


def arithmetic(run):
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        run()
    return counter.get_total_flops()


@pytest.mark.parametrize("name", ["masked", "gated", "streams", "streams, no halving"])
def test_an_image_costs_about_one_pass(name):
    """Sampling all pixels with the cache multiplies about as much as one pass over the image; naive, D times that."""
    model = lively(name).eval()
    u = torch.rand(1, len(model.order), dtype=torch.float64)
    one_pass = arithmetic(lambda: model.conditionals(torch.zeros_like(u)))
    assert arithmetic(lambda: ancestral(model, u)) <= 1.1 * one_pass
    assert arithmetic(lambda: ancestral_naive(model, u)) == len(model.order) * one_pass


def test_steps_beyond_the_end_and_wrong_lengths_are_refused():
    model = lively("gated, one layer")
    _, state = model.start(2)
    with pytest.raises(ValueError, match="one value a row"):
        model.step(state, torch.zeros(3, dtype=torch.float64))
    for _ in range(11):
        _, state = model.step(state, torch.zeros(2, dtype=torch.float64))
    with pytest.raises(ValueError, match="after all 12 variables"):
        model.step(state, torch.zeros(2, dtype=torch.float64))


def test_the_memory_of_a_scan_is_counted():
    model = lively("gated, one layer")
    _, state = model.start(2)
    assert state.scan.numel() == 2 * 12 + 2 * 12 * 4  # the images, and one row of links: first layers read the images
