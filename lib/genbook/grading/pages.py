"""What leaves the grader: a page of feedback for each student, and the table of marks."""

import csv
import html
import io
from pathlib import Path
from typing import Any

from genbook.grading.folder import write

HEAD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}}
table{{border-collapse:collapse}}td,th{{border:1px solid #999;padding:.3rem .6rem;text-align:left}}
pre{{white-space:pre-wrap;background:#f4f4f4;color:#111;padding:.6rem}}</style></head><body><main><h1>{title}</h1>
"""


def feedback(report: dict[str, Any], marks: dict[str, str] | None = None) -> str:
    """Return one student's page: points and reasons, remarks, and their own written answers. All text is escaped."""
    text, marks = html.escape, marks or {}
    if "fault" in report:
        return HEAD.format(title=text(report["student"])) + "<p>Not graded yet.</p></main></body></html>\n"
    full = sum(row["of"] for row in report["exercises"].values())
    rows = [
        f"<tr><th scope='row'>{text(name)}</th><td>{row['points']} of {row['of']}</td>"
        f"<td>{text(row['why'] or 'passed')}</td></tr>"
        for name, row in report["exercises"].items()
    ]
    remarks = "".join(f"<li>{text(each)}</li>" for each in [*report["findings"], *report["errors"]])
    answers = [
        f"<h3>{text(name)}: {text(marks.get(name) or 'to be marked')} of {of}</h3>"
        f"<pre>{text(report['answers'].get(name, ''))}</pre>"
        for name, of in report["by_hand"].items()
    ]
    return "".join([
        HEAD.format(title=f"Feedback for {text(report['student'])}"),
        f"<p>Automatic part: {report['automatic']} of {full} points.</p>",
        "<table><thead><tr><th scope='col'>Exercise</th>",
        "<th scope='col'>Points</th><th scope='col'>Result</th></tr></thead><tbody>",
        *rows,
        "</tbody></table>",
        f"<h2>Remarks</h2><ul>{remarks}</ul>" if remarks else "",
        "<h2>Written answers</h2>",
        *answers,
        "</main></body></html>\n",
    ])  # fmt: skip


def marks(reports: dict[str, dict[str, Any]], old: dict[str, dict[str, str]]) -> str:
    """Return the table as CSV: automatic points, an empty column for each hand-marked question, and the total.

    What was typed into the hand columns of the table before stays; the total appears when all of them are filled.
    """
    graded = [report for report in reports.values() if "fault" not in report]
    if not graded:
        raise ValueError("there is no report to make a table from: grade a folder of submissions first.")
    automatic, hand = list(graded[0]["exercises"]), list(graded[0]["by_hand"])
    file = io.StringIO()
    table = csv.DictWriter(file, ["student", *automatic, "automatic", *hand, "total", "remarks"], lineterminator="\n")
    table.writeheader()
    for name, report in reports.items():
        by_hand = {key: old.get(_plain(name), {}).get(key, "") for key in hand}
        if "fault" in report:
            table.writerow({"student": _plain(name), **by_hand, "remarks": _plain(report["fault"])})
            continue
        done = all(by_hand.values())
        total = report["automatic"] + sum(float(value) for value in by_hand.values()) if done else ""
        points = {key: row["points"] for key, row in report["exercises"].items()}
        stopped = sorted({row["why"] for row in report["exercises"].values() if row["why"] and "stopped" in row["why"]})
        remarks = _plain("; ".join([*report["findings"], *stopped]))
        row = {"student": _plain(name), **points, "automatic": report["automatic"], **by_hand}
        table.writerow({**row, "total": f"{total:g}" if done else "", "remarks": remarks})
    return file.getvalue()


def _plain(value: str) -> str:
    """Keep a spreadsheet from reading a text as a formula."""
    return "'" + value if value[:1] in "=+-@" else value


def read_marks(path: Path) -> dict[str, dict[str, str]]:
    """Return the rows of a table by student; none where there is no table yet."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def write_feedback(reports: dict[str, dict[str, Any]], out: Path, table: dict[str, dict[str, str]]) -> None:
    """Write one page a student."""
    for name, report in reports.items():
        write(out / f"{name}.html", feedback(report, table.get(_plain(name))))
