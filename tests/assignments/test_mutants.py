"""Every wrong solution is rejected by its check, every right one accepted; points and grade ids fit together."""

import pytest

from genbook.grading import cells
from genbook.grading.asking import exercises
from tests.assignments.sources import CHAPTERS, judged_here, mutants, source


def rows(kind):
    for chapter in CHAPTERS:
        for exercise, named in getattr(mutants(chapter), kind).items():
            for name, text in named.items():
                yield pytest.param(chapter, exercise, text, id=f"{chapter}-{exercise}-{name}")


@pytest.fixture(autouse=True)
def smoke(monkeypatch):
    monkeypatch.setenv("GENBOOK_BUDGET", "smoke")


@pytest.mark.parametrize(("chapter", "exercise", "text"), [*rows("WRONG")])
def test_a_wrong_solution_is_rejected(chapter, exercise, text):
    assert judged_here(chapter, exercise, text) is not None


@pytest.mark.parametrize(("chapter", "exercise", "text"), [*rows("RIGHT")])
def test_a_right_solution_is_accepted(chapter, exercise, text):
    assert judged_here(chapter, exercise, text) is None


@pytest.mark.full
@pytest.mark.parametrize(("chapter", "exercise", "text"), [*rows("WRONG"), *rows("RIGHT")])
def test_the_verdict_is_the_same_at_full_length(chapter, exercise, text, monkeypatch):
    monkeypatch.setenv("GENBOOK_BUDGET", "cpu")
    right = text in mutants(chapter).RIGHT[exercise].values()
    assert (judged_here(chapter, exercise, text) is None) == right


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_an_assignment_has_100_points_and_its_parts_fit(chapter):
    book, of_chapter, made = source(chapter), exercises(chapter), mutants(chapter)
    tests, hand = cells.points(book, "test"), cells.points(book, "hand")
    assert tests == {f"{chapter}-{name}-test": exercise.points for name, exercise in of_chapter.items()}
    assert sum(tests.values()) == 80 and sum(hand.values()) == 20 and 5 <= len(tests) <= 7
    assert set(made.WRONG) == set(made.RIGHT) == set(of_chapter)
    assert all(len(named) >= 3 for named in made.WRONG.values()) and all(len(n) >= 2 for n in made.RIGHT.values())
    for cell in book["cells"]:
        if cells.kind(cell) == "test":
            name = cells.grade_id(cell).removeprefix(f"{chapter}-").removesuffix("-test")
            assert cells.text(cell).strip() == f'check("{name}")'
            assert cell["metadata"]["nbgrader"]["locked"]
    assert (hand and sum(hand.values()) == 20) and not any(cell.get("outputs") for cell in book["cells"])


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_no_check_passes_an_empty_solution(chapter):
    for name, exercise in exercises(chapter).items():
        empty = "".join(f"def {each}(*args, **kwargs):\n    raise NotImplementedError\n" for each in exercise.functions)
        assert judged_here(chapter, name, empty) is not None
