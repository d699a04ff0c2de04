"""Attention by hand and by loops, the fused kernel against its equation, rotations, and what they cost."""

import math

import pytest
import torch

from genbook.autoregressive.attention import MultiHead, attention, causal_mask, fused_attention, multiply_adds
from genbook.autoregressive.positions import Learned, Rotary, line, raster
from genbook.numerics import seeded


def qkv(t, s, d=8, heads=3, batch=2):
    g = torch.Generator().manual_seed(0)
    return tuple(torch.randn(batch, heads, n, d, generator=g, dtype=torch.float64) for n in (t, s, s))


def test_two_positions_by_hand():
    """Scores 0 and ln 3 at d = 1: the second position sees weights 1/4 and 3/4, the first only itself."""
    q, k, v = torch.ones(2, 1), torch.tensor([[0.0], [math.log(3)]]), torch.tensor([[8.0], [4.0]])
    torch.testing.assert_close(attention(q, k, v), torch.tensor([[8.0], [5.0]]))


def test_attention_is_its_definition_in_loops():
    q, k, v = qkv(3, 5)
    found = attention(q, k, v)
    for b in range(2):
        for h in range(3):
            for i in range(3):
                sees = range(i + 3)  # query i sits at position 5 - 3 + i
                weights = [math.exp(float(q[b, h, i] @ k[b, h, j]) / math.sqrt(8)) for j in sees]
                mean = sum(w * v[b, h, j] for w, j in zip(weights, sees, strict=True)) / sum(weights)
                torch.testing.assert_close(found[b, h, i], mean)


@pytest.mark.parametrize(("t", "s"), [(1, 1), (1, 9), (7, 7), (3, 9)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_fused_kernel_is_the_equation(t, s, dtype):
    q, k, v = (x.to(dtype).requires_grad_() for x in qkv(t, s))
    spelled_out, fused = attention(q, k, v), fused_attention(q, k, v)
    torch.testing.assert_close(fused, spelled_out, rtol=1e-5, atol=1e-5)
    for a, b in zip(*(torch.autograd.grad(y.square().sum(), (q, k, v)) for y in (fused, spelled_out)), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5)


def test_scores_far_out_do_not_overflow():
    q, k, v = qkv(6, 6)
    assert attention(200 * q, 200 * k, v).isfinite().all()


def test_the_mask_hides_the_future_and_nothing_else():
    assert torch.equal(causal_mask(torch.zeros(4, 1), 4) == 0, torch.ones(4, 4).tril().bool())
    assert torch.equal(causal_mask(torch.zeros(1, 1), 5), torch.zeros(1, 5))


def test_one_head_is_attention_between_linear_maps_and_heads_split_the_width():
    with seeded(0):
        layer, h = MultiHead(6, 2, attention), torch.randn(2, 4, 6)
    q, k, v = layer.qkv(h).chunk(3, -1)
    heads = [attention(*(x[..., 3 * i : 3 * i + 3] for x in (q, k, v))) for i in range(2)]
    torch.testing.assert_close(layer(h, lambda x: x), layer.join(torch.cat(heads, -1)))


def test_rotations_keep_lengths_and_see_differences_only():
    rotary = Rotary(line(40), 8).double()
    q, k, _ = qkv(40, 40)
    torch.testing.assert_close(rotary.turn(q, 0).norm(dim=-1), q.norm(dim=-1))
    same_q, same_k = q[:, :, :1].expand(-1, -1, 40, -1), k[:, :, :1].expand(-1, -1, 40, -1)
    scores = rotary.turn(same_q, 0) @ rotary.turn(same_k, 0).transpose(-2, -1)
    for shift in (-3, 0, 5):
        diagonal = scores.diagonal(shift, -2, -1)
        torch.testing.assert_close(diagonal, diagonal[..., :1].expand_as(diagonal), rtol=1e-5, atol=1e-5)
    assert (scores[..., 0, 5] - scores[..., 0, 3]).abs().min() > 1e-3


def test_a_rotation_by_hand():
    """Two pairs, rates 1 and 1/100: at position 2 numbers (1, 0 | 0, 1) turn by 2 and by 0.02."""
    found = Rotary(line(3), 4).turn(torch.tensor([1.0, 0.0, 0.0, 1.0]).view(1, 1, 1, 4), first=2).flatten()
    torch.testing.assert_close(found, torch.tensor([math.cos(2), -math.sin(0.02), math.sin(2), math.cos(0.02)]))


def test_on_a_grid_rows_and_columns_turn_different_pairs():
    rotary = Rotary(raster(4, 4), 8, base=10.0)
    x = torch.ones(1, 1, 16, 8)
    turned = rotary.turn(x, 0).view(4, 4, 8)
    pairs = turned.unflatten(-1, (2, 4)).movedim(-1, 0)  # (pair, row, column, 2)
    for pair in (0, 1):
        torch.testing.assert_close(pairs[pair][:, :1].expand(4, 4, 2), pairs[pair])  # equal along a row
    for pair in (2, 3):
        torch.testing.assert_close(pairs[pair][:1].expand(4, 4, 2), pairs[pair])


@pytest.mark.parametrize("coordinates", [line(12), raster(3, 4)])
def test_positions_further_on_are_a_slice(coordinates):
    with seeded(0):
        ways, h, x = (Learned(coordinates, 8), Rotary(coordinates, 4)), torch.randn(2, 12, 8), torch.randn(2, 2, 12, 4)
    for way in ways:
        torch.testing.assert_close(way.place(h[:, 5:9], 5), way.place(h, 0)[:, 5:9])
        torch.testing.assert_close(way.turn(x[:, :, 5:9], 5), way.turn(x, 0)[:, :, 5:9])


def test_counted_multiply_adds_of_attention():
    q, k, v = qkv(10, 10, d=4, heads=1, batch=1)
    assert multiply_adds(lambda: attention(q, k, v)) == 10 * 10 * 4 * 2


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda: MultiHead(10, 3), ValueError, "width is 10 and heads 3"),
        (lambda: Rotary(raster(2, 2), 6), ValueError, "multiple of 4"),
        (lambda: Learned(torch.rand(4, 1), 8), TypeError, "torch.float32"),
        (lambda: Learned(torch.arange(4), 8), ValueError, "coordinates have shape"),
        (lambda: line(0), ValueError, "length is 0"),
    ],
)
def test_bad_input_gets_one_sentence(call, error, sentence):
    with pytest.raises(error, match=sentence):
        call()
