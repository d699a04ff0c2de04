import hashlib
import sysconfig

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genbook.data import ALPHABET, stdlib_card, stdlib_text
from genbook.data.text import MODULES


def test_corpus_is_the_listed_modules_in_the_fixed_alphabet():
    parts = {split: stdlib_text(split) for split in MODULES}
    assert 1_000_000 < len(parts["train"]) < 2_000_000
    assert all(60_000 < len(parts[split]) < 200_000 for split in ("valid", "test"))
    assert set("".join(parts.values())) <= set(ALPHABET) and len(ALPHABET) == 96
    assert 'r"""HTTP' not in parts["train"] and "def shuffle(" in parts["train"] and "class Timer" in parts["test"]


def test_parts_share_no_module_and_none_is_listed_twice():
    listed = " ".join(MODULES.values()).split()
    assert len(listed) == len(set(listed))


def test_card_names_python_and_digests():
    card = stdlib_card()
    assert card["sha256_test"] == hashlib.sha256(stdlib_text("test").encode()).hexdigest()
    assert set(card) == {"python", "sha256_train", "sha256_valid", "sha256_test"}


def test_a_python_without_sources_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(sysconfig, "get_paths", lambda: {"stdlib": str(tmp_path)})
    with pytest.raises(FileNotFoundError, match="install a full Python"):
        stdlib_text()


@given(split=st.text().filter(lambda s: s not in MODULES))
def test_unknown_parts_are_named(split):
    with pytest.raises(ValueError, match="expected one of 'train', 'valid', 'test'"):
        stdlib_text(split)
