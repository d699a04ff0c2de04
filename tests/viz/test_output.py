import io
import re
from html.parser import HTMLParser
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.image import imread

from genbook import viz
from genbook.evaluation import Estimate
from genbook.viz.output import MOST_BYTES, picture


class Elements(HTMLParser):
    """Collects start tags with their attributes, and text."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.text = [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text.append(data)


@settings(deadline=None, max_examples=20)
@given(alt=st.text(min_size=1).filter(str.strip), caption=st.text())
def test_alternative_text_and_caption_survive_as_they_are(alt, caption):
    shown = viz.Picture(b"png", alt, caption, 100)
    page = Elements(shown._repr_html_())
    (image,) = (a for tag, a in page.tags if tag == "img")
    assert image["alt"] == alt.replace("\r\n", "\n").replace("\r", "\n") or image["alt"] == alt
    assert [tag for tag, _ in page.tags] == ["figure", "img"] + ["figcaption"] * bool(caption)


def test_a_picture_is_transparent_small_and_leaves_no_open_figure():
    viz.use_style()
    before = plt.get_fignums()
    shown = viz.picture(viz.curves({"loss": [3.0, 2.0, 1.0]}), alt="The loss falls.")
    assert plt.get_fignums() == before
    assert len(shown.png) < MOST_BYTES
    image = imread(io.BytesIO(shown.png))
    assert image.shape[-1] == 4
    assert (image[[0, 0, -1, -1], [0, -1, 0, -1], 3] == 0).all()  # all four corners
    assert shown.width == pytest.approx(image.shape[1] * 96 / 120, abs=1)


def test_the_same_figure_gives_the_same_bytes():
    first, second = (viz.picture(viz.curves({"loss": [3.0, 1.0]}), alt="a").png for _ in range(2))
    assert first == second


def test_a_heavy_figure_is_drawn_smaller_or_refused():
    noise = torch.rand(1, 900, 900, generator=torch.Generator().manual_seed(0))
    figure, ax = plt.subplots(figsize=(3.2, 3.2))
    ax.imshow(noise[0].numpy())
    shown = viz.picture(figure, alt="Noise.")
    assert len(shown.png) < MOST_BYTES
    assert shown.width == pytest.approx(3.2 * 96, rel=0.15)
    figure, ax = plt.subplots(figsize=(5, 5))
    ax.imshow(noise[0].numpy(), interpolation="nearest")
    with pytest.raises(ValueError, match="even at 72 dpi"):
        viz.picture(figure, alt="Noise.")
    plt.close("all")


@pytest.mark.parametrize("alt", ["", "   "])
def test_a_figure_without_alternative_text_is_refused(alt):
    with pytest.raises(ValueError, match="alt is empty"):
        viz.picture(viz.curves({"loss": [1.0, 2.0]}), alt=alt)
    plt.close("all")


def test_what_is_no_figure_is_refused():
    with pytest.raises(TypeError, match="figure is a list"):
        viz.show([1, 2], alt="Numbers.")


def test_show_emits_html_with_the_text(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    assert viz.show(viz.curves({"loss": [1.0, 2.0]}), alt="It rises.", caption="A rise.") is None
    assert 'alt="It rises."' in shown[0]._repr_html_()
    assert repr(shown[0]) == "[Figure: It rises.]"


def test_the_website_keeps_alternative_text_caption_and_table(tmp_path):
    """A page of committed outputs, built by Sphinx with warnings as errors."""
    from sphinx.cmd.build import build_main

    picture = viz.picture(viz.curves({"loss": [2.0, 1.0]}), alt='A "line" & its fall', caption="It falls.")
    results = viz.table([{"model": "MADE", "test": Estimate(86.7, 0.5, 447, "<=")}])
    cells = [nbformat.v4.new_markdown_cell("# A page")]
    for thing in (picture, results):
        output = nbformat.v4.new_output("display_data", {"text/html": thing._repr_html_(), "text/plain": repr(thing)})
        cells.append(nbformat.v4.new_code_cell("...", outputs=[output], execution_count=1))
    python = {"kernelspec": {"name": "python3", "display_name": "Python 3"}, "language_info": {"name": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=python), tmp_path / "index.ipynb")
    (tmp_path / "conf.py").write_text("extensions = ['myst_nb']\nnb_execution_mode = 'off'\n")
    assert build_main(["-q", "-W", "-b", "html", str(tmp_path), str(tmp_path / "site")]) == 0
    page = Elements((tmp_path / "site" / "index.html").read_text())
    images = [a for tag, a in page.tags if tag == "img" and a.get("src", "").startswith("data:image/png")]
    assert [a["alt"] for a in images] == ['A "line" & its fall']
    assert "It falls." in page.text
    assert "<= 86.7 ± 0.5 nats" in page.text


def test_a_table_is_accessible_html_and_plain_markdown():
    rows = [{"model": "a|b <c>", "test": Estimate(86.71, 0.52, 447), "size": 1_234_567, "time": 3.14159}]
    results = viz.table(rows, caption="Digits & nats")
    page = Elements(results._repr_html_())
    assert [a["scope"] for tag, a in page.tags if tag == "th"] == ["col"] * 4 + ["row"]
    assert "Digits & nats" in page.text and "a|b <c>" in page.text and "= 86.7 ± 0.5 nats" in page.text
    assert repr(results).splitlines()[-1] == "| a\\|b <c> | = 86.7 ± 0.5 nats | 1,234,567 | 3.142 |"
    assert re.fullmatch(r"\| --- \| --- \| --- \| --- \|", repr(results).splitlines()[1])


@pytest.mark.parametrize("rows", [[], [{}], [{"a": 1}, {"b": 1}], [{"a": 1, "b": 2}, {"b": 2, "a": 1}]])
def test_bad_tables_are_refused(rows):
    with pytest.raises(ValueError, match="rows"):
        viz.table(rows)


def test_a_figure_is_kept_as_svg_where_the_environment_names_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture(plt.figure(), "Nothing is kept without the variable.")
    monkeypatch.setenv("GENBOOK_FIGURES", str(tmp_path))
    for alt in ("A line that falls.", "Nothing, in a frame"):
        figure, axes = plt.subplots()
        axes.plot([1, 0])
        picture(figure, alt)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["01-a-line-that-falls.svg", "02-nothing-in-a-frame.svg"]
    assert "<svg" in (tmp_path / names[0]).read_text(encoding="utf-8")
