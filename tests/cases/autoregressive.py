"""Cases of the chapter `autoregressive`."""

from collections.abc import Callable
from typing import Any

import torch

from genbook.autoregressive import (
    MADE,
    NADE,
    RNADE,
    ChannelLogisticMixture,
    DilatedStack,
    DownUpStreams,
    GatedStacks,
    KneserNey,
    MaskedStack,
    MLPNGram,
    MuLaw,
    NGram,
    OrderingEnsemble,
    PixelCNN,
    WaveNet,
)
from genbook.autoregressive.char_rnn import CharRNN
from genbook.autoregressive.gpt import GPT, Decoder
from genbook.autoregressive.inputs import Tokens, Values
from genbook.autoregressive.orderings import draw_orderings
from genbook.autoregressive.positions import Learned, Rotary, line, raster
from genbook.nn import MaskedMLP
from genbook.nn.outputs import Bernoulli, Categorical, DiscretizedLogisticMixture, Gaussian, GaussianMixture, Output
from genbook.numerics import seeded
from tests.cases import Case, lively


def made(output: Output, dim: int, levels: int | None = None, hidden: tuple[int, ...] = (16, 12)) -> Case:
    """A MADE in a shuffled order, with dropout and direct connections, over values that its output can take."""
    with seeded(0):
        network = MaskedMLP(dim, hidden, output.size, torch.randperm(dim), direct=True, dropout=0.1)
        model = lively(MADE(network, output), 3.0 if levels else 1.0)
        batch = torch.randint(levels, (5, dim)).float() if levels else torch.randn(5, dim)
    return Case(model, batch, levels, None if levels else ([-60.0] * dim, [60.0] * dim))


def nade(output: Output, dim: int, levels: int) -> Case:
    """A NADE whose dimension is no multiple of its chunk, in a shuffled order."""
    with seeded(1):
        model = lively(NADE(dim, 8, output, torch.randperm(dim)), 2.0)
        batch = torch.randint(levels, (5, dim)).float()
    return Case(model, batch, levels)


def rnade() -> Case:
    """A RNADE of two variables, the second first."""
    with seeded(2):
        model = RNADE(2, 10, 3, torch.tensor([1, 0])).eval()
        batch = torch.randn(5, 2)
    return Case(model, batch, box=([-60.0] * 2, [60.0] * 2))


def ensemble() -> Case:
    """A mixture over three orders."""
    with seeded(3):
        model = lively(MADE(MaskedMLP(6, (16,)), Bernoulli()))
        batch = torch.randint(2, (5, 6)).float()
        orders = draw_orderings(3, 6)
    return Case(OrderingEnsemble(model, orders).eval(), batch, 2)


def pixelcnn(network: type, output: Output | ChannelLogisticMixture, shape: tuple[int, int, int], **sizes: Any) -> Case:
    """A PixelCNN of two levels over images of `shape`."""
    with seeded(4):
        model = PixelCNN(network(shape[0], output.size * sizes.get("colours", 1), 12, **sizes), output, shape)
        batch = torch.randint(2, (5, *shape)).float()
    return Case(lively(model, 1.5), batch, 2)


SYMBOLS = {"conditionals_see_only_the_past": "symbols have no Jacobian: the model's own tests change them one by one"}


def char_rnn(text: bool) -> Case:
    """An LSTM of two layers over three symbols, read as text or as values."""
    output = Categorical(3)
    with seeded(5):
        inputs = Tokens(3, 4) if text else Values(lambda x: output.embed(x)[..., None], 1, 4)
        model = lively(CharRNN(inputs, output, 8, layers=2, dropout=0.1, length=5), 2.0)
        batch = torch.randint(3, (5, 5)).to(inputs.dtype)
    return Case(model, batch, 3, exempt=SYMBOLS if text else {})


def gpt(output: Output, tied: bool | None = None) -> Case:
    """A Transformer over six values of a 2 x 3 image, or, where `tied` says how logits are read off, over symbols."""
    with seeded(6):
        table = raster(2, 3) if tied is None else line(6)
        decoder = Decoder(8, 2, 2, [Learned(table, 8), Rotary(table, 4)], dropout=0.1)
        inputs = Values(lambda x: output.embed(x)[..., None], 1, 8) if tied is None else Tokens(output.levels, 8)
        model = lively(GPT(inputs, decoder, output, bool(tied)), 3.0)
        batch = torch.randint(output.levels, (5, 6)).to(inputs.dtype)
    return Case(model, batch, output.levels, exempt={} if tied is None else SYMBOLS)


def counted() -> Case:
    """A trigram of three symbols, counted on random text."""
    with seeded(7):
        model = NGram(torch.randint(3, (300,)), 3, 3, KneserNey(0.6), length=4)
        batch = torch.randint(3, (5, 4))
    return Case(model.eval(), batch, 3, exempt=SYMBOLS | {"loss_has_gradients": "counts are no parameters"})


def mlp_ngram() -> Case:
    """A trigram of three symbols by a network."""
    with seeded(7):
        model = lively(MLPNGram(3, 3, 4, 8, dropout=0.1, length=4))
        batch = torch.randint(3, (5, 4))
    return Case(model, batch, 3, exempt=SYMBOLS)


def wavenet(output: Output, length: int, code: MuLaw | None = None, **sizes: Any) -> Case:
    """A WaveNet of few samples, with a kernel and dilations that reach beyond the beginning."""
    with seeded(6):
        inputs = 1 if code is None else 2
        model = WaveNet(DilatedStack(inputs, output.size, 8, (1, 2, 4), 6, **sizes), output, length, code)
        batch = torch.randint(output.levels, (5, length)).float()
    return Case(lively(model, 2.0), batch, output.levels)


CASES: dict[str, Callable[[], Case]] = {
    "made": lambda: made(Bernoulli(), 8, 2),
    "made/categorical": lambda: made(Categorical(5), 3, 5),
    "made/logistic-mixture": lambda: made(DiscretizedLogisticMixture(7, 3), 3, 7),
    "made/gaussian": lambda: made(Gaussian(), 2),
    "made/gaussian-mixture": lambda: made(GaussianMixture(3), 2),
    "made/ensemble": ensemble,
    "nade": lambda: nade(Bernoulli(), 10, 2),
    "nade/categorical": lambda: nade(Categorical(4), 4, 4),
    "nade/rnade": rnade,
    "pixelcnn": lambda: pixelcnn(MaskedStack, Bernoulli(), (1, 3, 4), kernels=(5, 3, 3)),
    "pixelcnn/colour": lambda: pixelcnn(MaskedStack, Bernoulli(), (3, 2, 2), kernels=(3, 3), colours=3),
    "gated-pixelcnn": lambda: pixelcnn(GatedStacks, Bernoulli(), (1, 3, 4), kernels=(5, 3, 3)),
    "gated-pixelcnn/colour": lambda: pixelcnn(GatedStacks, Bernoulli(), (3, 2, 2), kernels=(3, 3), colours=3),
    "pixelcnn++": lambda: pixelcnn(DownUpStreams, DiscretizedLogisticMixture(2, 3), (1, 2, 4)),
    "pixelcnn++/colour": lambda: pixelcnn(DownUpStreams, ChannelLogisticMixture(2, 3), (3, 2, 2)),
    "ngram": counted,
    "ngram/mlp": mlp_ngram,
    "char-rnn": lambda: char_rnn(text=True),
    "char-rnn/values": lambda: char_rnn(text=False),
    "gpt": lambda: gpt(Categorical(3), tied=False),
    "gpt/tied": lambda: gpt(Categorical(3), tied=True),
    "gpt/bits": lambda: gpt(Bernoulli()),
    "gpt/logistic-mixture": lambda: gpt(DiscretizedLogisticMixture(3, 2)),
    "wavenet": lambda: wavenet(Bernoulli(), 9),
    "wavenet/mu-law": lambda: wavenet(Categorical(4), 5, MuLaw(4), kernel=3),
    "wavenet/logistic-mixture": lambda: wavenet(DiscretizedLogisticMixture(5, 2), 4),
}
