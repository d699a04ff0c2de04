"""WaveNet: causal, normalised, as far-sighted as its arithmetic says, and stepped at a constant cost."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch.utils.flop_counter import FlopCounterMode

from genbook.autoregressive import DilatedStack, MuLaw, WaveNet
from genbook.autoregressive.dilated_stack import delayed, receptive_field
from genbook.autoregressive.sampling import ancestral, ancestral_naive
from genbook.data.tones import tones
from genbook.nn.outputs import Bernoulli, Categorical, DiscretizedLogisticMixture, GaussianMixture
from genbook.numerics import all_states, jacobian, seeded
from genbook.training import load_weights

LAW = MuLaw(16)
MODELS = {
    "softmax": lambda length: WaveNet(DilatedStack(2, 16, 6, (1, 2, 4), 8), Categorical(16), length, LAW),
    "mixture": lambda length: WaveNet(DilatedStack(1, 6, 6, (1, 2), 8), DiscretizedLogisticMixture(16, 2), length),
    "kernel of three": lambda length: WaveNet(DilatedStack(1, 16, 6, (1, 3, 2), 8, kernel=3), Categorical(16), length),
    "pointwise": lambda length: WaveNet(DilatedStack(1, 16, 6, (1,), 8, kernel=1), Categorical(16), length),
    "notes": lambda length: WaveNet(DilatedStack(1, 16, 6, (1, 2), 8, classes=3), Categorical(16), length),
    "real": lambda length: WaveNet(DilatedStack(1, 6, 6, (1, 2), 8), GaussianMixture(2), length),
}


def lively(name, length=20):
    """A model in float64 whose conditionals depend strongly on what they see."""
    with seeded(0):
        model = MODELS[name](length).double().eval()
        for p in model.parameters():
            p.data.mul_(2.0)
        for layer in model.network.layers:
            if layer.classes is not None:
                torch.nn.init.normal_(layer.classes.weight)
    return model


FIELDS = [(2, (1, 2, 4)), (3, (1, 2)), (2, (1, 2, 1, 2)), (1, (1, 1)), (4, (1, 3))]


@pytest.mark.parametrize("kernel, dilations", FIELDS)
def test_the_receptive_field_is_what_the_jacobian_sees(kernel, dilations):
    with seeded(0):
        network = DilatedStack(1, 1, 8, dilations, 8, kernel).double()
        x = torch.rand(16, dtype=torch.float64)
    slopes = jacobian(lambda v: network(v.unsqueeze(-1))[..., 0], x)  # (T, T)
    seen = slopes[-1] != 0
    assert int(seen.sum()) == receptive_field(dilations, kernel) == network.field
    assert seen[-network.field :].all(), "the samples that are seen are the last ones, without a gap"
    assert slopes.triu(1).abs().max() == 0


def test_dilations_that_grow_too_fast_leave_holes():
    """Kernel 2 with dilations 1 and 4 spans six samples and sees four: the arithmetic gives the span."""
    with seeded(0):
        network = DilatedStack(1, 1, 8, (1, 4), 8).double()
        x = torch.rand(16, dtype=torch.float64)
    seen = (jacobian(lambda v: network(v.unsqueeze(-1))[..., 0], x)[-1] != 0).nonzero()[:, 0]
    assert seen.tolist() == [10, 11, 14, 15] and network.field == 6


def test_the_field_of_the_paper():
    assert receptive_field([2**i for i in range(10)]) == 1024
    assert receptive_field([2**i for i in range(10)] * 3) == 3070
    assert receptive_field([1] * 10) == 11


@pytest.mark.parametrize("kernel, dilation", [(2, 1), (2, 5), (3, 2), (2, 40)])
def test_delays_are_a_padded_dilated_convolution(kernel, dilation):
    with seeded(0):
        h, weight = torch.randn(3, 12, 4, dtype=torch.float64), torch.randn(5, 4, kernel, dtype=torch.float64)
    wanted = F.conv1d(F.pad(h.transpose(1, 2), ((kernel - 1) * dilation, 0)), weight, dilation=dilation)
    ours = delayed(h, dilation, kernel) @ weight.permute(2, 1, 0).flatten(0, 1)
    torch.testing.assert_close(ours, wanted.transpose(1, 2))


@pytest.mark.parametrize("name", ["softmax", "mixture", "kernel of three"])
def test_each_sample_sees_the_past_only(name):
    model = lively(name, 12)
    with seeded(1):
        x = 15 * torch.rand(12, dtype=torch.float64)
    slopes = jacobian(lambda v: model.conditionals(v).flatten(1), x).unflatten(0, (12, -1)).abs().sum(1)  # (T, T)
    reach = model.network.field
    assert slopes.triu().max() == 0
    assert (slopes.tril(-1).triu(-reach).sum(1)[1:] > 0).all() and slopes.tril(-reach - 1).abs().sum() == 0


def test_without_the_shift_the_mass_is_not_one():
    class Leaky(WaveNet):
        def conditionals(self, x, c=None):
            return self.network(self.code(x), c)

    with seeded(0):
        network = DilatedStack(1, 1, 8, (1, 2), 8)
    sums = [kind(network, Bernoulli(), 6).log_prob(all_states(6)).exp().sum().item() for kind in (WaveNet, Leaky)]
    assert abs(sums[0] - 1) < 1e-5 < abs(sums[1] - 1)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("known", [0, 7])
def test_queues_draw_what_the_naive_sampler_draws(name, known):
    model = lively(name)
    notes = torch.arange(5) % 3
    given = model.given(notes) if model.network.classes else model
    with seeded(1):
        u = torch.rand(5, 20, dtype=torch.float64)
        prefix = torch.randint(16, (5, known)).double()
    queued = ancestral(given, u, prefix if known else None, temperature=0.9)
    naive = ancestral_naive(given, u, prefix if known else None, temperature=0.9)
    torch.testing.assert_close(queued, naive, rtol=0, atol=0 if name != "real" else 1e-9)
    assert torch.equal(queued[:, :known], prefix) and len(queued.unique(dim=0)) == 5


def test_a_wrong_queue_would_be_noticed():
    model = lively("softmax")
    with seeded(1):
        u = torch.rand(5, 20, dtype=torch.float64)
    right, step = ancestral(model, u), model.network.step

    def late(queues, x_t):
        params = step(queues, x_t)
        queues.rings[1].zero_()
        return params

    model.network.step = late
    assert not torch.equal(ancestral(model, u), right)


def arithmetic(run):
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        run()
    return counter.get_total_flops()


def stepping(model, steps):
    """The multiplications of each of the first steps."""
    _, state = model.start(1)
    return [arithmetic(lambda: model.step(state, torch.zeros(1, dtype=torch.float64))) for _ in range(steps)]


def test_a_step_costs_the_same_at_any_place_and_any_length():
    costs = {length: set(stepping(lively("softmax", length), 30)) for length in (32, 1000)}
    assert costs[32] == costs[1000] and len(costs[32]) == 1


def test_a_step_costs_one_product_a_layer_and_the_naive_way_the_whole_past():
    def network(layers):
        return WaveNet(DilatedStack(1, 16, 6, [2**i for i in range(layers)], 8), Categorical(16), 64).double()

    three, six, nine = (stepping(network(layers), 1)[0] for layers in (3, 6, 9))
    assert nine - six == six - three > 0
    x = torch.zeros(1, 64, dtype=torch.float64)
    assert arithmetic(lambda: network(6).conditionals(x)) == 64 * six


def test_the_memory_of_the_queues():
    _, state = lively("kernel of three").start(5)
    assert state.queues.numel() == 5 * 6 * 2 * (1 + 3 + 2)  # sequences, width, kernel - 1, dilations


def test_a_note_enters_every_gate_of_its_own_row():
    model = lively("notes", 8)
    with seeded(2):
        x = torch.randint(16, (1, 8)).double().expand(3, -1)
    log_p = model.log_prob(x, torch.arange(3))
    assert len(log_p.unique()) == 3
    torch.testing.assert_close(log_p[1:2], model.log_prob(x[:1], torch.tensor([1])))
    for layer in model.network.layers:
        torch.nn.init.zeros_(layer.classes.weight)
    assert len(model.log_prob(x, torch.arange(3)).unique()) == 1
    assert model.sample(3, torch.arange(3)).shape == (3, 8)


def test_p_of_x_given_each_note_sums_to_one():
    with seeded(0):
        model = WaveNet(DilatedStack(1, 3, 6, (1, 2), 8, classes=2), Categorical(3), 4).eval()
        torch.nn.init.normal_(model.network.layers[0].classes.weight)
    x = all_states(4, 3).float()
    for note in (0, 1):
        assert abs(model.log_prob(x, torch.full((len(x),), note)).exp().sum().item() - 1) < 1e-5


def test_a_shorter_wave_is_the_beginning_of_a_longer_one():
    model = lively("softmax")
    with seeded(1):
        x = torch.randint(16, (2, 20)).double()
    torch.testing.assert_close(model.conditionals(x[:, :7]), model.conditionals(x)[:, :7])


def test_the_conditional_model_runs_on_the_meta_device():
    model = MODELS["notes"](8).to("meta")
    x, c = torch.zeros(2, 8, device="meta"), torch.zeros(2, dtype=torch.int64, device="meta")
    loss = model.loss(x, c)
    assert loss.is_meta and loss.shape == ()


@pytest.mark.parametrize(
    "build, words",
    [
        (lambda: DilatedStack(1, 16, 6, ()), "at least one dilation"),
        (lambda: DilatedStack(1, 16, 6, (1, 0)), "dilation 1 is 0"),
        (lambda: DilatedStack(1, 16, 0, (1,)), "width is 0"),
        (lambda: DilatedStack(1, 16, 6, (1,), classes=-1), "-1 classes"),
        (lambda: WaveNet(DilatedStack(1, 3, 6, (1,)), Categorical(16), 8), "params=16"),
        (lambda: WaveNet(DilatedStack(1, 16, 6, (1,)), Categorical(16), 8, LAW), "inputs=2"),
        (lambda: WaveNet(DilatedStack(1, 16, 6, (1,)), Categorical(16), 0), "length is 0"),
        (lambda: MODELS["notes"](8).log_prob(torch.zeros(2, 8)), "no c came"),
        (lambda: MODELS["notes"](8).log_prob(torch.zeros(2, 8), torch.tensor([0, 3])), "classes from 0 to 2"),
        (lambda: MODELS["softmax"](8).log_prob(torch.zeros(2, 8), torch.tensor([0, 1])), "c came"),
        (lambda: MODELS["softmax"](8).log_prob(torch.full((2, 8), 0.5)), "whole numbers from 0 to 15"),
        (lambda: MODELS["softmax"](8).log_prob(torch.zeros(2, 9)), r"expected \(B, 8\)"),
        (lambda: MODELS["softmax"](8).network(torch.zeros(2, 9)), "shape"),
    ],
)
def test_what_does_not_fit_is_refused(build, words):
    with pytest.raises(ValueError, match=words):
        build()


def test_steps_beyond_the_end_and_wrong_lengths_are_refused():
    model = lively("softmax", 3)
    _, state = model.start(2)
    with pytest.raises(ValueError, match="one value a row"):
        model.step(state, torch.zeros(3, dtype=torch.float64))
    for _ in range(2):
        _, state = model.step(state, torch.zeros(2, dtype=torch.float64))
    with pytest.raises(ValueError, match="after all 3 samples"):
        model.step(state, torch.zeros(2, dtype=torch.float64))


def test_the_shipped_weights_have_the_likelihood_of_their_card():
    law, keys = MuLaw(256), torch.tensor([60, 62, 64, 65, 67, 69, 71, 72])
    model = WaveNet(DilatedStack(2, 256, 32, (1, 2, 4, 8, 16), 64, classes=8), Categorical(256), 1000, law).eval()
    card = load_weights(model, "wavenet-tones")
    clips = tones(800, 0.25, 4000, seed=2)
    rows = torch.isin(clips.note[:, 0], keys).nonzero()[:200, 0]
    x, c = law.encode(clips.x[rows]), torch.searchsorted(keys, clips.note[rows, 0])
    with torch.no_grad():
        nats = -torch.cat([model.log_prob(*part) for part in zip(x.split(50), c.split(50), strict=True)]).mean().item()
    assert abs(nats / (1000 * math.log(2)) - card["metrics"]["test bits a sample, ="]) < 2e-3
