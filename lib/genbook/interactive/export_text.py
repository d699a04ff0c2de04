"""A trained character model as one small file that the live figure reads."""

import torch
from safetensors.torch import save

from genbook.autoregressive import CharRNN, Tokens
from genbook.data import ALPHABET
from genbook.nn.outputs import Categorical


def char_bytes(model: CharRNN, dtype: torch.dtype = torch.float16) -> bytes:
    """Return the weights of `model` as a safetensors file, in half precision by default.

    Raises:
        TypeError: `model` is no `CharRNN` with `Tokens` in and a softmax out.
        ValueError: it has several layers or another alphabet than `genbook.data.ALPHABET`.
    """
    if not isinstance(model, CharRNN) or not isinstance(model.inputs, Tokens):
        raise TypeError(f"model is a {type(model).__name__}, expected a genbook.autoregressive.CharRNN over Tokens.")
    if not isinstance(model.output, Categorical):
        raise TypeError(f"the model's output is {model.output}, expected Categorical: one logit a character.")
    if model.lstm.num_layers != 1 or model.output.levels != len(ALPHABET):
        raise ValueError(
            f"the model has {model.lstm.num_layers} layers and {model.output.levels} characters, expected 1 layer and "
            f"the {len(ALPHABET)} characters of genbook.data.ALPHABET."
        )
    return save({name: tensor.detach().cpu().to(dtype).contiguous() for name, tensor in model.state_dict().items()})
