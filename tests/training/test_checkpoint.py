"""A run that is killed and started again ends with the same weights; a damaged file is noticed."""

import copy
import io
import os
import pickle
import random
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from genbook import training
from genbook.training.files import seal, unseal, write_atomic

from . import resumable

SCRIPT = Path(resumable.__file__)
STEPS = 60
ENV = os.environ | {"OMP_NUM_THREADS": "1", "GENBOOK_PROGRESS": "0"}


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Tensor]:
    """The truth, computed in a process of its own as the killed runs are."""
    folder = tmp_path_factory.mktemp("whole")
    return run_script(folder / "run.pt", folder / "end.pt", STEPS)


def run_script(checkpoint: Path, result: Path, steps: int) -> dict[str, Tensor]:
    command = [sys.executable, str(SCRIPT), str(checkpoint), str(result), str(steps)]
    subprocess.run(command, check=True, env=ENV, timeout=120)
    return torch.load(result, weights_only=True)


def assert_same_bits(a: dict[str, Tensor], b: dict[str, Tensor]) -> None:
    assert a.keys() == b.keys()
    for name, value in a.items():
        assert torch.equal(value, b[name]), name


def test_a_run_killed_at_a_random_step_ends_with_the_same_bits(
    tmp_path: Path, uninterrupted: dict[str, Tensor]
) -> None:
    checkpoint = tmp_path / "run.pt"
    kill_at = random.SystemRandom().randrange(1, STEPS)
    command = [sys.executable, str(SCRIPT), str(checkpoint), str(tmp_path / "end.pt"), str(STEPS), str(kill_at)]
    killed = subprocess.run(command, check=False, env=ENV, timeout=120)
    assert killed.returncode == -signal.SIGKILL
    assert checkpoint.exists() == (kill_at >= resumable.STEPS_BETWEEN)
    assert_same_bits(run_script(checkpoint, tmp_path / "end.pt", STEPS), uninterrupted)


def test_a_run_killed_from_outside_at_a_random_moment_ends_with_the_same_bits(tmp_path: Path) -> None:
    """The moment may fall inside the writing of a checkpoint; the file is then the one before it."""
    checkpoint, steps = tmp_path / "run.pt", 100_000
    process = subprocess.Popen(
        [sys.executable, str(SCRIPT), str(checkpoint), str(tmp_path / "end.pt"), str(steps)], env=ENV
    )
    deadline = time.monotonic() + 60
    while not checkpoint.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(random.SystemRandom().uniform(0, 0.3))
    process.kill()
    process.wait()
    reached = len(read_losses(checkpoint))
    resumed = resumable.train(checkpoint, reached + 10)
    whole = resumable.train(tmp_path / "whole.pt", reached + 10)
    assert_same_bits(resumed, whole)


def read_losses(path: Path) -> list[float]:
    """Return the losses in the newest sound file, read by other means than the class under test."""
    for file in (path, path.with_name(path.name + ".previous")):
        content = unseal(file.read_bytes()) if file.exists() else None
        if content is not None:
            return torch.load(io.BytesIO(content), weights_only=True)["history"]["losses"]
    raise AssertionError("no sound checkpoint was left behind")


def test_without_the_generator_states_the_bits_differ(
    tmp_path: Path, uninterrupted: dict[str, Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison above can fail: a checkpoint that forgets the noise is caught by it."""
    resumable.train(tmp_path / "run.pt", 30)
    monkeypatch.setattr(training.checkpoint, "set_generator_states", lambda states: None)
    forgetful = resumable.train(tmp_path / "run.pt", STEPS)
    assert not torch.equal(forgetful["module.0.weight"], uninterrupted["module.0.weight"])


def test_a_finished_run_is_loaded_and_not_repeated(tmp_path: Path) -> None:
    first = resumable.train(tmp_path / "run.pt", 10)
    again = resumable.train(tmp_path / "run.pt", 10, kill_at=0)  # a repeated step would kill this process
    assert_same_bits(first, again)


def small_run(path: Path, steps: int, module: nn.Module | None = None, callbacks: tuple = ()) -> nn.Module:
    module = module or nn.Linear(2, 1)
    x = torch.ones(4, 2)
    training.fit(
        lambda x: module(x).square().mean(),
        module,
        lambda step: x,
        steps,
        callbacks=[*callbacks, training.Checkpoint(path, 5)],
    )
    return module


@pytest.mark.parametrize("damage", ["cut short", "flipped bit", "empty", "garbage"])
def test_a_damaged_checkpoint_gives_way_to_the_one_before(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "run.pt"
    whole = small_run(path, 15)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle] ^= 1
    damaged = {"cut short": bytes(content[:middle]), "flipped bit": bytes(content), "empty": b"", "garbage": b"x" * 99}
    path.write_bytes(damaged[damage])
    with pytest.warns(UserWarning, match=r"run\.pt is damaged: going on from .*previous"):
        recovered = small_run(path, 15)
    assert torch.equal(recovered.weight, whole.weight)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        small_run(path, 15)  # the file is whole again


def test_two_damaged_checkpoints_give_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "run.pt"
    small_run(path, 10)
    for file in (path, tmp_path / "run.pt.previous"):
        file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(ValueError, match=r"run\.pt is no whole checkpoint .* delete it to start afresh\."):
        small_run(path, 10)


def test_a_crash_between_the_two_renames_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.pt"
    whole = small_run(path, 10)

    def crash(path: Path, content: bytes) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(training.checkpoint, "write_atomic", crash)
        small_run(path, 20)
    assert not path.exists()
    recovered = small_run(path, 10)  # finished at 10, as the previous checkpoint says
    assert torch.equal(recovered.weight, whole.weight)


def test_write_atomic_leaves_the_old_file_when_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write_atomic(path, b"old")

    def full_disk(descriptor: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="no space"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


def test_a_checkpoint_of_another_run_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "run.pt"
    small_run(path, 10)
    cases = {
        "another shape": lambda: small_run(path, 10, nn.Sequential(nn.Linear(2, 3))),
        "another callback": lambda: small_run(path, 10, *with_ema()),
        "fewer steps": lambda: small_run(path, 5),
    }
    for name, run in cases.items():
        with pytest.raises(ValueError, match=r"delete the file to start afresh\.$") as caught:
            run()
        assert "\n" not in str(caught.value), name


def with_ema() -> tuple[nn.Module, tuple]:
    module = nn.Linear(2, 1)
    return module, (training.EMA(module),)


def test_a_state_that_needs_unpickling_is_refused_when_it_is_saved(tmp_path: Path) -> None:
    class Careless:
        def after_step(self, run: training.Run) -> None: ...

        def state_dict(self) -> dict:
            return {"path": Path("x")}

        def load_state_dict(self, state: dict) -> None: ...

    with pytest.raises(TypeError, match="could not be read back without unpickling"):
        small_run(tmp_path / "run.pt", 5, callbacks=(Careless(),))
    assert not (tmp_path / "run.pt").exists()


def test_a_pickle_is_not_executed(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple:
            return (Path.touch, (tmp_path / "boom",))

    (tmp_path / "run.pt").write_bytes(seal(pickle.dumps(Bomb(), protocol=2)))
    with pytest.raises(ValueError, match="is no whole checkpoint"):
        small_run(tmp_path / "run.pt", 5)
    assert not (tmp_path / "boom").exists()


@pytest.mark.parametrize(
    "recipe",
    [
        lambda opt: torch.optim.lr_scheduler.OneCycleLR(opt, 0.1, total_steps=50),
        lambda opt: torch.optim.lr_scheduler.LambdaLR(opt, lambda step: 1 / (1 + step)),
        lambda opt: torch.optim.lr_scheduler.SequentialLR(
            opt,
            [torch.optim.lr_scheduler.LinearLR(opt), torch.optim.lr_scheduler.CosineAnnealingLR(opt, 20)],
            milestones=[5],
        ),
        lambda opt: torch.optim.lr_scheduler.MultiStepLR(opt, [3, 8]),
    ],
)
def test_every_schedule_resumes(tmp_path: Path, recipe: Callable) -> None:
    torch.manual_seed(0)
    whole = nn.Linear(2, 1)
    first, second = copy.deepcopy(whole), nn.Linear(2, 1)
    small_run(tmp_path / "whole.pt", 12, whole, (training.Schedule(recipe),))
    small_run(tmp_path / "run.pt", 10, first, (training.Schedule(recipe),))
    small_run(tmp_path / "run.pt", 12, second, (training.Schedule(recipe),))
    assert torch.equal(whole.weight, second.weight)
