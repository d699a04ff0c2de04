import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from genbook.data import ALPHABET, Vocabulary, windows


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
