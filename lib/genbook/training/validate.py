"""Watch a number on held-out data, and keep the weights that did best."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from math import inf, isnan
from typing import Any

import torch
from torch import Tensor, nn

from genbook.checks import check_count
from genbook.numerics import seeded
from genbook.training import distributed
from genbook.training.run import Run, in_mode


class Validate:
    """Callback: measure `fn(module)` (lower is better) every `every` steps and after the last; keep the best weights.

    The number goes to `history.metrics[name]`. At the end of the run `module` gets back the weights with the lowest
    number. `fn` sees the module in evaluation mode, without gradients, and with the generators seeded equally each
    time, so that what differs between two measurements is the model; the noise of training is not disturbed.

    Args:
        fn: module -> a number, for instance `lambda model: -model.log_prob(x_valid).mean()`.
        every: steps between measurements.
        module: what is measured and kept, for instance `ema.module`; by default the module that is trained.
        patience: end the run after so many measurements without a new best; by default never.
        name: the name in the history.

    Raises:
        TypeError, ValueError: an argument is unusable; during the run: `fn` returned no number, or NaN.
    """

    def __init__(
        self,
        fn: Callable[[Any], Tensor | float],
        every: int,
        module: nn.Module | None = None,
        patience: int | None = None,
        name: str = "valid",
    ) -> None:
        if not callable(fn):
            raise TypeError(f"fn is a {type(fn).__name__}, expected a function from a module to a number.")
        if module is not None and not isinstance(module, nn.Module):
            raise TypeError(f"module is a {type(module).__name__}, expected a torch.nn.Module or None.")
        check_count(every, "every")
        if patience is not None:
            check_count(patience, "patience")
        self.fn, self.every, self.module, self.patience, self.name = fn, every, module, patience, name
        self.best, self.best_step, self._weights, self._waited = inf, -1, {}, 0

    def start(self, run: Run) -> None:
        """Forget an earlier run."""
        self.best, self.best_step, self._weights, self._waited = inf, -1, {}, 0

    def after_step(self, run: Run) -> None:
        """Measure when it is time, and remember the weights of a new best."""
        if run.step % self.every and run.step < run.steps:
            return
        module = self._module(run)
        value = self._measure(module, run.step)
        run.history.add(self.name, run.step, value)
        if value < self.best:
            self.best, self.best_step, self._waited = value, run.step, 0
            self._weights = deepcopy(module.state_dict())
        else:
            self._waited += 1
            run.stop = run.stop or (self.patience is not None and self._waited >= self.patience)

    def end(self, run: Run) -> None:
        """Give the module its best weights."""
        if self._weights:
            self._module(run).load_state_dict(self._weights)

    def state_dict(self) -> dict[str, Any]:
        """Return the best number, its step and its weights."""
        return {"best": (self.best, self.best_step, self._waited), "weights": self._weights}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what `state_dict` returned."""
        self.best, self.best_step, self._waited = state["best"]
        self._weights = state["weights"]

    def _module(self, run: Run) -> nn.Module:
        return run.module if self.module is None else self.module

    def _measure(self, module: nn.Module, step: int) -> float:
        with in_mode(module, training=False), torch.no_grad(), seeded(0):
            value = self.fn(module)
        if isinstance(value, bool) or not isinstance(value, (int, float, Tensor)):
            raise TypeError(f"{self.name} at step {step} is a {type(value).__name__}, expected a number.")
        if isinstance(value, Tensor) and value.numel() != 1:
            raise ValueError(f"{self.name} at step {step} has shape {tuple(value.shape)}, expected one number.")
        number = distributed.agreed(float(value), next(module.parameters()).device)
        if isnan(number):
            raise FloatingPointError(f"{self.name} is nan at step {step}, expected a number.")
        return number
