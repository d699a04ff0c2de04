"""The book's two small classifiers: their features and probabilities are what sample quality is measured with."""

from importlib.resources import files

import torch
from safetensors.torch import load as read_tensors
from torch import Tensor, nn

from genbook.checks import check_batch, check_finite


class ConvClassifier(nn.Module):
    """A convolutional classifier of square grey images with 64 features before its last layer.

    Images have levels from 0 to `top` and come as rows (B, size * size) or as (B, 1, size, size). Each of three blocks
    is convolution, batch normalisation, ReLU; the first two halve the image, the last is pooled to 2x2.
    """

    def __init__(self, size: int, top: float, classes: int, width: int = 32) -> None:
        super().__init__()
        self.size, self.top = size, top
        self.blocks = nn.Sequential(
            _block(1, width),
            nn.MaxPool2d(2),
            _block(width, 2 * width),
            nn.MaxPool2d(2),
            _block(2 * width, 2 * width),
            nn.AdaptiveAvgPool2d(2),
            nn.Flatten(),
            nn.Linear(8 * width, 64),
            nn.ReLU(),
        )
        self.head = nn.Sequential(nn.Dropout(0.3), nn.Linear(64, classes))

    def features(self, x: Tensor) -> Tensor:
        """Return the 64 numbers that the last layer sees, shape (B, 64), each at least 0.

        Raises:
            TypeError, ValueError: wrong dtype or shape, no images, NaN, or levels outside 0 to `top`.
        """
        if isinstance(x, Tensor) and x.dim() == 2:
            check_batch(x, (self.size**2,))
            x = x.unflatten(1, (1, self.size, self.size))
        check_batch(x, (1, self.size, self.size))
        check_finite(x)
        low, high = x.min().item(), x.max().item()
        if low < 0 or high > self.top:
            raise ValueError(
                f"x holds levels from {low:g} to {high:g}, expected 0 to {self.top:g}: rescale or clip the images."
            )
        return self.blocks(2 * x / self.top - 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits of the classes, shape (B, classes); `softmax(-1)` turns them into probabilities.

        Raises:
            TypeError, ValueError: as `features`.
        """
        return self.head(self.features(x))


def _block(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


def new_digit_classifier() -> ConvClassifier:
    """Return the untrained network for the digits: 8x8 pixels, grey levels 0 to 16, ten classes."""
    return ConvClassifier(size=8, top=16, classes=10)


def new_glyph_classifier() -> ConvClassifier:
    """Return the untrained network for the glyphs: 28x28 pixels, levels 0 to 255, 36 letters and digits."""
    return ConvClassifier(size=28, top=255, classes=36)


def digit_classifier() -> ConvClassifier:
    """Return the trained classifier of the 8x8 digits with grey levels 0 to 16, in evaluation mode, on the CPU.

    Its card, `weights/digit-classifier.json`, states its accuracy on the test split.

    >>> from genbook.data import digits
    >>> test = digits().test
    >>> digit_classifier().features(test.x[:5]).shape
    torch.Size([5, 64])
    >>> digit_classifier()(test.x[:5]).argmax(-1).tolist() == test.y[:5].tolist()
    True
    """
    return _trained(new_digit_classifier(), "digit-classifier")


def glyph_classifier() -> ConvClassifier:
    """Return the trained classifier of 28x28 grey glyphs with levels 0 to 255, in evaluation mode, on the CPU.

    Class k is character k of `genbook.data.glyphs`. Its card, `weights/glyph-classifier.json`, states its accuracy on
    glyphs of a seed of their own.
    """
    return _trained(new_glyph_classifier(), "glyph-classifier")


def _trained(model: ConvClassifier, name: str) -> ConvClassifier:
    content = (files("genbook") / "weights" / f"{name}.safetensors").read_bytes()
    model.load_state_dict(read_tensors(content))  # in single precision, though they are stored in half
    return model.eval().requires_grad_(False)


def accuracy(model: nn.Module, x: Tensor, y: Tensor) -> float:
    """Return the share of images `x` (N, ...) whose most probable class is `y` (N,), int64.

    Raises:
        ValueError: labels and images differ in number, or there are none.
    """
    if len(x) != len(y) or len(x) == 0:
        raise ValueError(f"there are {len(x)} images and {len(y)} labels, expected equal numbers of at least one.")
    with torch.no_grad():
        guesses = torch.cat([model(part).argmax(-1) for part in x.split(512)])
    return float((guesses == y).float().mean())
