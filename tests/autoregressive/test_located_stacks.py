"""PixelCNN that hears feature maps: a distribution under every condition, and every map heard where it lies."""

import pytest
import torch

from genbook.autoregressive import LocatedStacks, PixelCNN, reach
from genbook.nn.outputs import Bernoulli, Categorical
from genbook.numerics import all_states, seeded


def model(shape=(1, 2, 3), output=None, kernels=(3, 3)):
    with seeded(0):
        output = output or Bernoulli()
        built = PixelCNN(LocatedStacks(1, output.size, 4, 12, kernels), output, shape).double().eval()
        for layer in built.network.layers:
            torch.nn.init.normal_(layer.located.weight)
        return built, torch.randn(5, 4, *shape[1:]).double()


def test_under_every_condition_the_probabilities_sum_to_one():
    pixelcnn, c = model()
    states = all_states(6).double()
    sums = [pixelcnn.log_prob(states, one.expand(64, -1, -1, -1)).exp().sum() for one in c]
    torch.testing.assert_close(torch.stack(sums), torch.ones(5).double())


def test_steps_equal_conditionals():
    pixelcnn, c = model(output=Categorical(3), shape=(1, 4, 4))
    x = torch.randint(3, (5, 16)).double()
    given = pixelcnn.given(c)
    params, state = given.start(5)
    steps = [params.clone()]
    for t in range(15):
        params, state = given.step(state, x[:, t])
        steps.append(params.clone())
    torch.testing.assert_close(torch.stack(steps, 1), given.conditionals(x))


def test_a_map_is_heard_at_its_place_and_not_from_rows_below():
    """The vertical stack also hears what c says to the right, which tells nothing of the image."""
    pixelcnn, c = model(shape=(1, 5, 5))
    c = c[:1].requires_grad_()
    x = torch.ones(1, 25).double()
    for i, j in [(0, 0), (2, 1), (4, 4)]:
        (gradient,) = torch.autograd.grad(pixelcnn.conditionals(x, c)[0, 5 * i + j, 0], c)
        heard = gradient[0].abs().sum(0) > 0
        assert heard[i, j]
        assert not heard[i + 1 :].any()


def test_draws_follow_the_probabilities_of_their_own_condition():
    pixelcnn, c = model(shape=(1, 2, 2))
    states = all_states(4).double()
    with seeded(1):
        x = pixelcnn.sample(20_000, c[:2].repeat(10_000, 1, 1, 1)).flatten(1)
    for k in range(2):
        p = pixelcnn.log_prob(states, c[k].expand(16, -1, -1, -1)).exp()
        index = (x[k::2] * torch.tensor([8.0, 4, 2, 1])).sum(1).long()
        seen = torch.bincount(index, minlength=16) / 10_000
        assert (seen - p).abs().max() < 5 * (0.25 / 10_000) ** 0.5


def test_fresh_maps_have_no_effect():
    network = LocatedStacks(1, 1, 4, 12, (3, 3))
    x, c = torch.randn(2, 1, 3, 3), torch.randn(2, 4, 3, 3)
    assert torch.equal(network(x, c), network(x, -c))


def test_the_window_does_not_widen():
    pixelcnn, _ = model()
    seen = reach(pixelcnn.network, (5, 5), (3, 2)).sum(0) > 0
    assert seen.sum() == 5 + 5 + 2  # two rows above, five wide; two pixels to the left


@pytest.mark.parametrize(
    ("c", "error", "sentence"),
    [
        (None, ValueError, r"no c came, expected feature maps of shape \(5, 4, 2, 3\)"),
        (torch.zeros(5, dtype=torch.int64), TypeError, "c has dtype torch.int64, expected a floating dtype"),
        (torch.zeros(5, 4, 3, 2), ValueError, r"c has shape \(5, 4, 3, 2\), expected \(B, 4, 2, 3\)"),
        (torch.zeros(4, 4, 2, 3), ValueError, "c has 4 rows, expected 5"),
    ],
)
def test_maps_that_cannot_be_are_refused(c, error, sentence):
    pixelcnn, _ = model()
    with pytest.raises(error, match=sentence):
        pixelcnn.log_prob(torch.zeros(5, 6).double(), c)
