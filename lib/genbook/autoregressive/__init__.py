"""Autoregressive models: the chain rule of probability, with a network for every conditional."""

from genbook.autoregressive.adaptive_ngram import AdaptiveNGram
from genbook.autoregressive.char_rnn import CharRNN
from genbook.autoregressive.dilated_stack import DilatedStack
from genbook.autoregressive.gated_pixelcnn import GatedStacks, LocatedStacks
from genbook.autoregressive.gpt import GPT, Decoder
from genbook.autoregressive.inputs import Tokens, Values
from genbook.autoregressive.made import MADE
from genbook.autoregressive.masked_stack import MaskedStack
from genbook.autoregressive.mlp_ngram import MLPNGram
from genbook.autoregressive.mu_law import MuLaw
from genbook.autoregressive.nade import NADE
from genbook.autoregressive.ngram import NGram
from genbook.autoregressive.orderings import OrderingEnsemble
from genbook.autoregressive.pixel_blocks import Bits, from_blocks, to_blocks
from genbook.autoregressive.pixel_code import OneHot, Thermometer
from genbook.autoregressive.pixel_output import ChannelLogisticMixture
from genbook.autoregressive.pixelcnn import PixelCNN
from genbook.autoregressive.pixelcnnpp import DownUpStreams
from genbook.autoregressive.positions import Learned, Rotary
from genbook.autoregressive.receptive_field import reach
from genbook.autoregressive.rnade import RNADE
from genbook.autoregressive.smoothing import Additive, KneserNey, WittenBell
from genbook.autoregressive.wavenet import WaveNet

__all__ = [
    "GPT",
    "MADE",
    "NADE",
    "RNADE",
    "AdaptiveNGram",
    "Additive",
    "Bits",
    "ChannelLogisticMixture",
    "CharRNN",
    "Decoder",
    "DilatedStack",
    "DownUpStreams",
    "GatedStacks",
    "KneserNey",
    "Learned",
    "LocatedStacks",
    "MLPNGram",
    "MaskedStack",
    "MuLaw",
    "NGram",
    "OneHot",
    "OrderingEnsemble",
    "PixelCNN",
    "Rotary",
    "Thermometer",
    "Tokens",
    "Values",
    "WaveNet",
    "WittenBell",
    "from_blocks",
    "reach",
    "to_blocks",
]
