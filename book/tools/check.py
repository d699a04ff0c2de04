"""Run the whole suite: two lanes of one-thread processes take job after job; the status is non-zero when one fails.

Usage: python book/tools/check.py [--full]
"""

import argparse
import os
import queue
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from pages import notebooks
from site_build import NODE, ROOT, npm_install

LANES = 2
LONGEST = 3600  # seconds that one command may take
SITE_TESTS = ["tests/site", "tests/browser", "tests/notebooks"]
PYTEST = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider"]
NBVAL = ["--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=120"]


@dataclass
class Job:
    """Commands that run one after another in one lane, and what came of them."""

    name: str
    commands: list[list[str]]
    seconds: float = 0.0
    status: int = 0
    output: list[str] = field(default_factory=list)


def jobs(full: bool) -> list[Job]:
    """Return the jobs of the suite, the long ones first."""
    marks = [] if full else ["-m", "not full"]
    pages = [str(page.relative_to(ROOT)) for page in notebooks()]
    present = [folder for folder in SITE_TESTS if (ROOT / folder).is_dir()]
    ignored = [f"--ignore={folder}" for folder in SITE_TESTS]
    javascript = [str(p.relative_to(ROOT)) for p in sorted(ROOT.glob("tests/js/*.test.mjs"))]
    found = [
        Job("package", [[*PYTEST, *marks, *ignored, "tests"], [*PYTEST, "--doctest-modules", "lib/genbook"]]),
        Job("website", [[sys.executable, "book/tools/site_build.py"], [*PYTEST, *marks, *present]]),
    ]
    for half in range(LANES):
        if pages[half::LANES]:
            found.append(Job(f"notebooks {half + 1} of {LANES}", [[*PYTEST, *NBVAL, *pages[half::LANES]]]))
    if javascript:
        found.append(Job("javascript", [[*NODE, "--test", *javascript]]))
    return [*found, Job("lint", [[sys.executable, "book/tools/lint.py"]])]


def run(job: Job, environment: dict[str, str]) -> None:
    """Run the commands of `job`, all of them even when one fails."""
    start = time.perf_counter()
    for command in job.commands:
        try:
            result = subprocess.run(
                command,
                cwd=ROOT,
                env=environment,
                check=False,
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=LONGEST,
            )
            job.output.append(result.stdout)
            job.status = job.status or result.returncode
        except subprocess.TimeoutExpired as late:
            text = late.stdout.decode(errors="replace") if isinstance(late.stdout, bytes) else late.stdout or ""
            job.output.append(f"{text}\nstopped after {LONGEST} s: {' '.join(command)}")
            job.status = job.status or 1
    job.seconds = time.perf_counter() - start


def lane(waiting: "queue.SimpleQueue[Job]", printing: threading.Lock, environment: dict[str, str]) -> None:
    """Take jobs until none is left, and print each when it is done."""
    while True:
        try:
            job = waiting.get_nowait()
        except queue.Empty:
            return
        run(job, environment)
        with printing:
            print(f"\n===== {job.name} ({job.seconds:.0f} s) =====", *job.output, sep="\n", flush=True)


def main() -> int:
    """Run the suite and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="also run what is long and rare")
    npm_install(development=True)
    threads = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE", "MKL_NUM_THREADS": "1"}
    environment = {**os.environ, **threads, "GENBOOK_BUDGET": "smoke", "PYTHONUTF8": "1"}
    found = jobs(parser.parse_args().full)
    waiting: queue.SimpleQueue[Job] = queue.SimpleQueue()
    for job in found:
        waiting.put(job)
    printing = threading.Lock()
    lanes = [threading.Thread(target=lane, args=(waiting, printing, environment)) for _ in range(LANES)]
    for thread in lanes:
        thread.start()
    for thread in lanes:
        thread.join()
    print("\n===== summary =====")
    for job in found:
        print(f"{'failed' if job.status else 'passed':8}{job.name} ({job.seconds:.0f} s)")
    return int(any(job.status for job in found))


if __name__ == "__main__":
    sys.exit(main())
