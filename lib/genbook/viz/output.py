"""Figures with alternative text and tables of results, as notebooks and the website show them."""

import base64
import html
import io
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

MOST_BYTES = 150_000  # an image on a page stays below this
# Transparent figures sit on pure white or black, whichever the page asks for: there their ink has its full contrast.
BACKGROUND = "max-width:100%;height:auto;background-color:light-dark(#fff,#000);border-radius:4px"


@dataclass(frozen=True, repr=False)
class Picture:
    """A PNG with alternative text and a caption; displays itself in notebooks as an HTML figure."""

    png: bytes
    alt: str
    caption: str
    width: int

    def _repr_html_(self) -> str:
        data = base64.b64encode(self.png).decode()
        image = (
            f'<img class="dark-light" alt="{html.escape(self.alt)}" width="{self.width}" style="{BACKGROUND}" '
            f'src="data:image/png;base64,{data}">'
        )
        text = f'<figcaption class="mathjax_process">{html.escape(self.caption)}</figcaption>'
        caption = f"\n{text}" if self.caption else ""
        return f'<figure class="genbook-figure">\n{image}{caption}\n</figure>'

    def __repr__(self) -> str:  # noqa: D105
        return f"[Figure: {self.alt}]"


def keep_drawing(figure: Figure, alt: str) -> None:
    """Store the figure as SVG too, in the folder that the variable `GENBOOK_FIGURES` names, if it is set.

    Files are numbered in the order of the figures and named by the first words of `alt`.
    """
    if folder := os.environ.get("GENBOOK_FIGURES"):
        target = Path(folder)
        number = 1 + len(list(target.glob("*.svg")))
        words = "-".join(re.findall(r"[a-z0-9]+", alt.lower())[:6])
        figure.savefig(target / f"{number:02d}-{words}.svg", transparent=True, bbox_inches="tight")


def picture(figure: Figure | Axes, alt: str, caption: str = "") -> Picture:
    """Render a figure as a transparent PNG of less than 150 kB, and close it so that no notebook shows it twice.

    Raises:
        TypeError: `figure` is no matplotlib figure or axes.
        ValueError: `alt` is empty, or the picture is too large at every resolution.
    """
    if isinstance(figure, Axes):
        figure = figure.figure
    if not isinstance(figure, Figure):
        raise TypeError(f"figure is a {type(figure).__name__}, expected a matplotlib figure or axes.")
    if not alt.strip():
        raise ValueError("alt is empty, expected one or two sentences for a reader who does not see the figure.")
    keep_drawing(figure, alt)
    for dpi in (120, 96, 72):
        buffer = io.BytesIO()
        options = {"dpi": dpi, "transparent": True, "bbox_inches": "tight", "pil_kwargs": {"optimize": True}}
        figure.savefig(buffer, format="png", **options)
        if buffer.tell() < MOST_BYTES:
            plt.close(figure)
            png = buffer.getvalue()
            pixels = int.from_bytes(png[16:20], "big")  # the width in the header of a PNG
            return Picture(png, alt, caption, width=round(pixels * 96 / dpi))
    raise ValueError(f"the figure takes {buffer.tell()} bytes even at 72 dpi, expected under {MOST_BYTES}: draw less.")


def show(figure: Figure | Axes, alt: str, caption: str = "") -> None:
    r"""Display a figure with alternative text, in Jupyter, in Colab and on the website alike.

    The output is HTML whose `img` carries the text, so it survives in committed notebooks. `caption` states the claim
    of the figure and may hold mathematics as \( ... \).

    Raises:
        TypeError, ValueError: as `picture`.
    """
    from IPython.display import display  # noqa: PLC0415  (only where a notebook or a shell asks for output)

    display(picture(figure, alt, caption))


@dataclass(frozen=True, repr=False)
class Table:
    """A small table of results: HTML in notebooks and on the website, Markdown as text."""

    rows: tuple[Mapping[str, str], ...]
    caption: str

    def _repr_html_(self) -> str:
        heads = list(self.rows[0])
        head = "".join(f'<th scope="col">{html.escape(h)}</th>' for h in heads)
        body = "\n".join(f"<tr>{self._cells(row)}</tr>" for row in self.rows)
        caption = f"<caption>{html.escape(self.caption)}</caption>\n" if self.caption else ""
        head_and_body = f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>"
        head_and_body = f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>"
        return f'<table class="dataframe genbook-table">\n{caption}{head_and_body}\n</table>'

    def _cells(self, row: Mapping[str, str]) -> str:
        first, *others = (html.escape(v) for v in row.values())
        return f'<th scope="row">{first}</th>' + "".join(f"<td>{v}</td>" for v in others)

    def __repr__(self) -> str:  # noqa: D105
        heads = list(self.rows[0])
        lines = [heads, ["---"] * len(heads), *([v.replace("|", "\\|") for v in row.values()] for row in self.rows)]
        return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def table(rows: Sequence[Mapping[str, object]], caption: str = "") -> Table:
    """Return rows of results, all with the same columns, as a table; the first column names the row.

    Estimates bring their own `=`, `<=` or `~`, error and unit; whole numbers get thousands separators, other
    numbers four significant digits.

    Raises:
        ValueError: there are no rows, or their columns differ.

    >>> table([{"model": "uniform", "test": 181.3231, "parameters": 64000}])
    | model | test | parameters |
    | --- | --- | --- |
    | uniform | 181.3 | 64,000 |
    """
    if not rows or not rows[0]:
        raise ValueError("there are no rows or no columns, expected at least one of each.")
    heads = list(rows[0])
    if any(list(row) != heads for row in rows):
        raise ValueError(f"the rows differ in their columns, expected {heads} in each.")
    return Table(tuple({k: _cell(v) for k, v in row.items()} for row in rows), caption)


def _cell(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
