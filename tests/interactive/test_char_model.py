"""The character model that the browser loads is the one that the package ships, and its card says so."""

import json
from hashlib import sha256

from genbook.training.weights import shipped
from tests.interactive.char_fixtures import CHAR_MODEL


def test_the_card_states_the_file() -> None:
    card, content = json.loads(CHAR_MODEL.with_suffix(".json").read_text()), CHAR_MODEL.read_bytes()
    assert (len(content), sha256(content).hexdigest()) == (card["bytes"], card["sha256"])
    assert len(content) < 1_000_000


def test_the_browser_loads_the_shipped_weights() -> None:
    assert CHAR_MODEL.read_bytes() == shipped("text-char-rnn").read_bytes()
