"""Copy the trained character model of the page, with a card, to where the live figure "char-model" loads it.

Run from the root of the book:  python benchmarks/live_char_model.py
The weights are those that `text_models.py` stored, in half precision; the card states the cost of exactly these.
"""

import json
from hashlib import sha256
from pathlib import Path

from genbook.training.weights import shipped

NAME = "text-char-rnn"
TARGET = Path(__file__).parents[1] / "book" / "live" / "models" / f"{NAME}.safetensors"


def main() -> None:
    """Copy the file and write its card."""
    source = shipped(NAME)
    content = source.read_bytes()
    card = json.loads(source.with_suffix(".json").read_text())
    card |= {"figure": "char-model", "weights": NAME, "precision": "half", "bytes": len(content)}
    card |= {"command": "python benchmarks/live_char_model.py", "sha256": sha256(content).hexdigest()}
    TARGET.write_bytes(content)
    TARGET.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n")


if __name__ == "__main__":
    main()
