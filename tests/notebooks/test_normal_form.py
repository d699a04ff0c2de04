"""Pages are stored in normal form, are small, and begin with the install cell that the whole book shares."""

import base64
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from pages import INSTALL_TAG, WIDGET, install_source, normalise, read, repository_url, source_digest

PAGE_BYTES = 1_500_000
IMAGE_BYTES = 150_000


def images(page: NotebookNode) -> Iterator[bytes]:
    """Yield the images in the outputs of a page."""
    for cell in page.cells:
        for output in cell.get("outputs", []):
            for kind, data in output.get("data", {}).items():
                if kind.startswith("image/"):
                    yield data.encode() if kind == "image/svg+xml" else base64.b64decode(data)


def test_page_is_valid_and_in_normal_form(page_path: Path) -> None:
    page = read(page_path)
    nbformat.validate(page)
    assert normalise(page) == page, "run `make notebooks` to store the page in normal form"


def test_page_and_its_images_are_small(page_path: Path) -> None:
    assert page_path.stat().st_size < PAGE_BYTES
    assert [len(image) for image in images(read(page_path)) if len(image) >= IMAGE_BYTES] == []


def test_outputs_are_those_of_the_code_on_the_page(page_path: Path) -> None:
    page = read(page_path)
    executed = page.metadata.get("genbook", {}).get("executed")
    assert executed == source_digest(page), "the code has changed since the outputs were stored: run `make notebooks`"


def test_first_code_cell_installs_the_package(page_path: Path) -> None:
    first = next(cell for cell in read(page_path).cells if cell.cell_type == "code")
    assert first.source == install_source(repository_url()), "run `make publish-to` (see CONTRIBUTING.md)"
    assert {INSTALL_TAG, "remove-cell"} <= set(first.metadata.get("tags", []))


def test_normal_form_removes_what_changes_between_runs() -> None:
    cell = nbformat.v4.new_code_cell("1", metadata={"execution": {"iopub.status.busy": "2020"}, "tags": ["x"]})
    cell.outputs = [
        nbformat.v4.new_output("display_data", data={WIDGET: {"model_id": "1"}, "text/plain": "Box()"}),
        nbformat.v4.new_output("stream", name="stdout", text="10%\r"),
        nbformat.v4.new_output("stream", name="stdout", text="20%\rdone\n"),
    ]
    page = nbformat.v4.new_notebook(cells=[cell, nbformat.v4.new_code_cell("1")], metadata={"widgets": {"a": 1}})
    once = normalise(page)
    assert once == normalise(once)
    assert "widgets" not in once.metadata
    assert dict(once.cells[0].metadata) == {"tags": ["x"]}
    assert [output.text for output in once.cells[0].outputs] == ["done\n"]
    assert once.cells[0].id != once.cells[1].id
    assert normalise(page).cells[0].id == once.cells[0].id
