import hashlib
import sysconfig

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from genbook.data import ALPHABET, Vocabulary, stdlib_card, stdlib_text, windows
from genbook.data.text import MODULES


def test_corpus_is_the_listed_modules_in_the_fixed_alphabet():
    parts = {split: stdlib_text(split) for split in MODULES}
    assert 1_000_000 < len(parts["train"]) < 2_000_000
    assert all(60_000 < len(parts[split]) < 200_000 for split in ("valid", "test"))
    assert set("".join(parts.values())) <= set(ALPHABET) and len(ALPHABET) == 96
    assert 'r"""HTTP' not in parts["train"] and "def shuffle(" in parts["train"] and "class Timer" in parts["test"]


def test_parts_share_no_module_and_none_is_listed_twice():
    listed = [module for modules in MODULES.values() for module in modules]
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


@given(text=st.text(min_size=1))
def test_encoding_is_undone_by_decoding(text):
    vocabulary = Vocabulary.of(text)
    tokens = vocabulary.encode(text)
    assert tokens.dtype == torch.int64 and tokens.shape == (len(text),)
    assert vocabulary.decode(tokens) == text and len(vocabulary) == len(set(text))
    assert vocabulary.characters == "".join(sorted(set(text)))


@given(text=st.text(min_size=1), unknown=st.characters(blacklist_characters=ALPHABET), place=st.integers(0, 20))
def test_unknown_characters_are_named_with_their_place(text, unknown, place):
    known = "".join(c for c in text if c in ALPHABET)
    place = min(place, len(known))
    with pytest.raises(ValueError, match="expected one of the 96 characters") as caught:
        Vocabulary().encode(known[:place] + unknown + known[place:])
    assert f"{unknown!r} at position {place}," in str(caught.value)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: Vocabulary(""), ValueError),
        (lambda: Vocabulary("aa"), ValueError),
        (lambda: Vocabulary(["a"]), TypeError),
        (lambda: Vocabulary.of(""), ValueError),
        (lambda: Vocabulary().encode(""), ValueError),
        (lambda: Vocabulary().encode(b"bytes"), TypeError),
        (lambda: Vocabulary().decode(torch.tensor([96])), ValueError),
        (lambda: Vocabulary().decode(torch.tensor([-1])), ValueError),
        (lambda: Vocabulary().decode(torch.tensor([[1]])), ValueError),
        (lambda: Vocabulary().decode(torch.tensor([1.0])), TypeError),
        (lambda: windows(torch.zeros(3, 3), 2), ValueError),
        (lambda: windows(torch.zeros(0), 2), ValueError),
        (lambda: windows(torch.zeros(3), 4), ValueError),
        (lambda: windows(torch.zeros(3), 0), ValueError),
        (lambda: windows(torch.zeros(3), 1.0), TypeError),
    ],
)
def test_bad_input_gets_one_sentence(call, error):
    with pytest.raises(error, match="expected") as caught:
        call()
    assert "\n" not in str(caught.value)


@given(total=st.integers(1, 50), length=st.integers(1, 50))
def test_windows_are_consecutive(total, length):
    if length <= total:
        pieces = windows(torch.arange(total), length)
        assert pieces.shape == (total // length, length)
        assert torch.equal(pieces.flatten(), torch.arange(total // length * length))
