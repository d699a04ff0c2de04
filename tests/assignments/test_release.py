"""What is handed out holds no solution; what comes back is matched by grade id; pages and tables say what is true."""

import copy
import json

import pytest

from genbook.grading import cells
from genbook.grading.pages import feedback, marks, read_marks
from genbook.grading.release import leaks, release, secrets, validate
from tests.assignments.sources import CHAPTERS, ROOT, source

pytest.importorskip("nbgrader")


@pytest.fixture(scope="module", params=CHAPTERS)
def handed_out(request):
    return request.param, release(ROOT / "assignments" / request.param / "assignment.ipynb")


def test_a_release_holds_no_solution_and_no_output(handed_out):
    chapter, book = handed_out
    hidden, shown = secrets(ROOT / "assignments" / chapter), json.dumps(book, ensure_ascii=False)
    assert len(hidden) > 20 and leaks(shown, hidden) == []
    assert "BEGIN SOLUTION" not in shown
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in book["cells"])
    assert [cells.grade_id(cell) for cell in book["cells"]] == [cells.grade_id(c) for c in source(chapter)["cells"]]


def test_the_source_itself_would_be_found_by_the_search(handed_out):
    chapter, _ = handed_out
    folder = ROOT / "assignments" / chapter
    shown = (folder / "assignment.ipynb").read_text(encoding="utf-8")
    assert len(leaks(shown, secrets(folder))) > 20


def test_the_validator_wants_every_gap_filled_and_is_content_with_the_source(handed_out):
    chapter, book = handed_out
    solutions = sum(cells.kind(cell) == "solution" for cell in book["cells"])
    hand = len(cells.points(book, "hand"))
    assert len(validate(book, book)) == solutions + hand
    assert validate(book, source(chapter)) == []


def test_the_validator_names_what_is_missing_edited_doubled_or_added(handed_out):
    chapter, book = handed_out
    done = source(chapter)
    of = {kind: next(c for c in done["cells"] if cells.kind(c) == kind) for kind in ("solution", "test", "hand")}
    edited = copy.deepcopy(done)
    edited["cells"] = [c for c in edited["cells"] if cells.grade_id(c) != cells.grade_id(of["solution"])]
    test = next(c for c in edited["cells"] if cells.kind(c) == "test")
    test["source"] = "pass"
    edited["cells"] += [copy.deepcopy(next(c for c in edited["cells"] if cells.kind(c) == "hand"))]
    edited["cells"] += [{"cell_type": "code", "metadata": {}, "source": "helper = 1", "outputs": []}]
    found = "\n".join(validate(book, edited))
    assert f"{cells.grade_id(of['solution'])} is missing" in found
    assert f"{cells.grade_id(test)} was edited" in found
    assert f"{cells.grade_id(of['hand'])} occurs 2 times" in found
    assert "1 added or changed code cells are not run" in found


REPORT = {
    "student": "=ada<b>",
    "exercises": {"masks": {"points": 14, "of": 14, "why": None}, "train": {"points": 0, "of": 66, "why": "<script>"}},
    "automatic": 14,
    "by_hand": {"q-a": 12, "q-b": 8},
    "answers": {"q-a": "<img>", "q-b": ""},
    "findings": [],
    "errors": [],
    "protections": [],
}


def test_feedback_is_escaped_and_the_table_keeps_hand_marks(tmp_path):
    page = feedback(REPORT)
    assert "<script>" not in page and "<img>" not in page and "14 of 80" in page
    table = tmp_path / "marks.csv"
    table.write_text(marks({"=ada<b>": REPORT}, {}))
    (row,) = read_marks(table).values()
    assert row["student"] == "'=ada<b>" and row["automatic"] == "14" and row["q-a"] == "" and row["total"] == ""
    filled = {row["student"]: {**row, "q-a": "10.5", "q-b": "8"}}
    table.write_text(marks({"=ada<b>": REPORT}, filled))
    (row,) = read_marks(table).values()
    assert row["q-a"] == "10.5" and row["total"] == "32.5"
