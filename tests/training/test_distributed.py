"""The same script on one process and, under torchrun, on two (CPU, gloo)."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from . import several

SCRIPT = Path(several.__file__)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What each of two processes saw."""
    folder = tmp_path_factory.mktemp("two")
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    env = os.environ | {"OMP_NUM_THREADS": "1", "GENBOOK_PROGRESS": "1"}
    done = subprocess.run([*launch, str(SCRIPT), str(folder)], env=env, timeout=240, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    assert sorted(path.name for path in folder.glob("*.pt")) == ["half.pt", "noisy.pt", "rank0.pt", "rank1.pt"]
    return [torch.load(folder / f"rank{rank}.pt", weights_only=True) for rank in (0, 1)]


@pytest.mark.parametrize("trial", ["plain", "noisy", "resumed", "score", "adversarial"])
def test_replicas_stay_equal(two: list[dict[str, Any]], trial: str) -> None:
    first, second = two[0][trial], two[1][trial]
    assert first.keys() == second.keys()
    for name in first.keys() - {"noise"}:
        assert torch.equal(first[name], second[name]), name


@pytest.mark.parametrize("trial", [several.plain, several.score])
def test_two_processes_equal_one_with_the_joint_batch(two: list[dict[str, Any]], trial: Any, tmp_path: Path) -> None:
    alone = trial(tmp_path)
    for name, value in alone.items():
        torch.testing.assert_close(two[0][trial.__name__][name], value, rtol=1e-5, atol=1e-5)


def test_no_two_processes_draw_the_same_noise(two: list[dict[str, Any]]) -> None:
    first, second = two[0]["noisy"]["noise"], two[1]["noisy"]["noise"]
    assert first.shape == second.shape == (several.ROWS // 2, 16)
    assert not torch.equal(first, second)


def test_a_run_of_two_processes_resumes_to_the_same_bits(two: list[dict[str, Any]]) -> None:
    for seen in two:
        for name in seen["noisy"].keys() - {"noise"}:
            assert torch.equal(seen["noisy"][name], seen["resumed"][name]), name


def test_a_batch_that_cannot_be_shared_is_refused_on_every_process(two: list[dict[str, Any]]) -> None:
    expected = "a batch has 7 rows, expected a multiple of the 2 processes: change the batch size."
    assert [seen["errors"]["odd"] for seen in two] == [expected, expected]


def test_a_loss_that_is_infinite_on_one_process_stops_both(two: list[dict[str, Any]]) -> None:
    for seen in two:
        assert "at step 0, expected a finite number" in seen["errors"]["lame"]


def test_only_the_first_process_shows_a_bar(two: list[dict[str, Any]]) -> None:
    assert [seen["bar"] for seen in two] == [True, False]


def test_a_checkpoint_of_two_processes_is_refused_by_one(two: list[dict[str, Any]], tmp_path_factory: Any) -> None:
    folder = next(tmp_path_factory.getbasetemp().glob("two*"))
    with pytest.raises(ValueError, match="was written by 2 processes, expected as many as train now, 1"):
        several.noisy(folder)
