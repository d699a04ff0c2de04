"""How a wheel gets the live figures: they live in `book/live` and are copied into the package when it is built."""

from pathlib import Path

from setuptools.command.build_py import build_py

SOURCE = Path("book") / "live"
PATTERNS = ("*.mjs", "*.css", "*.json", "*.safetensors")


class BuildWithLiveFigures(build_py):
    """`build_py` that also copies the figures; an editable install reads them where they are."""

    def run(self) -> None:
        """Build, then copy the figures into `genbook/interactive/live`."""
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib) / "genbook" / "interactive" / "live"
        for pattern in PATTERNS:
            for file in SOURCE.rglob(pattern):
                copy = target / file.relative_to(SOURCE)
                copy.parent.mkdir(parents=True, exist_ok=True)
                self.copy_file(str(file), str(copy))
