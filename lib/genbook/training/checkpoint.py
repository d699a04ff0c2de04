"""Checkpoints: a run that was killed goes on as if it had not been."""

from __future__ import annotations

import os
import warnings
from io import BytesIO
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch

from genbook.checks import check_count
from genbook.training import distributed
from genbook.training.files import seal, unseal, write_atomic
from genbook.training.generators import generator_states, set_generator_states
from genbook.training.run import Run, check_weights


class Checkpoint:
    """Callback: save the whole run every `every` steps and at its end, and go on from the file where it is there.

    Saved are parameters, buffers, optimizers, history, the states of the other callbacks (EMA, schedule, best
    weights) and of the random generators: the same script, killed at any moment and started again, ends with the
    same weights, on a CPU bit for bit. A finished run is loaded and not repeated; delete the file to start afresh.

    Files are written whole or not at all, carry a checksum, and are read without unpickling objects. The previous
    checkpoint stays beside the new one as `<path>.previous` and takes its place, with a warning, if the new one is
    found damaged. Of several processes (one file system is assumed) the first writes.

    Raises:
        TypeError, ValueError: `every` is not a positive whole number; at the start of the run also: the file is
            damaged, or belongs to another module, other callbacks, another number of processes or a longer run.
    """

    def __init__(self, path: str | os.PathLike[str], every: int = 1000) -> None:
        check_count(every, "every")
        self.path = Path(path)
        if self.path.is_dir():
            raise ValueError(f"{self.path} is a folder, expected the name of a file: add one, such as run.pt.")
        self.every = every
        self._previous = self.path.with_name(self.path.name + ".previous")
        self._readable = False  # whether a state of these callbacks has been read back
        self._sound = False  # whether `path` may become the previous checkpoint

    def restore(self, run: Run) -> None:
        """Go on from the newest sound checkpoint, if there is one."""
        self._sound = False
        state = self._read()
        if state is None:
            return
        if state["step"] > run.steps:
            raise ValueError(
                f"{self.path} is at step {state['step']}, expected at most steps={run.steps}: "
                "ask for more steps, or delete the file to start afresh."
            )
        if len(state["generators"]) != distributed.world_size():
            raise ValueError(
                f"{self.path} was written by {len(state['generators'])} processes, expected as many as train now, "
                f"{distributed.world_size()}: start as many, or delete the file to start afresh."
            )
        try:
            self._apply(run, state)
        except (KeyError, RuntimeError, ValueError, TypeError, AttributeError) as error:
            reason = " ".join(str(error).split())[:200]
            raise ValueError(
                f"{self.path} does not fit this module, optimizer and callbacks ({reason}): "
                "build them as in the run that wrote it, or delete the file to start afresh."
            ) from error

    def save(self, run: Run) -> None:
        """Write a checkpoint when one is due."""
        if run.step % self.every and run.step < run.steps and not run.stop:
            return
        check_weights(run)
        place = next(run.module.parameters()).device
        gathered = {name: distributed.gather(each, place) for name, each in generator_states().items()}
        if distributed.rank() == 0:
            states = [{name: every[i] for name, every in gathered.items()} for i in range(distributed.world_size())]
            self._write(self._state(run) | {"generators": states})

    def _state(self, run: Run) -> dict[str, Any]:
        return {
            "step": run.step,
            "stop": run.stop,
            "module": run.module.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in run.optimizers],
            "history": run.history.state_dict(),
            "callbacks": [(type(c).__name__, c.state_dict()) for c in run.callbacks if hasattr(c, "state_dict")],
        }

    def _apply(self, run: Run, state: dict[str, Any]) -> None:
        stateful = [callback for callback in run.callbacks if hasattr(callback, "state_dict")]
        here, there = [type(c).__name__ for c in stateful], [name for name, _ in state["callbacks"]]
        if here != there:
            raise ValueError(f"it holds the states of callbacks {there}, here are {here}")
        if len(state["optimizers"]) != len(run.optimizers):
            raise ValueError(f"it holds {len(state['optimizers'])} optimizers, here are {len(run.optimizers)}")
        run.module.load_state_dict(state["module"])
        for optimizer, saved in zip(run.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        for callback, (_, saved) in zip(stateful, state["callbacks"], strict=True):
            callback.load_state_dict(saved)
        run.history.load_state_dict(state["history"])
        run.step, run.stop = state["step"], state["stop"]
        set_generator_states(state["generators"][distributed.rank()])

    def _write(self, state: dict[str, Any]) -> None:
        buffer = BytesIO()
        torch.save(state, buffer)
        if not self._readable and _loaded(buffer.getvalue()) is None:
            raise TypeError(
                "the state_dict of a callback, module or optimizer holds an object that could not be read back without "
                "unpickling, expected tensors, numbers, strings, lists and dicts only."
            )
        self._readable = True
        if self._sound:
            os.replace(self.path, self._previous)
        write_atomic(self.path, seal(buffer.getvalue()))
        self._sound = True

    def _read(self) -> dict[str, Any] | None:
        found = [path for path in (self.path, self._previous) if path.exists()]
        for path in found:
            state = _loaded(unseal(path.read_bytes()))
            if state is None:
                continue
            if path != found[0]:
                warnings.warn(f"{found[0]} is damaged: going on from {path}, the checkpoint before it.", stacklevel=2)
            self._sound = path == self.path
            return state
        if found:
            raise ValueError(
                f"{found[0]} is no whole checkpoint (cut short, changed, or another kind of file), "
                "expected one that Checkpoint wrote: delete it to start afresh."
            )
        return None


def _loaded(content: bytes | None) -> dict[str, Any] | None:
    """Return the state in a checkpoint's content, or None where it is not one that can be read without unpickling."""
    try:
        return None if content is None else torch.load(BytesIO(content), map_location="cpu", weights_only=True)
    except (UnpicklingError, RuntimeError, EOFError):
        return None
