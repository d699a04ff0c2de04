"""Cases of the chapter `comparison`."""

from collections.abc import Callable

from tests.cases import Case

CASES: dict[str, Callable[[], Case]] = {}
