"""Cases of the chapter `vae`."""

from collections.abc import Callable

from tests.cases import Case

CASES: dict[str, Callable[[], Case]] = {}
