"""The coder: bit-exact with any model, as short as the model promises, and never silently wrong."""

import gzip
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from genbook.autoregressive import MADE
from genbook.autoregressive.adaptive_ngram import AdaptiveNGram
from genbook.autoregressive.ngram import NGram
from genbook.autoregressive.smoothing import Additive, KneserNey, WittenBell
from genbook.compression import Rans, cross_entropy, decode, encode, entropy, from_bytes, kl, to_bytes
from genbook.compression.container import wrap
from genbook.nn import MaskedMLP
from genbook.nn.outputs import Categorical, DiscretizedLogisticMixture
from genbook.numerics import seeded

BYTES = AdaptiveNGram(256, 3, WittenBell())
OVERHEAD = 8 * 30  # bits: header, checksum and the coder's last state


class Memoryless:
    """Every symbol comes from `p`, whatever came before."""

    def __init__(self, p: list[float]):
        self.output = Categorical(len(p))
        self.logits = torch.tensor(p, dtype=torch.float64).log()

    def start(self, n):
        return self.logits.expand(n, -1), None

    def step(self, state, x_t):
        return self.logits.expand(len(x_t), -1), None


@settings(max_examples=60)
@given(st.binary(max_size=60))
def test_every_byte_string_comes_back(data):
    assert to_bytes(decode(BYTES, encode(BYTES, from_bytes(data)))) == data


@settings(max_examples=10)
@given(st.binary(min_size=1, max_size=3), st.integers(1, 400))
def test_long_and_repetitive_byte_strings_come_back(data, times):
    assert to_bytes(decode(BYTES, encode(BYTES, from_bytes(data * times)))) == data * times


shares = st.lists(st.integers(1, 1000), min_size=2, max_size=9)


@given(shares, st.lists(st.integers(0, 8), max_size=80))
def test_the_stack_gives_back_in_reverse_and_takes_log2_of_the_share(shares, message):
    total, bits = sum(shares), 14
    shares[0] += 2**bits - total
    message = [symbol % len(shares) for symbol in message]
    starts = [sum(shares[:i]) for i in range(len(shares))]
    stack = Rans(bits)
    for symbol in message:
        stack.push(starts[symbol], shares[symbol])
    ideal = sum(bits - math.log2(shares[symbol]) for symbol in message)
    assert 32 * len(stack.words) + math.log2(stack.state) - 31 == pytest.approx(ideal, abs=0.01 * len(message) + 1e-9)
    stack = Rans.from_bytes(stack.to_bytes(), bits)
    for symbol in reversed(message):
        assert starts[symbol] <= stack.peek() < starts[symbol] + shares[symbol]
        stack.pop(starts[symbol], shares[symbol])
    assert stack.empty


@pytest.mark.parametrize("smoothing", [WittenBell(), KneserNey(0.7)], ids=str)
def test_length_is_the_models_cross_entropy_on_held_out_text(smoothing):
    text = from_bytes(" ".join(dir(torch)).encode())
    train, held_out = text[0, 1200:], text[:, :1200]
    for model in (NGram(train, 256, 3, smoothing), AdaptiveNGram(256, 3, smoothing)):
        code = encode(model, held_out)
        ideal = -model.log_prob(held_out).item() / math.log(2)
        assert ideal <= 8 * len(code) < 1.001 * ideal + OVERHEAD
        assert torch.equal(decode(model, code), held_out)


def test_a_wrong_model_costs_the_kl_in_real_bytes():
    p, q = [0.7, 0.2, 0.1], [0.2, 0.2, 0.6]
    x = torch.tensor([0] * 1400 + [1] * 400 + [2] * 200)[None]
    right, wrong = (8 * len(encode(Memoryless(model), x)) for model in (p, q))
    assert right == pytest.approx(2000 * entropy(p), abs=OVERHEAD)
    assert wrong == pytest.approx(2000 * cross_entropy(p, q), abs=OVERHEAD)
    assert wrong - right == pytest.approx(2000 * kl(p, q), abs=64)


@pytest.mark.parametrize("output", [Categorical(5), DiscretizedLogisticMixture(5, 2)], ids=str)
def test_a_network_codes_a_batch_of_images_in_its_own_order(output):
    with seeded(1):
        model = MADE(MaskedMLP(12, (32,), output.size, ordering=torch.randperm(12)), output)
        x = torch.randint(5, (40, 12)).float()
    columns = x[:, model.order]
    code = encode(model, columns)
    assert torch.equal(decode(model, code)[:, model.order.argsort()], x)
    assert decode(model, code).dtype == torch.float32
    ideal = -model.log_prob(x).sum().item() / math.log(2)
    assert ideal <= 8 * len(code) <= 1.001 * ideal + OVERHEAD
    shuffled = encode(model, x)  # columns in the wrong order: still lossless, but not what the likelihood promises
    assert torch.equal(decode(model, shuffled), x)


class Forgetful(torch.nn.Module):
    """A bigram with random logits and dropout."""

    output = Categorical(9)

    def __init__(self):
        super().__init__()
        self.logits = torch.nn.Embedding(9, 9)
        self.dropout = torch.nn.Dropout(0.5)

    def start(self, n):
        return torch.zeros(n, 9), None

    def step(self, state, x_t):
        return self.dropout(self.logits(x_t)), None


def test_dropout_is_off_while_coding_and_the_mode_comes_back():
    with seeded(0):
        model = Forgetful().train()
        x = torch.randint(9, (4, 60))
        code = encode(model, x)
        assert torch.equal(decode(model, code), x) and model.training
        assert code == encode(model.eval(), x) and not model.training


def test_nothing_to_send_takes_a_header_only():
    empty = torch.empty(1, 0, dtype=torch.int64)
    code = encode(BYTES, empty)
    assert len(code) < 30 and torch.equal(decode(BYTES, code), empty)


class Trembling(Memoryless):
    """Probabilities that differ in the seventh digit from one call to the next, as sums in another order do."""

    calls = 0

    def step(self, state, x_t):
        Trembling.calls += 1
        tremble = 1e-6 * math.sin(Trembling.calls)
        return self.logits + tremble * torch.arange(len(self.logits)).flip(0).expand(len(x_t), -1), None


def test_a_model_whose_floats_differ_between_writer_and_reader_is_noticed():
    x = torch.randint(40, (1, 3000), generator=torch.Generator().manual_seed(0))
    trembling = Trembling([1 / 40] * 40)
    code = encode(trembling, x)
    with pytest.raises(ValueError, match="another model"):
        decode(trembling, code)


def test_another_model_is_noticed():
    x = from_bytes(b"the quick brown fox jumps over the lazy dog")
    code = encode(BYTES, x)
    with pytest.raises(ValueError, match="another model"):
        decode(AdaptiveNGram(256, 2, WittenBell()), code)
    with pytest.raises(ValueError, match="another model"):
        decode(AdaptiveNGram(256, 3, Additive(1.0)), code)


CODE = encode(BYTES, from_bytes(b"abracadabra " * 5))


@given(st.integers(0, len(CODE) - 1), st.integers(1, 255))
def test_any_changed_byte_is_noticed(position, change):
    damaged = bytearray(CODE)
    damaged[position] ^= change
    with pytest.raises(ValueError, match=r"damaged|begin like"):
        decode(BYTES, bytes(damaged))


@given(st.integers(0, len(CODE) - 1))
def test_any_cut_is_noticed(length):
    with pytest.raises(ValueError, match=r"cut short|begin like"):
        decode(BYTES, CODE[:length])


@given(st.binary(max_size=40))
def test_foreign_bytes_are_refused(data):
    with pytest.raises(ValueError, match="begin like"):
        decode(BYTES, data)
    with pytest.raises(ValueError, match="begin like"):
        decode(BYTES, gzip.compress(data))


@given(st.binary(max_size=20))
def test_a_payload_with_a_right_checksum_and_wrong_content_is_refused(payload):
    with pytest.raises(ValueError, match=r"cut short|damaged|another model"):
        decode(BYTES, wrap(torch.int64, 1, 20, payload))


@pytest.mark.parametrize(
    ("x", "sentence"),
    [
        (torch.zeros(3, dtype=torch.int64), "shape"),
        (torch.zeros(0, 3, dtype=torch.int64), "n >= 1"),
        (torch.tensor([[256]]), "0 to 255"),
        (torch.tensor([[-1]]), "0 to 255"),
        (torch.tensor([[0.5]]), "whole numbers"),
        (torch.tensor([[math.nan]]), "NaN"),
        (torch.tensor([[1.0]], dtype=torch.float64), "int64 or float32"),
        (b"bytes", "int64 or float32"),
    ],
    ids=str,
)
def test_bad_messages_get_one_sentence(x, sentence):
    with pytest.raises((TypeError, ValueError), match=sentence):
        encode(BYTES, x)


def test_bad_codes_and_stacks_get_one_sentence():
    with pytest.raises(TypeError, match="bytes"):
        decode(BYTES, "text")
    with pytest.raises(ValueError, match="bits is 31"):
        Rans(31)
    with pytest.raises(ValueError, match="cut short"):
        Rans.from_bytes(b"123", 24)
    with pytest.raises(ValueError, match="damaged"):
        Rans.from_bytes(bytes(8), 24)
