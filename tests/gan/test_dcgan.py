"""Convolutional players: shapes, the rules of the architecture, and the transposed convolution as a transpose."""

import pytest
import torch
from torch import nn
from torch.nn.functional import conv2d, conv_transpose2d

from genbook.gan import DCGANCritic, DCGANFeatures, DCGANGenerator, convolution_matrix
from genbook.numerics import seeded


@pytest.mark.parametrize("size, channels", [(16, 1), (28, 1), (32, 3)])
def test_the_generator_grows_images_that_the_critic_takes(size: int, channels: int) -> None:
    x = DCGANGenerator(5, 3, size, channels)(torch.randn(4, 5))
    assert x.shape == (4, channels, size, size) and x.abs().max() <= 1
    assert DCGANCritic(3, size, channels)(x).shape == (4,)


def test_the_first_layer_is_a_transposed_convolution_of_one_pixel() -> None:
    with seeded(0):
        generator = DCGANGenerator(5, 3)
        z = torch.randn(2, 5)
    kernel = generator.network[0].weight.T.reshape(5, 6, 7, 7)
    grown = conv_transpose2d(z[:, :, None, None], kernel)
    torch.testing.assert_close(generator.network[:2](z), grown, rtol=1e-5, atol=1e-7)


def test_weights_begin_as_the_paper_says() -> None:
    with seeded(0):
        players = nn.ModuleList([DCGANGenerator(32, 32), DCGANCritic(32)])
    for part in players.modules():
        if isinstance(part, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)) and part.weight.numel() > 500:
            assert abs(part.weight.std() / 0.02 - 1) < 0.1
        if isinstance(part, nn.BatchNorm2d):
            assert abs(part.weight.mean() - 1) < 0.02 and part.weight.std() < 0.04


def test_batch_norm_stands_everywhere_but_at_the_images() -> None:
    generator, critic = DCGANGenerator(4, 3), DCGANFeatures(3)
    kinds = [[type(part).__name__ for part in player.network] for player in (generator, critic)]
    assert [kind for kind in kinds[0] if kind == "BatchNorm2d"] == ["BatchNorm2d"] * 2 and kinds[0][-1] == "Tanh"
    assert kinds[0][-2] == "ConvTranspose2d" and kinds[1][:2] == ["Conv2d", "LeakyReLU"]
    assert kinds[1].count("BatchNorm2d") == 1
    assert not any(isinstance(part, nn.BatchNorm2d) for part in DCGANFeatures(3, normalise=False).modules())


@pytest.mark.parametrize("k, stride, padding, size", [(4, 2, 1, 8), (3, 1, 1, 5), (3, 2, 0, 7), (2, 2, 0, 4)])
def test_the_matrix_convolves_and_its_transpose_is_the_transposed_convolution(k, stride, padding, size) -> None:
    with seeded(1):
        kernel, x = torch.randn(k, k).double(), torch.randn(1, 1, size, size).double()
    matrix = convolution_matrix(kernel, size, stride, padding)
    y = conv2d(x, kernel[None, None], stride=stride, padding=padding)
    torch.testing.assert_close(matrix @ x.flatten(), y.flatten())
    back = conv_transpose2d(y, kernel[None, None], stride=stride, padding=padding)
    torch.testing.assert_close((matrix.T @ y.flatten()).view_as(back), back)
    assert not torch.allclose(back, x)  # it is the transpose, not the inverse


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda: DCGANGenerator(4, 3, size=30), "expected a multiple of 4"),
        (lambda: DCGANGenerator(0, 3), "latents is 0"),
        (lambda: DCGANCritic(2.0), "width is 2.0"),
        (lambda: DCGANCritic(3)(torch.zeros(2, 1, 32, 32)), r"expected \(B, 1, 28, 28\)"),
        (lambda: DCGANGenerator(4, 3)(torch.zeros(2, 5)), r"z has shape \(2, 5\)"),
        (lambda: convolution_matrix(torch.zeros(2, 3), 4), "kernel has shape"),
        (lambda: convolution_matrix(torch.zeros(2, 2), 0), "size is 0"),
        (lambda: convolution_matrix([1.0], 4), "kernel is a list"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(call, sentence: str) -> None:
    with pytest.raises((TypeError, ValueError), match=sentence):
        call()
