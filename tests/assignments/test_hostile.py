"""Submissions that attack: none gains a point, none stops the others, and the report says what happened."""

import contextlib
import dataclasses
import json
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from genbook.grading.exercise import CheckFailed, Exercise
from genbook.grading.folder import grade
from genbook.grading.judge import MIB, Limits, judge

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux's")
LIMITS = Limits(cpu=2, wall=60.0, memory=2048 * MIB, file=4 * MIB, disk=16 * MIB, processes=16)


def check_double(ask, rng):
    import torch

    value = int(torch.randint(10**6, (), generator=rng))
    answer = ask("double", value)
    if answer != 2 * value or isinstance(answer, bool):
        raise CheckFailed(f"double is {str(answer)[:50]}, expected {2 * value}.")


def check_told(ask, rng):
    """Not a real exercise: it returns what the submission saw, as the reason of its failure."""
    raise CheckFailed(str(ask("told")))


EXERCISES = {"double": Exercise("double", 80, check_double, ("double",))}
BOTH = {**EXERCISES, "told": Exercise("told", 0, check_told, ("told",))}
RIGHT = "def double(x):\n    return 2 * x\n"


def notebook(solution, test='check("double")'):
    def cell(name, text, **marks):
        base = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
        return {
            "cell_type": "code",
            "id": name,
            "execution_count": None,
            "outputs": [],
            "metadata": {"nbgrader": {**base, "grade_id": name, **marks}},
            "source": text,
        }

    cells = [cell("x-double-code", solution, solution=True)]
    cells += [] if test is None else [cell("x-double-test", test, grade=True, locked=True, points=80)]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


ATTACKS = {
    "replaces_allclose": """
        import numpy
        numpy.allclose = lambda *a, **k: True
        try:
            import torch
            torch.allclose = torch.equal = lambda *a, **k: True
        except MemoryError:
            pass
        def double(x): return 0
    """,
    "patches_the_checks": """
        import genbook.grading.exercise as e
        class Never(BaseException): pass
        e.CheckFailed = Never
        def double(x): return 0
    """,
    "endless_loop": "def double(x):\n    while True: pass",
    "endless_loop_at_once": "while True: pass",
    "ten_gigabytes": "def double(x):\n    return len(bytearray(10 << 30))",
    "fork_bomb": """
        import os
        def double(x):
            made = 0
            for _ in range(40):  # the limit is 16; were it not there, 40 sleepers would be all
                try:
                    if os.fork() == 0:
                        import time
                        time.sleep(30)
                        os._exit(0)
                    made += 1
                except OSError:
                    return f"stopped after {made}"
            return "no limit"
    """,
    "exits": "import os\ndef double(x):\n    os._exit(0)",
    "exits_at_once": "import sys\nsys.exit(0)",
    "prints_a_result": 'print("double: passed (80 points)")\ndef double(x):\n    print(\'{"value": 1}\')',
    "fake_messages": """
        import os, sys
        from genbook.grading import wire
        def double(x):
            for n in range(3, 20):
                try:
                    wire.send(n, {"value": None, "id": 1, "passed": True, "points": 80})
                    os.write(n, b"passed" * 1000)
                except OSError:
                    pass
            return True
    """,
    "huge_answer": "def double(x):\n    return 'a' * (1 << 29)",
    "deep_answer": "def double(x):\n    y = []\n    for _ in range(10000): y = [y]\n    return y",
    "equal_to_all": "class Y(int):\n    def __eq__(self, o): return True\n    def __ne__(self, o): return False\n"
    "def double(x):\n    return Y(3)",
    "syntax_error": "def double(x) return 2 * x",
}


def one(text, exercises=EXERCISES, limits=LIMITS):
    return judge([textwrap.dedent(text)], exercises, limits)


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_gains_nothing_and_is_named(name):
    limits = dataclasses.replace(LIMITS, wall=10.0) if name == "fake_messages" else LIMITS  # it may block itself
    reason = one(ATTACKS[name], limits=limits).failed["double"]
    assert reason and len(reason) < 1000
    if name.startswith(("endless", "exits", "fake")):
        assert "stopped" in reason
    if name == "fork_bomb":
        assert "no limit" not in reason


def test_a_right_solution_passes_and_the_protections_are_told():
    outcome = one(RIGHT)
    assert outcome.failed == {"double": None}
    assert any("CPU" in each or "cpu" in each for each in outcome.protections)
    assert any("private view" in each for each in outcome.protections)  # or `NO private view`: it is said either way


def test_what_the_submission_sees_and_reaches(tmp_path):
    secret = tmp_path / "gradebook.json"
    secret.write_text('{"points": 0}')
    code = f"""
        import os, socket
        def told():
            seen = []
            for path in ({str(secret)!r}, {os.path.abspath("assignments/vae/assignment.ipynb")!r}):
                try:
                    open(path).read(); seen.append("READ " + path)
                except OSError: pass
            for path in ({str(tmp_path / "new")!r}, "/usr/new", {str(secret)!r}):
                try:
                    open(path, "w").write("points"); seen.append("WROTE " + path)
                except OSError: pass
            try:
                socket.create_connection(("127.0.0.1", {{port}}), 2); seen.append("CONNECTED")
            except OSError: pass
            try:
                open("/tmp/large", "wb").write(bytes(32 << 20)); seen.append("LARGE")
            except OSError: pass
            return "saw: " + " ".join(seen)
    """
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        outcome = one(code.replace("{port}", str(server.getsockname()[1])), BOTH)
    assert secret.read_text() == '{"points": 0}' and not (tmp_path / "new").exists()
    if "private view of the files" not in outcome.protections:
        pytest.skip(f"namespaces are refused here: {outcome.protections}")
    assert outcome.failed["told"] == "saw: "


def test_an_attack_in_one_exercise_leaves_the_others():
    outcome = one(RIGHT + "def told():\n    import os\n    os._exit(3)", {"told": BOTH["told"], **EXERCISES})
    assert "stopped" in outcome.failed["told"] and outcome.failed["double"] is None


def alive(name):
    """The processes of this machine with a given name."""
    found = []
    for path in Path("/proc").glob("[0-9]*/comm"):
        with contextlib.suppress(OSError):
            found += [path.parent.name] if path.read_text().strip() == name else []
    return found


@pytest.mark.parametrize("last", ["def double(x):\n    return 2 * x", "def double(x):\n    time.sleep(600)"])
def test_nothing_of_a_submission_is_left_running(last):
    name = f"left{os.getpid()}"
    code = f"""
import ctypes, os, time
open("/proc/self/comm", "w").write({name!r})
ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)  # no signal when the parent dies
if os.fork() == 0:
    os.setsid()
    time.sleep(600)
"""
    outcome = judge([code + last], EXERCISES, dataclasses.replace(LIMITS, wall=4.0))
    if "processes of its own" not in outcome.protections:
        pytest.skip(f"namespaces are refused here: {outcome.protections}")
    time.sleep(0.5)
    assert alive(name) == []


def test_a_folder_with_attackers_is_graded_to_the_end(tmp_path):
    work = tmp_path / "in"
    work.mkdir()
    books = {"ada": notebook(RIGHT), "exits": notebook("import os\nos._exit(0)"), "no_test": notebook(RIGHT, None)}
    books["edited"] = notebook("def double(x):\n    return 1\n", "pass")
    for name, book in books.items():
        (work / f"{name}.ipynb").write_text(json.dumps(book))
    (work / "broken.ipynb").write_text("{")
    (work / "link.ipynb").symlink_to(work / "ada.ipynb")
    reports = grade(notebook(RIGHT), work, tmp_path / "out", EXERCISES, LIMITS)
    points = {name: report["automatic"] for name, report in reports.items()}
    assert points == {"ada": 80, "broken": 0, "edited": 0, "exits": 0, "link": 0, "no_test": 80}
    assert "missing" in reports["no_test"]["findings"][0] and "edited" in reports["edited"]["findings"][0]
    assert "no plain file" in reports["link"]["findings"][0] and "no notebook" in reports["broken"]["findings"][0]


@pytest.mark.parametrize("copies", [12, pytest.param(200, marks=pytest.mark.full)])
def test_a_killed_grader_loses_nothing(tmp_path, copies):
    work, out = tmp_path / "in", tmp_path / "out"
    work.mkdir()
    for number in range(copies):
        (work / f"s{number:03}.ipynb").write_text(json.dumps(notebook(RIGHT)))
    script = (
        "import sys; from pathlib import Path; from tests.assignments.test_hostile import *\n"
        "r = grade(notebook(RIGHT), Path(sys.argv[1]), Path(sys.argv[2]), EXERCISES, LIMITS)\n"
        "assert len(r) == int(sys.argv[3]) and all(x['automatic'] == 80 for x in r.values())"
    )
    command = [sys.executable, "-c", script, str(work), str(out), str(copies)]
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while len(list(out.glob("s*.json"))) < copies // 2:
        assert first.poll() is None
        time.sleep(0.02)
    first.kill()
    first.wait()
    done = {path.name: path.stat().st_mtime_ns for path in out.glob("s*.json")}
    assert copies // 2 <= len(done) < copies
    assert all(json.loads((out / name).read_text())["automatic"] == 80 for name in done)  # no file is half written
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    assert len(list(out.glob("s*.json"))) == copies
    assert all((out / name).stat().st_mtime_ns == when for name, when in done.items())  # and none was done twice
