"""What holds for each live figure: no fault of accessibility, in either theme."""

import pytest
from site_build import ROOT

from .live_page import axe_violations, figure_html, live

__all__ = ["axe_violations", "live"]
NAMES = sorted(path.stem for path in (ROOT / "book" / "live" / "figures").glob("*.mjs"))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_the_figure_is_accessible(live, axe_violations, name, theme) -> None:
    with live(figure_html(name), theme=theme) as opened:
        opened.figure(name)
        assert axe_violations(opened.page) == []
        assert opened.faults == []
