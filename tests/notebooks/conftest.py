"""The pages that are notebooks, for tests that look at each of them."""

import pytest
from pages import ROOT, notebooks


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "page_path" in metafunc.fixturenames:
        found = notebooks()
        metafunc.parametrize("page_path", found, ids=[str(p.relative_to(ROOT / "chapters")) for p in found])
