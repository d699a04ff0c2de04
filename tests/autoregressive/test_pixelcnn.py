"""PixelCNN and its relatives: masks, receptive fields, colour, classes, input checks."""

import pytest
import torch
import torch.nn.functional as F

from genbook.autoregressive import DownUpStreams, GatedStacks, MaskedStack, PixelCNN, Thermometer, reach
from genbook.autoregressive.causal_conv import CausalConv
from genbook.autoregressive.masked_stack import colour_of, pixel_mask
from genbook.nn.outputs import Bernoulli, Categorical, DiscretizedLogisticMixture
from genbook.numerics import all_states, jacobian, seeded

SIZE, PIXEL = (9, 9), (6, 4)


def seen(network, colour=0, pixel=PIXEL, size=SIZE):
    """Which pixels reach the parameters at PIXEL, (H, W)."""
    with seeded(1):
        return reach(network, size, pixel, colour=colour).sum(0) > 0


def built(network, *sizes, **options):
    """A network with the same weights in every run, wide enough for some units to be awake."""
    with seeded(2):
        return network(*sizes, **options)


def places(rule):
    return torch.tensor([[rule(PIXEL[0] - r, c - PIXEL[1]) for c in range(SIZE[1])] for r in range(SIZE[0])])


def past(up, right):
    """Whether a pixel `up` rows above and `right` columns to the right comes before in raster order."""
    return up > 0 or (up == 0 and right < 0)


@pytest.mark.parametrize("layers", [1, 2, 4, 9])
def test_the_masked_stack_has_the_blind_spot(layers):
    """Each of L layers of 3 x 3 moves up a row or none and sideways a column or none, right only while moving up."""
    network = built(MaskedStack, 1, 2, 24, kernels=(3,) * layers)
    expected = places(lambda up, right: past(up, right) and up <= layers and -layers <= right <= up)
    assert torch.equal(seen(network), expected)
    if layers == 9:  # however deep, what lies further right than up is never seen
        assert torch.equal(~seen(network), places(lambda up, right: not past(up, right) or right > up))


@pytest.mark.parametrize("layers", [1, 2, 4, 9])
def test_the_gated_stacks_have_none(layers):
    """The vertical stack spreads one column and one row a layer, the horizontal one a column to the left."""
    network = built(GatedStacks, 1, 2, 24, kernels=(3,) * layers)

    def rule(up, right):
        """The horizontal stack goes left; one layer up it takes over from the vertical one, which spreads both ways."""
        if up == 0:
            return -layers <= right < 0
        return 0 < up <= layers and -layers <= right <= layers

    assert torch.equal(seen(network), places(rule))
    if layers == 9:
        assert torch.equal(seen(network), places(past))


@pytest.mark.parametrize("halvings", [0, 1, 2])
def test_the_down_up_streams_have_none(halvings):
    network = built(DownUpStreams, 1, 2, 6, blocks=3, halvings=halvings)
    got = seen(network, pixel=(6, 4), size=(8, 8))
    expected = torch.tensor([[past(6 - r, c - 4) for c in range(8)] for r in range(8)])
    assert torch.equal(got, expected)


@pytest.mark.parametrize("network", [MaskedStack, GatedStacks])
def test_a_colour_sees_the_colours_before_it_at_its_own_pixel(network):
    network = built(network, 6, 6, 24, kernels=(3, 3, 3), colours=3)  # two features a colour
    for colour in range(3):
        own = reach(network, SIZE, PIXEL, colour=colour)[:, PIXEL[0], PIXEL[1]]
        assert (own > 0).tolist() == [before < colour for before in (0, 0, 1, 1, 2, 2)]
        left = reach(network, SIZE, PIXEL, colour=colour)[:, PIXEL[0], PIXEL[1] - 1]
        assert (left > 0).all()


def test_a_mask_that_is_not_strict_is_found_out_by_the_jacobian():
    network = built(MaskedStack, 1, 2, 24, kernels=(3, 3))
    network.first.mask[:, :, -1, 1] = True
    assert seen(network)[PIXEL]


@pytest.mark.parametrize("strict", [True, False])
def test_a_causal_convolution_equals_the_masked_one(strict):
    """The rows of the kernel that are left out are those that the full mask of the paper clears."""
    colours = colour_of(6, 3)
    mask = pixel_mask(5, colours, colours, strict)
    layer = CausalConv(6, 6, (3, 5), 2, mask=mask[:, :, :3]).double()
    full = torch.randn(6, 6, 5, 5, dtype=torch.float64)
    full[:, :, :3] = layer.weight.detach()
    x = torch.randn(2, 6, 7, 8, dtype=torch.float64)
    torch.testing.assert_close(layer(x), F.conv2d(x, full * mask, layer.bias, padding=2))


def test_shifted_convolutions_see_what_their_docstring_says():
    layer = CausalConv(1, 1, (2, 3), left=3, up=1).double()
    j = jacobian(lambda x: layer(x.view(1, 1, 6, 6)).flatten(1), torch.randn(36, dtype=torch.float64))
    got = j.view(6, 6, 6, 6)[4, 4].abs() > 0
    expected = torch.zeros(6, 6, dtype=torch.bool)
    expected[2:4, 1:4] = True
    assert torch.equal(got, expected)


def test_thermometer_counts_the_thresholds_below():
    x = torch.arange(17.0)
    assert torch.equal((Thermometer(17)(x) > 0).sum(1), torch.arange(17))
    coarse = Thermometer(256, 8)(torch.tensor([0.0, 127.0, 128.0, 255.0]))
    assert (coarse > 0).sum(1).tolist() == [0, 4, 4, 8]


def digit_model(classes=0):
    output = DiscretizedLogisticMixture(17, 2)
    network = GatedStacks(16, output.size, 8, (3, 3), classes=classes)
    if classes:
        for layer in network.layers:
            torch.nn.init.normal_(layer.classes.weight)
    return PixelCNN(network, output, (1, 8, 8), Thermometer(17)).eval()


def test_flat_images_give_the_same_numbers():
    model, x = digit_model(), torch.randint(17, (3, 64)).float()
    assert torch.equal(model.log_prob(x), model.log_prob(x.view(3, 1, 8, 8)))
    assert torch.equal(model.loss(x), -model.log_prob(x).mean())


def test_a_class_changes_the_distribution_and_each_sums_to_one():
    with seeded(0):
        network = GatedStacks(1, 1, 8, (3, 3), classes=3)
        for layer in network.layers:
            torch.nn.init.normal_(layer.classes.weight)
        model = PixelCNN(network, Bernoulli(), (1, 2, 3)).eval()
    states = all_states(6)
    log_p = torch.stack([model.log_prob(states, torch.full((64,), c)) for c in range(3)])
    torch.testing.assert_close(log_p.exp().sum(1), torch.ones(3))
    assert (log_p[0] - log_p[1]).abs().max() > 0.05
    with seeded(0):
        x = model.sample(20_000, torch.full((20_000,), 2)).flatten(1)
    counts = torch.bincount((x.long() * 2 ** torch.arange(5, -1, -1)).sum(1), minlength=64) / 20_000
    assert (counts - log_p[2].exp()).abs().max() < 0.02


def test_fresh_classes_start_equal():
    """Embeddings start at zero, so that a class matters only once it has been learned to."""
    model = PixelCNN(GatedStacks(1, 1, 4, (3, 3), classes=2), Bernoulli(), (1, 2, 2)).eval()
    x = all_states(4)
    assert torch.equal(model.log_prob(x, torch.zeros(16).long()), model.log_prob(x, torch.ones(16).long()))


@pytest.mark.parametrize(
    "c, error, sentence",
    [
        (None, ValueError, "no c came"),
        (torch.tensor([0.0, 1.0]), ValueError, "dtype torch.float32"),
        (torch.tensor([0]), ValueError, "shape (1,)"),
        (torch.tensor([0, 10]), ValueError, "from 0 to 9"),
        ([0, 1], TypeError, "a list"),
    ],
)
def test_classes_that_cannot_be_are_refused(c, error, sentence):
    model = digit_model(10)
    with pytest.raises(error) as caught:
        model.log_prob(torch.zeros(2, 64), c)
    assert sentence in str(caught.value)
    with pytest.raises(error):
        model.start(2, c)


def test_a_class_for_a_network_without_classes_is_refused():
    with pytest.raises(ValueError, match="takes 0 classes"):
        digit_model().loss(torch.zeros(2, 64), torch.tensor([0, 1]))


@pytest.mark.parametrize(
    "build, sentence",
    [
        (lambda: PixelCNN(GatedStacks(1, 4), Categorical(5), (1, 4, 4)), "params=5"),
        (lambda: PixelCNN(GatedStacks(1, 5), Categorical(5), (1, 4, 4), Thermometer(5)), "inputs=4"),
        (lambda: PixelCNN(GatedStacks(3, 15), Categorical(5), (3, 4, 4)), "colours=3"),
        (lambda: PixelCNN(GatedStacks(1, 5), Categorical(5), (1, 0, 4)), "size of shape"),
        (lambda: GatedStacks(1, 5, kernels=(4,)), "odd"),
        (lambda: GatedStacks(1, 5, kernels=()), "sequence"),
        (lambda: GatedStacks(1, 5, dropout=1.0), "dropout"),
        (lambda: MaskedStack(3, 3, 8, colours=3), "multiple"),
        (lambda: DownUpStreams(1, 5)(torch.zeros(1, 1, 5, 4)), "multiples of 2"),
        (lambda: reach(MaskedStack(1, 1), (4, 4), (4, 0)), "pixel is"),
        (lambda: Thermometer(17, 17), "steps"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(build, sentence):
    with pytest.raises(ValueError, match=sentence) as caught:
        build()
    assert "expected" in str(caught.value) or "build it" in str(caught.value)
