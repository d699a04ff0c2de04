"""The public tree shows no solution, and the search finds one that is hidden in it."""

import subprocess

import pytest

from genbook.grading.public import public, search
from genbook.grading.release import secrets
from tests.assignments.sources import CHAPTERS, ROOT

pytest.importorskip("nbgrader")


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    to = tmp_path_factory.mktemp("public") / "tree"
    made = public(ROOT, to)
    assert [path.parent.name for path in made] == CHAPTERS
    return to


def test_the_tree_has_the_book_and_no_history_sources_or_mark_schemes(tree):
    names = {path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_file()}
    assert {"README.md", "pyproject.toml", "lib/genbook/__init__.py", "book/index.md"} <= names
    assert not any(name.startswith((".git/", "tests/assignments/")) for name in names)
    assert not any(name.endswith(("marking.md", "mutants.py")) for name in names)
    assert search(ROOT, tree) == []


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_planted_solution_is_found(tree, chapter):
    line = max(secrets(ROOT / "assignments" / chapter), key=len)
    planted = tree / "book" / "planted.md"
    planted.write_text(f"some text\n    {line}\n", encoding="utf-8")
    try:
        assert search(ROOT, tree)
    finally:
        planted.unlink()


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path):
    (tmp_path / "mine").write_text("x")
    with pytest.raises(ValueError, match="not empty"):
        public(ROOT, tmp_path)
    assert subprocess.os.listdir(tmp_path) == ["mine"]
