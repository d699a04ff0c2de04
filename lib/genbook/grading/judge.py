"""Judge one submission: the checks run here, the submission runs in a sandbox, and only values pass between them.

What comes from the submission's process is untrusted: its messages are bounded, typed values, and nothing of it is
evaluated, imported or unpickled here.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import genbook
from genbook.grading import jail, wire
from genbook.grading.asking import verdict
from genbook.grading.exercise import CheckFailed, Exercise

MIB = 1 << 20
PASSED_ON = ("GENBOOK_BUDGET", "GENBOOK_DATA", "LANG")


@dataclass(frozen=True)
class Limits:
    """What a submission may use: CPU seconds of a process, wall seconds of an exercise, bytes, processes."""

    cpu: int = 180
    wall: float = 300.0
    memory: int = 6144 * MIB
    file: int = 64 * MIB
    disk: int = 128 * MIB
    processes: int = 48


class Gone(Exception):
    """The submission's process has ended, or does not answer in time, or speaks nonsense."""


class Submission:
    """The submission's process, from outside: start it with its cells, ask it for values, end it."""

    def __init__(self, cells: list[str], limits: Limits, user: int = 60_000) -> None:
        if sys.platform == "win32":
            raise ValueError("this is Windows, expected Linux or macOS: grade in a Linux container or virtual machine.")
        self.limits, self.number, self.protections = limits, 0, []
        self.until = time.monotonic() + limits.wall
        self.folder = tempfile.TemporaryDirectory(prefix="genbook-grading-")
        to_student, self.target = os.pipe()
        self.source, to_judge = os.pipe()
        settings = _settings(limits, user, self.folder.name, to_judge)
        command = [sys.executable, "-s", "-P", "-m", "genbook.grading.student", str(to_student), str(to_judge)]
        start = [sys.executable, "-I", str(Path(jail.__file__)), json.dumps(settings), *command]
        quiet = {name: subprocess.DEVNULL for name in ("stdin", "stdout", "stderr")}
        self.process = subprocess.Popen(start, pass_fds=(to_student, to_judge), start_new_session=True, **quiet)
        os.close(to_student)
        os.close(to_judge)
        try:
            self.protections = self._started()
            self.errors = self._run(cells)
        except BaseException:
            self.close()
            raise

    def _started(self) -> list[str]:
        """Read the sandbox's line, which comes before any of the student's code runs."""
        line = b""
        while not line.endswith(b"\n"):
            ready = select.select([self.source], [], [], max(0.0, self.until - time.monotonic()))[0]
            part = os.read(self.source, 1) if ready else b""
            if not part:
                raise Gone("the sandbox did not start")
            line += part
        held = json.loads(line)
        if isinstance(held, str):
            raise RuntimeError(held)
        return held

    def _run(self, cells: list[str]) -> list[str | None]:
        header, _ = self._exchange({"cells": cells}, b"")
        errors = header.get("errors")
        if not isinstance(errors, list) or len(errors) != len(cells):
            raise Gone("its process sent something that is no answer")
        return [None if error is None else str(error)[:300] for error in errors]

    def _exchange(self, header: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        try:
            wire.send(self.target, header, body, self.until)
            reply, body = wire.receive(self.source, self.until)
        except TimeoutError as error:
            raise Gone(f"it did not answer within {self.limits.wall:g} s") from error
        except (EOFError, BrokenPipeError) as error:
            raise Gone(f"its process ended ({self._ending()})") from error
        except wire.WireError as error:
            raise Gone(f"its process sent something that is no answer ({error})") from error
        if not isinstance(reply, dict):
            raise Gone("its process sent something that is no answer")
        return reply, body

    def _ending(self) -> str:
        try:
            status = self.process.wait(5)
        except subprocess.TimeoutExpired:
            return "the pipe was closed"
        return (
            f"status {status}"
            if 0 <= status < 200
            else f"a signal, as when a limit of {self.limits.cpu} CPU s is passed"
        )

    def ask(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Return what the submission's function returns, or raise CheckFailed; Gone when the process is lost."""
        self.number += 1
        functions: list[Callable[..., Any]] = []
        plain, body = wire.pack([list(args), kwargs], functions)
        reply, body = self._exchange({"call": name, "args": plain, "id": self.number}, body)
        while "callback" in reply:
            reply, body = self._exchange(*_call_back(functions, reply, body))
        if reply.get("id") != self.number:
            raise Gone("its process sent an answer to another question")
        if "error" in reply:
            raise CheckFailed(f"{name}: {str(reply['error'])[:300]}")
        try:
            return wire.unpack(reply.get("value"), body)
        except wire.WireError as error:
            raise CheckFailed(f"{name} returned no value that can be read: {error}") from error

    def close(self) -> None:
        """End the process and all that it has started."""
        for descriptor in (self.target, self.source):
            os.close(descriptor)
        self.process.terminate()  # it ends the first process of the namespace, which takes all others along
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if "processes of its own" not in self.protections:  # what has left the group stays; the report says so
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.folder.cleanup()


def _settings(limits: Limits, user: int, folder: str, report: int) -> dict[str, Any]:
    read = {str(Path(genbook.__file__).parent), sys.base_prefix, sys.prefix, sysconfig.get_path("purelib")}
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    here = {"HOME": "/tmp", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(genbook.__file__).parents[1])}
    return {
        **{name: getattr(limits, name) for name in ("cpu", "memory", "file", "disk", "processes")},
        "user": user,
        "root": folder,
        "report": report,
        "read": sorted(read),
        "environment": {**environment, **here, "MPLCONFIGDIR": "/tmp", "PATH": "/usr/bin:/bin"},
    }


def _call_back(functions: list[Callable[..., Any]], reply: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """Compute a function of the check for the submission; its arguments are as untrusted as its answers."""
    number = reply["callback"]
    if type(number) is not int or not 0 <= number < len(functions):
        raise Gone("its process asked for a function that does not exist")
    try:
        plain, body = wire.pack(functions[number](*wire.unpack(reply.get("args"), body)), [])
    except Exception as error:
        return {"error": f"the given function cannot take this ({type(error).__name__}: {str(error)[:200]})"}, b""
    return {"value": plain}, body


@dataclass
class Judgement:
    """What came of a submission: for each exercise None or the reason why it failed, and what held while it ran."""

    failed: dict[str, str | None] = field(default_factory=dict)
    protections: list[str] = field(default_factory=list)
    errors: dict[int, str] = field(default_factory=dict)


def judge(
    cells: list[str], exercises: dict[str, Exercise], limits: Limits | None = None, user: int = 60_000
) -> Judgement:
    """Run every check against the cells; a process that is lost is started again for the next exercise."""
    limits, outcome = limits or Limits(), Judgement()
    submission: Submission | None = None
    for name, exercise in exercises.items():
        try:
            if submission is None:
                submission = Submission(cells, limits, user)
                outcome.protections = submission.protections
                outcome.errors = {number: error for number, error in enumerate(submission.errors) if error}
            submission.until = time.monotonic() + limits.wall
            outcome.failed[name] = verdict(exercise, submission.ask)
        except Gone as gone:
            outcome.failed[name] = f"the submission was stopped: {gone}."
            if submission is None:  # its cells alone do it: no other exercise can be asked
                return _none(outcome, exercises)
            submission.close()
            submission = None
    if submission is not None:
        submission.close()
    return outcome


def _none(outcome: Judgement, exercises: dict[str, Exercise]) -> Judgement:
    reason = next(reversed(outcome.failed.values()))
    for name in exercises:
        outcome.failed.setdefault(name, reason)
    return outcome
