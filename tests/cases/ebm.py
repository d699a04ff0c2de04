"""Cases of the chapter `ebm`."""

from collections.abc import Callable

from tests.cases import Case

CASES: dict[str, Callable[[], Case]] = {}
