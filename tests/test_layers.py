"""Who may import whom: the layers of the package, read from its syntax trees."""

import ast
from pathlib import Path

import pytest

import genbook

ROOT = Path(genbook.__file__).parent
CORE = {"protocols", "checks", "numerics"}
FAMILIES = {"autoregressive", "vae", "flows", "diffusion", "gan", "ebm"}
# folder or file of genbook -> what it may import besides itself; a folder that is not named here fails the test
MAY: dict[str, set[str]] = {
    "protocols": set(),
    "checks": set(),
    "numerics": CORE,
    "nn": CORE,
    "data": CORE,
    "foundations": CORE | {"nn", "data"},
    "compression": CORE | {"nn", "data"},
    "training": CORE,
    "evaluation": CORE | {"training"},  # the weights of its two classifiers
    "viz": {"checks"},
    "results": set(),
    "grading": CORE | {"nn", "data", "training"},  # the checks: no family, which would be the answer
    "weights": set(),
    **{family: CORE | {"nn", "data"} for family in FAMILIES},
}
ANYTHING = {"interactive"}


def imported(source: str) -> set[str]:
    """The parts of genbook that a module imports, by the first name after `genbook.`."""
    parts = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.level:
            raise ValueError("a relative import, expected `from genbook. ...`")
        if isinstance(node, ast.ImportFrom) and node.module == "genbook":
            parts |= {alias.name for alias in node.names}
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        parts |= {name.split(".")[1] for name in names if name.startswith("genbook.")}
    return parts


def offences(part: str, source: str) -> set[str]:
    """What a module of `part` imports and may not."""
    return set() if part in ANYTHING else imported(source) - MAY[part] - {part}


MODULES = sorted(path for path in ROOT.rglob("*.py") if path != ROOT / "__init__.py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_imports_only_what_its_layer_may(path):
    part = path.relative_to(ROOT).parts[0].removesuffix(".py")
    assert not offences(part, path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "part, line, caught",
    [
        ("vae", "from genbook.flows.realnvp import RealNVP", {"flows"}),
        ("flows", "import genbook.training.fit", {"training"}),
        ("gan", "from genbook import viz", {"viz"}),
        ("gan", "def f():\n    from genbook.interactive import slider", {"interactive"}),
        ("evaluation", "from genbook.autoregressive import MADE", {"autoregressive"}),
        ("viz", "from genbook.autoregressive import MADE", {"autoregressive"}),
        ("nn", "from genbook.vae import VAE", {"vae"}),
        ("vae", "from genbook.nn import MaskedMLP\nfrom genbook.vae.prior import Prior\nimport torch", set()),
        ("interactive", "from genbook.training import fit", set()),
    ],
)
def test_a_forbidden_import_is_caught(part, line, caught):
    assert offences(part, line) == caught


def test_nothing_imports_interactive_and_no_layer_imports_upwards():
    assert all("interactive" not in allowed for allowed in MAY.values())
    for part, allowed in MAY.items():
        for other in allowed - {part}:
            assert part not in MAY[other] or {part, other} <= CORE, f"{part} and {other} may import each other"
