"""The char-RNN: its cell by hand, its state against re-running the prefix, truncated backpropagation, coding."""

import math

import pytest
import torch
from torch import nn

from genbook.autoregressive.char_rnn import CarriedLoss, CharRNN, streams
from genbook.autoregressive.inputs import Tokens, Values
from genbook.autoregressive.ngram import NGram
from genbook.autoregressive.pixel_code import Thermometer
from genbook.autoregressive.sampling import ancestral, ancestral_naive
from genbook.autoregressive.smoothing import WittenBell
from genbook.compression import decode, encode
from genbook.data import Vocabulary, digits, stdlib_text, windows
from genbook.nn.outputs import Categorical, DiscretizedLogisticMixture
from genbook.numerics import all_states, seeded
from genbook.training import fit, load_weights
from tests.cases import lively


def text_model(levels=5, hidden=12, layers=2, dropout=0.0, length=6, scale=2.0):
    with seeded(0):
        model = CharRNN(Tokens(levels, 6), Categorical(levels), hidden, layers, dropout, length)
    return lively(model, scale)


def random_text(levels, *shape):
    return torch.randint(levels, shape, generator=torch.Generator().manual_seed(1))


def test_the_cell_is_its_equations():
    """i, f, o = sigmoid, g = tanh of W x + U h + b; c = f c + i g; h = o tanh(c) (Gers et al. 2000)."""
    model, x = text_model(layers=1), random_text(5, 1, 4)
    w, u, b = model.lstm.weight_ih_l0, model.lstm.weight_hh_l0, model.lstm.bias_ih_l0 + model.lstm.bias_hh_l0
    h, c = torch.zeros(12), torch.zeros(12)
    found = model.conditionals(x)[0]
    for t, e in enumerate([model.inputs.start(1)[0], *model.inputs(x)[0, :-1]]):
        i, f, g, o = (w @ e + u @ h + b).chunk(4)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        torch.testing.assert_close(found[t], model.head.weight @ h + model.head.bias, rtol=1e-4, atol=1e-5)


def test_every_sequence_together_has_probability_one():
    model = text_model(levels=3, length=5)
    x = all_states(5, 3).long()
    assert model.log_prob(x).exp().sum().item() == pytest.approx(1, abs=1e-5)
    torch.testing.assert_close(model.loss(x), -model.log_prob(x).mean() / 5)


def test_a_symbol_moves_everything_after_it_and_nothing_before():
    model, x = text_model(length=8), random_text(5, 1, 8)
    base = model.conditionals(x)[0]
    for t in range(8):
        changed = x.clone()
        changed[0, t] = (changed[0, t] + 1) % 5
        moved = (model.conditionals(changed)[0] - base).abs().sum(-1) > 0
        assert moved.tolist() == [s > t for s in range(8)]


def test_stateful_sampling_equals_rerunning_the_prefix():
    """For every symbol the whole prefix is read again from the beginning, by `conditionals`."""
    model = text_model(length=20)
    u = torch.rand(3, 20, generator=torch.Generator().manual_seed(2))
    fast = ancestral(model, u).long()
    x = torch.zeros(3, 0, dtype=torch.int64)
    with torch.no_grad():
        for t in range(20):
            params = model.conditionals(torch.cat([x, x.new_zeros(3, 1)], 1))[:, -1]
            x = torch.cat([x, model.output.from_uniform(params, u[:, t]).long()[:, None]], 1)
    assert torch.equal(fast, x) and len(x.unique()) > 2


def test_a_text_read_in_pieces_is_the_text():
    model, x = text_model(), random_text(5, 2, 30)
    whole = model.conditionals(x)
    state, pieces = model.begin(2), []
    for piece in x.split([7, 1, 22], dim=1):
        params, state = model.read(piece, state)
        pieces.append(params)
    torch.testing.assert_close(torch.cat(pieces, 1), whole)


def test_streams_read_on_where_they_stopped():
    text = torch.arange(50)
    batch = streams(text, rows=3, width=4)  # epochs of 4 steps, rows of 16
    windows = [batch(s) for s in range(8)]
    assert torch.equal(torch.cat([x for x, _ in windows[:4]], 1), text[:48].view(3, 16))
    assert torch.equal(windows[5][0], windows[1][0]) and torch.equal(batch(5)[0], batch(1)[0])
    assert [fresh.tolist() for _, fresh in windows] == [[s % 4 == 0] * 3 for s in range(8)]


def test_the_carried_loss_sees_the_past_but_sends_no_gradient_there():
    model, text = text_model(), random_text(5, 48)
    batch, carried = streams(text, 2, 8), CarriedLoss(model)
    losses = [carried(batch(s)) for s in range(6)]
    whole = model.loss(text.view(2, 24))
    torch.testing.assert_close(torch.stack(losses[:3]).mean(), whole)
    for a, b in zip(losses[:3], losses[3:], strict=True):
        torch.testing.assert_close(a, b)  # the second epoch began with fresh states
    assert not any(s.requires_grad for s in carried.state)
    model.zero_grad()
    carried(batch(6)), carried(batch(7)).backward()
    truncated = model.lstm.weight_hh_l0.grad.clone()
    model.zero_grad()
    x = text.view(2, 24)[:, :16]
    (-model.output.log_prob(x, model.conditionals(x))[:, 8:].mean()).backward()
    assert (truncated - model.lstm.weight_hh_l0.grad).abs().max() > 1e-5  # the full gradient goes further back


@pytest.mark.parametrize("carried", [True, False])
def test_carried_state_learns_what_windows_cannot_show(carried):
    """Each stream has its own symbol after every 0. A window of four that begins anew must guess once: ln 2 / 4."""
    text = torch.tensor([[s, 0] * 32 for s in (1, 2)] * 4).flatten()
    batch = streams(text, 8, 4)
    with seeded(0):
        model = CharRNN(Tokens(3, 4), Categorical(3), 16)
        adam = torch.optim.Adam(model.parameters(), 0.01)
        if carried:
            history = fit(CarriedLoss(model), model, batch, 400, adam)
        else:
            history = fit(model.loss, model, lambda step: batch(step)[0], 400, adam)
    found = torch.tensor(history.losses[-32:]).mean().item()  # two epochs of 16 windows
    assert found == pytest.approx(math.log(2) / 4 / (16 if carried else 1), abs=0.02)


def test_it_beats_the_trigram_where_the_past_is_longer_than_two():
    g = torch.Generator().manual_seed(0)
    text = torch.stack([torch.randint(2, (500,), generator=g), torch.zeros(500, dtype=torch.int64)], 1)
    text = torch.cat([text, text + 2, text.flip(1) + 4], 1).flatten()  # every third pair repeats the first
    train, held_out = text[:2400], text[None, 2400:]
    trigram = -NGram(train, 8, 3, WittenBell()).log_prob(held_out).item()
    with seeded(0):
        model = CharRNN(Tokens(8, 8), Categorical(8), 24)
        fit(CarriedLoss(model), model, streams(train, 8, 20), 250, torch.optim.Adam(model.parameters(), 0.02))
    assert -model.eval().log_prob(held_out).item() < 0.8 * trigram


def test_the_weights_of_the_text_page_predict_unseen_source_code():
    """Far better than a trigram's 2.65 bits a character, on whichever Python's sources are there."""
    model = CharRNN(Tokens(96, 64), Categorical(96), hidden=256)
    load_weights(model, "text-char-rnn")
    x = windows(Vocabulary().encode(stdlib_text("test")), 2048)[::8]
    with torch.no_grad():
        bits = -model.eval().log_prob(x).sum().item() / x.numel() / math.log(2)
    assert 1.0 < bits < 2.3


def test_it_drives_the_coder():
    model = text_model(dropout=0.5).train()
    x = random_text(5, 3, 60)
    code = encode(model, x)
    assert torch.equal(decode(model, code), x)
    assert 8 * len(code) == pytest.approx(-model.eval().log_prob(x).sum().item() / math.log(2), abs=240)


@pytest.mark.parametrize("output", [Categorical(17), DiscretizedLogisticMixture(17, 3)])
def test_a_digit_is_a_string_of_64_pixels(output):
    with seeded(0):
        model = CharRNN(Values(Thermometer(17), 16, 8), output, 10, length=64).eval()
        x = digits().test.x[:4]
        u = torch.rand(2, 64)
    assert model.log_prob(x).shape == (4,) and model.sample(2).shape == (2, 64) and model.sample(2).dtype == x.dtype
    assert torch.equal(ancestral(model, u), ancestral_naive(model, u))


def test_dropout_acts_in_training_only():
    model, x = text_model(dropout=0.5), random_text(5, 2, 6)
    assert torch.equal(model.log_prob(x), model.log_prob(x))
    model.train()
    assert not torch.equal(model.log_prob(x), model.log_prob(x))


def test_the_loss_runs_without_values():
    loss = text_model().to("meta").loss(torch.zeros(2, 6, dtype=torch.int64, device="meta"))
    assert loss.is_meta and loss.shape == ()


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda: text_model(hidden=0), ValueError, "hidden is 0"),
        (lambda: text_model(dropout=1.0), ValueError, "dropout is 1.0"),
        (lambda: text_model().log_prob(torch.zeros(1, 4)), TypeError, "expected int64 tokens"),
        (lambda: text_model().log_prob(torch.tensor([[5]])), ValueError, "x holds 5"),
        (lambda: text_model().loss(torch.zeros(3, dtype=torch.int64)), ValueError, "shape"),
        (lambda: text_model().step(text_model().start(2)[1], torch.zeros(3)), ValueError, "x_t has shape"),
        (lambda: streams(torch.arange(5), 2, 3), ValueError, "tokens hold 5 symbols"),
        (lambda: streams(torch.rand(50), 2, 3), TypeError, "tokens are torch.float32"),
        (lambda: Tokens(0, 3), ValueError, "levels is 0"),
    ],
)
def test_bad_input_gets_one_sentence(call, error, sentence):
    with pytest.raises(error, match=sentence):
        call()


def test_the_state_is_all_that_is_kept():
    """A fixed number of values, however long the text: unlike the cache of a Transformer."""
    model = text_model()
    _, state = model.start(2)
    sizes = {sum(s.numel() for s in state)}
    for symbol in random_text(5, 2, 30).T:
        _, state = model.step(state, symbol)
        sizes.add(sum(s.numel() for s in state))
    assert sizes == {2 * 2 * 2 * 12} and isinstance(model.lstm, nn.LSTM)
