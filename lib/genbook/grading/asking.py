"""Ask a submission for values: in this process, for the cells of a notebook that call `check(...)`."""

import functools
import importlib
import inspect
import os
from collections.abc import Callable
from typing import Any

import torch

from genbook.grading import wire
from genbook.grading.exercise import Ask, CheckFailed, Exercise

CHAPTERS = ("autoregressive", "vae", "flows", "diffusion", "gan", "ebm")


def exercises(chapter: str) -> dict[str, Exercise]:
    """Return the exercises of a chapter's assignment by name.

    Raises:
        ValueError: there is no such chapter.
    """
    if chapter not in CHAPTERS:
        raise ValueError(f"the chapter is {chapter!r}, expected one of {', '.join(CHAPTERS)}.")
    return importlib.import_module(f"genbook.grading.checks.{chapter}").EXERCISES


def fresh() -> torch.Generator:
    """Return a generator that is seeded by the operating system: no two checks see the same inputs."""
    return torch.Generator().manual_seed(int.from_bytes(os.urandom(7), "big"))


def ask_here(names: dict[str, Any]) -> Ask:
    """Return an `ask` that calls the functions in `names`; values are copied as they would be through a pipe."""

    def copied(value: Any) -> Any:
        functions: list[Callable[..., Any]] = []
        plain = wire.pack(value, functions)
        return wire.unpack(*plain, lambda number: _through_copies(functions[number], copied))

    def ask(name: str, *args: Any, **kwargs: Any) -> Any:
        if not callable(names.get(name)):
            raise CheckFailed(f"there is no function {name}: define it, with this name, and run its cell.")
        args, kwargs = copied([list(args), kwargs])
        try:
            return copied(names[name](*args, **kwargs))
        except CheckFailed:
            raise
        except NotImplementedError as error:
            raise CheckFailed(f"{name} is not written yet.") from error
        except Exception as error:
            raise CheckFailed(f"{name} raised {type(error).__name__}: {str(error)[:300]}") from error

    return ask


def _through_copies(function: Callable[..., Any], copied: Callable[[Any], Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any) -> Any:
        return copied(function(*copied(list(args))))

    return call


def verdict(exercise: Exercise, ask: Ask) -> str | None:
    """Return None where the check passes, else the sentence that says why not; no answer makes this raise."""
    try:
        with torch.random.fork_rng(devices=[]):
            exercise.check(ask, fresh())
    except CheckFailed as failed:
        return str(failed)
    except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError, RecursionError, MemoryError) as error:
        return f"the check cannot use the answer ({type(error).__name__}: {str(error)[:200]})."
    return None


def checker(chapter: str, names: dict[str, Any] | None = None) -> Callable[[str], None]:
    """Return the function `check(name)` of a notebook; it sees what the caller has defined when it is called.

    Raises:
        ValueError: there is no such chapter.
    """
    of_chapter = exercises(chapter)
    if names is None:
        frame = inspect.currentframe()
        names = frame.f_back.f_globals if frame and frame.f_back else {}

    def check(name: str) -> None:
        """Try one exercise on fresh random inputs; say that it passed, or raise with one sentence that says why not.

        Raises:
            ValueError: the assignment has no such exercise.
            CheckFailed: an answer is wrong.
        """
        if name not in of_chapter:
            raise ValueError(f"the exercise is {name!r}, expected one of {', '.join(of_chapter)}.")
        failed = verdict(of_chapter[name], ask_here(names))
        if failed is not None:
            raise CheckFailed(failed)
        print(f"{name}: passed ({of_chapter[name].points} points)")

    return check
