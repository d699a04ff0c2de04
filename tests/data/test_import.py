"""What is slow to import is imported where it is needed."""

import json
import subprocess
import sys


def test_importing_the_data_loads_nothing_heavy():
    code = "import json, sys, genbook.data; print(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout)
    assert "genbook.data.tones" in loaded
    assert not {"matplotlib", "sklearn", "scipy", "pooch", "requests"} & set(loaded)


def test_everything_exported_exists():
    import genbook.data

    assert all(hasattr(genbook.data, name) for name in genbook.data.__all__)
