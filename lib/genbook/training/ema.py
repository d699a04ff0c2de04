"""An average of the weights along training."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import torch
from torch import nn

from genbook.training.run import Run


class EMA:
    """Callback: `ema.module` is a copy of `module` whose parameters are an exponential moving average.

    After t updates its parameters are sum_i decay^(t-i) theta_i / sum_i decay^(t-i), i = 1..t: the average of
    Polyak and Juditsky (1992) with forgetting, and the bias correction of Kingma and Ba (2015, section 3), so that
    the initial weights have no part in it. Buffers (running statistics) are copied. The copy is in evaluation
    mode and has no gradients.

    Raises:
        TypeError, ValueError: `module` is no module, or `decay` is not in [0, 1); when the run starts: it trains
            another module.

    >>> model = nn.Linear(2, 2)
    >>> ema = EMA(model, decay=0.999)
    >>> ema.module.weight.requires_grad
    False
    """

    def __init__(self, module: nn.Module, decay: float = 0.999) -> None:
        if not isinstance(module, nn.Module):
            raise TypeError(f"module is a {type(module).__name__}, expected the torch.nn.Module that is trained.")
        if isinstance(decay, bool) or not isinstance(decay, (int, float)):
            raise TypeError(f"decay is {decay!r}, expected a number from 0 to below 1, such as 0.999.")
        if not 0 <= decay < 1:
            raise ValueError(f"decay is {decay}, expected a number from 0 to below 1, such as 0.999.")
        self._source = module
        self.decay = decay
        self.updates = 0
        self.module = deepcopy(module).eval().requires_grad_(False)

    def start(self, run: Run) -> None:
        """Begin with the weights that training begins with; they must be among those that the run moves."""
        moved = {id(parameter) for parameter in run.module.parameters()}
        if not any(id(parameter) in moved for parameter in self._source.parameters()):
            raise ValueError(
                f"EMA follows a {type(self._source).__name__} that this run does not train, "
                "expected the trained module or a part of it: build EMA from that."
            )
        if self.updates == 0:
            self.module.load_state_dict(self._source.state_dict())

    @torch.no_grad()
    def after_step(self, run: Run) -> None:
        """Move the average towards the weights of this step."""
        self.updates += 1
        weight = (1 - self.decay) / (1 - self.decay**self.updates)
        average, now = list(self.module.parameters()), list(self._source.parameters())
        torch._foreach_lerp_(average, now, weight)
        for mine, theirs in zip(self.module.buffers(), self._source.buffers(), strict=True):
            mine.copy_(theirs)

    def state_dict(self) -> dict[str, Any]:
        """Return the averaged weights and how many updates they hold."""
        return {"module": self.module.state_dict(), "updates": self.updates}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what `state_dict` returned."""
        self.module.load_state_dict(state["module"])
        self.updates = state["updates"]
