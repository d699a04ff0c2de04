"""Trained weights as safetensors with a card beside them, checked by checksum; nothing is unpickled."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load as read_tensors
from safetensors.torch import save as write_tensors
from torch import Tensor, nn

from genbook.training import distributed
from genbook.training.budget import tier
from genbook.training.files import write_atomic
from genbook.training.history import History

Card = dict[str, Any]


def shipped(name: str) -> Path:
    """Return the file of the weights `name` that come with the package, whether or not it is there."""
    return Path(str(files("genbook"))) / "weights" / f"{_checked(name)}.safetensors"


def cached(name: str) -> Path:
    """Return the file in the user's cache for the weights `name`, trained at the budget in force."""
    import pooch  # noqa: PLC0415 - only where something is cached

    return Path(pooch.os_cache("genbook")) / "weights" / tier() / f"{_checked(name)}.safetensors"


def save_weights(
    module: nn.Module, name: str | Path, card: Mapping[str, Any], dtype: torch.dtype | None = None
) -> Card:
    """Write the parameters and buffers of `module`, and the card with their sha256; return the card.

    Args:
        name: a name among the shipped weights, or a `Path` that ends in .safetensors.
        card: what a reader must know: command, seed, steps, data, metrics; plain JSON.
        dtype: a floating dtype to store floating tensors in, such as torch.float16; by default each its own.
            Rounding changes the model, so measure the card's metrics on weights that were stored and loaded.

    Raises:
        TypeError, ValueError: an argument is unusable, or a weight is NaN or infinite (also after rounding).
    """
    path = _path(name)
    if not isinstance(card, Mapping):
        raise TypeError(f"card is a {type(card).__name__}, expected a dict with command, seed, steps, data, metrics.")
    tensors = {key: _stored(key, value, dtype) for key, value in _state(module).items()}
    content = write_tensors(tensors)
    full = dict(card) | {"sha256": sha256(content).hexdigest()}
    try:
        text = json.dumps(full, indent=2, allow_nan=False) + "\n"
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"the card of {path.stem} is not plain JSON ({error}): use numbers, strings and lists."
        ) from error
    write_atomic(path, content)
    write_atomic(path.with_suffix(".json"), text.encode())
    return full


def load_weights(module: nn.Module, name: str | Path) -> Card:
    """Load weights into `module`, in the module's own dtypes, and return their card.

    `name` is a name among the shipped weights, or a `Path`. The module is changed only if everything fits.

    Raises:
        FileNotFoundError: the weights or their card are not there.
        ValueError: the file is not the one of its card, or does not fit the module.
    """
    path = _path(name)
    for file in (path, path.with_suffix(".json")):
        if not file.is_file():
            raise FileNotFoundError(f"{file} is not there, expected weights and a card: train them, or check the name.")
    content = path.read_bytes()
    try:
        card = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path.with_suffix('.json')} is no JSON, expected a card: delete both files.") from error
    if not isinstance(card, dict) or card.get("sha256") != sha256(content).hexdigest():
        raise ValueError(
            f"{path} does not have the sha256 of its card, so it is damaged or of another version: "
            "fetch both files again, or delete them and retrain."
        )
    tensors, state = read_tensors(content), _state(module)
    _check_fit(tensors, state, module, path)
    with torch.no_grad():
        for key, tensor in tensors.items():
            state[key].copy_(tensor)
    return card


def train_or_load(
    name: str,
    module: nn.Module,
    train: Callable[[], History | Mapping[str, Any] | None],
    retrain: bool = False,
) -> Card:
    """Load the weights `name` into `module`, or train them; return their card.

    The package's own weights come first, then those in the user's cache, kept apart by budget. Where neither is
    there, or with `retrain=True` or GENBOOK_RETRAIN=1, `train()` is called, which trains `module` in place and
    returns what belongs on the card (a dict, or the `History` of `fit`), and the weights go into the user's cache.

    Raises:
        TypeError, ValueError: an argument is unusable, or the weights found are damaged or of another shape.
    """
    if not callable(train):
        raise TypeError(f"train is a {type(train).__name__}, expected a function that trains the module in place.")
    candidates = [path for path in (shipped(name), cached(name)) if path.is_file()]
    if candidates and not retrain and os.environ.get("GENBOOK_RETRAIN", "0") in ("", "0"):
        return load_weights(module, candidates[0])
    result = train()
    if isinstance(result, History):
        result = {"steps": len(result.steps), "loss": result.recent(), "seconds": round(result.seconds, 1)}
    card = {"name": name, "budget": tier()} | dict(result or {})
    return save_weights(module, cached(name), card) if distributed.rank() == 0 else card


def _checked(name: str) -> str:
    if not isinstance(name, str):
        raise TypeError(f"name is a {type(name).__name__}, expected a string such as 'made-digits'.")
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", name):
        raise ValueError(f"name is {name!r}, expected small letters, digits, dots and hyphens, such as 'made-digits'.")
    return name


def _path(name: str | Path) -> Path:
    if not isinstance(name, Path):
        return shipped(name)
    if name.suffix != ".safetensors":
        raise ValueError(f"{name} ends in {name.suffix!r}, expected a path that ends in '.safetensors'.")
    return name


def _state(module: nn.Module) -> dict[str, Tensor]:
    if not isinstance(module, nn.Module):
        raise TypeError(f"module is a {type(module).__name__}, expected a torch.nn.Module.")
    state = module.state_dict()
    for key, value in state.items():
        if not isinstance(value, Tensor):
            raise TypeError(f"the module's state {key!r} is a {type(value).__name__}, expected tensors only.")
    return state


def _stored(key: str, value: Tensor, dtype: torch.dtype | None) -> Tensor:
    value = value.detach().cpu().clone(memory_format=torch.contiguous_format)
    if dtype is not None and not dtype.is_floating_point:
        raise ValueError(f"dtype is {dtype}, expected a floating dtype such as torch.float16.")
    if not value.is_floating_point():
        return value
    value = value if dtype is None else value.to(dtype)
    if not bool(torch.isfinite(value).all()):
        raise ValueError(f"{key!r} holds NaN or infinite values as {value.dtype}, expected finite weights.")
    return value


def _check_fit(tensors: dict[str, Tensor], state: dict[str, Tensor], module: nn.Module, path: Path) -> None:
    problems = [f"{key} is missing" for key in state if key not in tensors]
    problems += [f"{key} is unknown" for key in sorted(tensors) if key not in state]
    problems += [
        f"{key} has shape {tuple(tensors[key].shape)} instead of {tuple(expected.shape)}"
        for key, expected in state.items()
        if key in tensors and tensors[key].shape != expected.shape
    ]
    if problems:
        more = f" and {len(problems) - 3} more" if len(problems) > 3 else ""
        raise ValueError(
            f"{path.name} does not fit this {type(module).__name__} ({', '.join(problems[:3])}{more}): "
            "build it as its card says, or retrain."
        )
