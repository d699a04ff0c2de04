"""The lecturer's and the students' commands: `python -m genbook.grading COMMAND --help`."""

import argparse
import json
import sys
from pathlib import Path

from genbook.grading import cells
from genbook.grading.folder import grade, write
from genbook.grading.judge import Limits
from genbook.grading.pages import marks, read_marks, write_feedback
from genbook.grading.public import public
from genbook.grading.release import release, validate

SOURCES = Path("assignments")


def _source(chapter: str) -> Path:
    return SOURCES / chapter / "assignment.ipynb"


def _release(options: argparse.Namespace) -> int:
    for chapter in options.chapters or sorted(path.parent.name for path in SOURCES.glob("*/assignment.ipynb")):
        target = Path(options.to) / chapter / "assignment.ipynb"
        write(target, json.dumps(release(_source(chapter)), indent=1, ensure_ascii=False) + "\n")
        print(target)
    return 0


def _public(options: argparse.Namespace) -> int:
    made = public(Path.cwd(), Path(options.to))
    print(f"{options.to}: the project without the sources of the assignments, with {len(made)} releases")
    return 0


def _validate(options: argparse.Namespace) -> int:
    found = validate(cells.read(Path(options.given)), cells.read(Path(options.notebook)))
    print("\n".join(f"- {each}" for each in found) or "Everything is there.")
    return 1 if found else 0


def _grade(options: argparse.Namespace) -> int:
    from genbook.grading.asking import exercises  # noqa: PLC0415 - brings PyTorch

    limits = Limits(cpu=options.cpu, wall=options.wall, memory=options.memory << 20)
    source, out = cells.read(_source(options.chapter)), Path(options.out)
    reports = grade(source, Path(options.folder), out, exercises(options.chapter), limits, options.cores)
    held = {each for report in reports.values() for each in report.get("protections", [])}
    print("Protections:", "; ".join(sorted(held)) or "none was needed")
    if any(each.startswith("NO ") for each in held):
        print("WARNING: not all protections hold on this machine; grade strangers' code in a container of its own.")
    return _tables(reports, out)


def _tables(reports: dict, out: Path) -> int:
    table = read_marks(out / "marks.csv")
    write(out / "marks.csv", marks(reports, table))
    write_feedback(reports, out / "feedback", table)
    faults = [name for name, report in reports.items() if "fault" in report]
    print(f"{out / 'marks.csv'} and {out / 'feedback'} hold {len(reports)} students, {len(faults)} to be graded again.")
    return 1 if faults else 0


def _again(options: argparse.Namespace) -> int:
    out = Path(options.out)
    files = sorted(path for path in out.glob("*.json") if not path.name.startswith("."))
    reports = [json.loads(path.read_text(encoding="utf-8")) for path in files]
    return _tables({report["student"]: report for report in reports}, out)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m genbook.grading", description="Assignments: hand out, check, grade."
    )
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("release", help="write the students' notebooks (without solutions)")
    one.add_argument("chapters", nargs="*")
    one.add_argument("--to", default="release")
    one.set_defaults(run=_release)
    one = commands.add_parser("public", help="write a tree of the project that may be published")
    one.add_argument("--to", required=True)
    one.set_defaults(run=_public)
    one = commands.add_parser("validate", help="for students: is everything in the notebook that is marked?")
    one.add_argument("notebook")
    one.add_argument("--given", required=True, help="the notebook as it was handed out")
    one.set_defaults(run=_validate)
    one = commands.add_parser("grade", help="grade a folder of submissions; can be stopped and started again")
    one.add_argument("chapter")
    one.add_argument("folder")
    one.add_argument("--out", default="graded")
    one.add_argument("--cores", type=int, default=2)
    one.add_argument("--cpu", type=int, default=Limits.cpu, help="CPU seconds of a submission")
    one.add_argument("--wall", type=float, default=Limits.wall, help="seconds of an exercise")
    one.add_argument("--memory", type=int, default=Limits.memory >> 20, help="MiB of address space")
    one.set_defaults(run=_grade)
    for name in ("feedback", "marks"):
        one = commands.add_parser(name, help="write feedback and marks again, after the hand marks were filled in")
        one.add_argument("--out", default="graded")
        one.set_defaults(run=_again)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run one command; an expected error is one line."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except (ValueError, ImportError) as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
