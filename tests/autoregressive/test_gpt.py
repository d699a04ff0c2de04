"""The Transformer: no leak, cached equal to uncached, counted costs, tying, coding, bad input."""

import math

import pytest
import torch

from genbook.autoregressive.attention import attention, multiply_adds
from genbook.autoregressive.gpt import GPT, Decoder
from genbook.autoregressive.inputs import Tokens, Values
from genbook.autoregressive.pixel_code import Thermometer
from genbook.autoregressive.positions import Learned, Rotary, line, raster
from genbook.autoregressive.sampling import ancestral, ancestral_naive
from genbook.compression import decode, encode
from genbook.data import digits
from genbook.evaluation import nats
from genbook.nn.outputs import Categorical, DiscretizedLogisticMixture
from genbook.numerics import all_states, jacobian, seeded
from genbook.training import fit, load_weights
from tests.cases import lively

POSITIONS = {
    "learned": lambda table, width, heads: [Learned(table, width)],
    "rotary": lambda table, width, heads: [Rotary(table, width // heads)],
    "both": lambda table, width, heads: [Learned(table, width), Rotary(table, width // heads, base=50.0)],
}


def text_model(levels=5, length=6, how="both", tied=False, width=8, scale=4.0, **options):
    heads, layers = 2, options.pop("layers", 2)
    with seeded(0):
        decoder = Decoder(width, heads, layers, POSITIONS[how](line(length), width, heads), **options)
        model = GPT(Tokens(levels, width), decoder, Categorical(levels), tied)
    return lively(model, scale)


THERMOMETER, MIXTURE = Thermometer(17), DiscretizedLogisticMixture(17, 2)


def digit_model(code=THERMOMETER, features=16, output=MIXTURE, shape=(8, 8)):
    with seeded(0):
        decoder = Decoder(8, 2, 2, POSITIONS["both"](raster(*shape), 8, 2))
        return lively(GPT(Values(code, features, 8), decoder, output), 3.0)


def random_text(levels, *shape):
    return torch.randint(levels, shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("how", POSITIONS)
@pytest.mark.parametrize("tied", [False, True])
def test_every_sequence_together_has_probability_one(how, tied):
    model = text_model(levels=3, length=5, how=how, tied=tied)
    x = all_states(5, 3).long()
    assert model.log_prob(x).exp().sum().item() == pytest.approx(1, abs=1e-5)
    torch.testing.assert_close(model.loss(x), -model.log_prob(x).mean() / 5)


@pytest.mark.parametrize("how", POSITIONS)
def test_a_symbol_moves_everything_after_it_and_nothing_before(how):
    model, x = text_model(length=7, how=how), random_text(5, 1, 7)
    base = model.conditionals(x)[0]
    for t in range(7):
        changed = x.clone()
        changed[0, t] = (changed[0, t] + 1) % 5
        moved = (model.conditionals(changed)[0] - base).abs().sum(-1) > 0
        assert moved.tolist() == [s > t for s in range(7)]


def test_the_jacobian_is_strictly_triangular_and_full():
    output = Categorical(17)
    model = digit_model(lambda x: output.embed(x)[..., None], 1, output, (3, 4))
    j = jacobian(lambda x: model.conditionals(x).flatten(1), 16 * torch.rand(12)).view(12, 17, 12).abs().sum(1)
    assert torch.equal(j > 0, torch.ones(12, 12).tril(-1).bool())


@pytest.mark.parametrize("how", POSITIONS)
@pytest.mark.parametrize("attend", [attention, None])
def test_cached_and_uncached_logits_agree(how, attend):
    options = {} if attend is None else {"attend": attend}
    model, x = text_model(levels=9, length=40, how=how, width=16, layers=3, scale=2.0, **options), random_text(9, 3, 40)
    full = model.conditionals(x)
    params, cache = model.start(3)
    for t in range(40):
        assert (params - full[:, t]).abs().max() < 1e-5
        if t < 39:
            params, cache = model.step(cache, x[:, t])
    assert cache.bytes == 2 * 3 * 3 * 40 * 16 * 4  # keys and values, layers, sequences, positions, width, four bytes


def test_a_cache_takes_several_symbols_at_once():
    model, x = text_model(length=10), random_text(5, 2, 10)
    h = torch.cat([model.inputs.start(2)[:, None], model.inputs(x[:, :-1])], 1)
    cache = model.decoder.cache(2, 10)
    with torch.no_grad():
        pieces = [model.decoder(piece, cache) for piece in h.split([4, 1, 5], dim=1)]
    torch.testing.assert_close(torch.cat(pieces, 1), model.decoder(h), rtol=1e-4, atol=1e-5)


def test_both_ways_to_compute_attention_give_one_model():
    x = random_text(5, 3, 6)
    spelled_out, fused = text_model(attend=attention), text_model()
    torch.testing.assert_close(spelled_out.conditionals(x), fused.conditionals(x), rtol=1e-5, atol=1e-5)


def test_cached_sampling_equals_recomputing_everything():
    model = digit_model()
    u = torch.rand(3, 64, generator=torch.Generator().manual_seed(3))
    assert torch.equal(ancestral(model, u), ancestral_naive(model, u))


def step_costs(model, length):
    """Counted multiply-adds for the parameters at position t: with the cache, and of the whole prefix again."""
    _, cache = model.start(1)
    x = random_text(5, 1, length)
    cached, again = [], []
    for t in range(1, length):
        cached.append(multiply_adds(lambda t=t: model.step(cache, x[:, t - 1])))
        again.append(multiply_adds(lambda t=t: model.conditionals(x[:, : t + 1])))
    return torch.tensor(cached).double(), torch.tensor(again).double()


def test_the_cost_at_position_t_is_affine_with_the_cache_and_quadratic_without():
    width, layers, length = 8, 2, 24
    cached, again = step_costs(text_model(length=length, attend=attention), length)
    t = torch.arange(1, length).double()  # t symbols are known, t + 1 positions are attended to
    linear = layers * 12 * width**2  # queries, keys, values and their join: 4 width^2; the MLP: 8 width^2
    assert torch.equal(cached, linear + 5 * width + layers * 2 * width * (t + 1))
    assert torch.equal(again, (linear + 5 * width) * (t + 1) + layers * 2 * width * (t + 1) ** 2)
    assert (cached.diff(n=2) == 0).all() and (cached.diff() > 0).all()
    assert (again.diff(n=3) == 0).all() and (again.diff(n=2) > 0).all()


def test_tying_saves_the_table_and_reads_logits_off_it():
    tied, free = text_model(tied=True), text_model()
    count = {m: sum(p.numel() for p in m.parameters()) for m in (tied, free)}
    assert count[free] - count[tied] == 5 * 8
    with torch.no_grad():
        tied.inputs.table.weight[3] *= 10.0  # symbol 3 is never read below, so only its logit moves
    changed, base, x = tied, text_model(tied=True), torch.tensor([[0, 1, 2, 1]])
    moved = (changed.conditionals(x) - base.conditionals(x)).abs() > 0
    assert moved[..., 3].all() and not moved[..., [0, 1, 2, 4]].any()


def test_rotary_alone_knows_the_order():
    model = text_model(how="rotary", length=5)
    a, b = torch.tensor([[1, 2, 3, 0, 0]]), torch.tensor([[2, 1, 3, 0, 0]])
    assert (model.conditionals(a)[:, 4] - model.conditionals(b)[:, 4]).abs().max() > 1e-4


def test_it_learns_to_copy_from_far_back():
    """x_{t + 8} = x_t: induction over a distance that no trigram sees."""
    g = torch.Generator().manual_seed(0)
    text = torch.randint(4, (256, 8), generator=g).repeat(1, 2)  # (256, 16)
    with seeded(0):
        positions = [Learned(line(16), 32)]
        model = GPT(Tokens(4, 32), Decoder(32, 2, 2, positions), Categorical(4))
        adam = torch.optim.Adam(model.parameters(), 3e-3)
        fit(model.loss, model, lambda step: text[32 * (step % 8) :][:32], 300, adam)
    held_out = torch.randint(4, (64, 8), generator=g).repeat(1, 2)
    assert -model.eval().log_prob(held_out).mean().item() < 8 * math.log(4) * 1.25


def test_it_drives_the_coder():
    model = text_model(length=50, dropout=0.5, scale=2.0).train()
    x = random_text(5, 3, 50)
    code = encode(model, x)
    assert torch.equal(decode(model, code), x)
    assert 8 * len(code) == pytest.approx(-model.eval().log_prob(x).sum().item() / math.log(2), abs=240)


def test_digits_are_64_positions_of_17_levels():
    model, x = digit_model(), digits().test.x[:4]
    assert model.log_prob(x).shape == (4,)
    drawn = model.sample(2)
    assert drawn.shape == (2, 64) and drawn.dtype == x.dtype and drawn.max() <= 16
    torch.testing.assert_close(model.log_prob(x), model.output.log_prob(x, model.conditionals(x)).sum(1))


def test_the_loss_runs_without_values():
    loss = text_model().to("meta").loss(torch.zeros(2, 6, dtype=torch.int64, device="meta"))
    assert loss.is_meta and loss.shape == ()


def test_the_weights_of_the_digits_page_are_what_their_card_says():
    coordinates = raster(8, 8)
    positions = [Learned(coordinates, 64), Rotary(coordinates, 16, base=50.0)]
    model = GPT(Values(THERMOMETER, 16, 64), Decoder(64, 4, 3, positions, 0.2), DiscretizedLogisticMixture(17, 5))
    card = load_weights(model, "gpt-digits")
    found = nats(model, digits().test.x).mean
    assert found == pytest.approx(card["metrics"]["test nats, ="], abs=2e-3) and found < 83


def full_cache():
    model = text_model(length=2)
    _, cache = model.start(1)
    model.step(cache, torch.zeros(1))
    return model.step(cache, torch.zeros(1))


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda: Decoder(8, 2, 1, []), ValueError, "0 positions"),
        (lambda: Decoder(8, 2, 0, [Learned(line(4), 8)]), ValueError, "layers is 0"),
        (lambda: Decoder(8, 3, 1, [Learned(line(4), 8)]), ValueError, "multiple of heads"),
        (lambda: GPT(Tokens(5, 4), text_model().decoder, Categorical(5)), ValueError, "width 4 and the decoder 8"),
        (lambda: GPT(Tokens(5, 8), text_model().decoder, Categorical(4), tied=True), ValueError, "tied"),
        (lambda: text_model().log_prob(torch.tensor([[5]])), ValueError, "x holds 5"),
        (lambda: text_model().log_prob(torch.zeros(1, 6)), TypeError, "expected int64 tokens"),
        (lambda: text_model().loss(random_text(5, 1, 7)), ValueError, "at most 6"),
        (lambda: digit_model().loss(torch.zeros(1, 63)), ValueError, r"expected \(B, 64\)"),
        (lambda: text_model().step(text_model().start(2)[1], torch.zeros(3)), ValueError, "x_t has shape"),
        (full_cache, ValueError, "below 2"),
        (lambda: text_model().start(1, 7), ValueError, "length is 7"),
        (lambda: text_model().start(0), ValueError, "n is 0"),
    ],
)
def test_bad_input_gets_one_sentence(call, error, sentence):
    with pytest.raises(error, match=sentence):
        call()
