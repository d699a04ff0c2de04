"""The states of every global random generator, as tensors."""

import random
from math import isnan

import numpy as np
import torch
from torch import Tensor


def generator_states() -> dict[str, Tensor]:
    """Return the states of torch's generators (CPU, this process's GPU), Python's and numpy's.

    >>> states = generator_states()
    >>> a = (torch.rand(()).item(), random.random(), np.random.rand())
    >>> set_generator_states(states)
    >>> a == (torch.rand(()).item(), random.random(), np.random.rand())
    True
    """
    _, words, gauss = random.getstate()
    _, keys, position, has_gauss, cached = np.random.get_state()
    states = {
        "torch": torch.get_rng_state(),
        "python": torch.tensor(words, dtype=torch.int64),  # (625,)
        "python_gauss": torch.tensor(float("nan") if gauss is None else gauss, dtype=torch.float64),
        "numpy": torch.tensor([*keys.tolist(), position, has_gauss], dtype=torch.int64),  # (626,)
        "numpy_gauss": torch.tensor(cached, dtype=torch.float64),
    }
    if torch.cuda.is_available():
        states["cuda"] = torch.cuda.get_rng_state()
    if torch.backends.mps.is_available():
        states["mps"] = torch.mps.get_rng_state()
    return states


def set_generator_states(states: dict[str, Tensor]) -> None:
    """Put every generator back where `generator_states` found it; a GPU that is not here is left out."""
    torch.set_rng_state(states["torch"])
    gauss = states["python_gauss"].item()  # nan stands for none
    random.setstate((3, tuple(states["python"].tolist()), None if isnan(gauss) else gauss))
    *keys, position, has_gauss = states["numpy"].tolist()
    np.random.set_state(("MT19937", np.array(keys, dtype=np.uint32), position, has_gauss, states["numpy_gauss"].item()))
    if "cuda" in states and torch.cuda.is_available():
        torch.cuda.set_rng_state(states["cuda"])
    if "mps" in states and torch.backends.mps.is_available():
        torch.mps.set_rng_state(states["mps"])
