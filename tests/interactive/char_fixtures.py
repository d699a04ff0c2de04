"""What genbook computes for the character model of the live figure, in double precision."""

from pathlib import Path
from typing import Any

import torch

from genbook.autoregressive import CharRNN, Tokens
from genbook.autoregressive.text_sampling import complete, tempered
from genbook.data import ALPHABET, Vocabulary
from genbook.nn.outputs import Categorical
from genbook.numerics import seeded
from genbook.training import load_weights

CHAR_MODEL = Path(__file__).parents[2] / "book" / "live" / "models" / "text-char-rnn.safetensors"
TEXTS = ("import os\n\ndef main(", "for i in range(10):\n    x = ", "~?")


def char_model() -> dict[str, Any]:
    """Logits after texts, log-probabilities of the texts, and completions from given uniform numbers."""
    model, vocabulary = CharRNN(Tokens(len(ALPHABET), 64), Categorical(len(ALPHABET)), hidden=256), Vocabulary()
    load_weights(model, CHAR_MODEL)
    model = model.double().eval()
    with seeded(5):
        u = torch.rand(1, 40, dtype=torch.float64)
    cases = []
    for text in TEXTS:
        x = vocabulary.encode(text)[None]
        longer = torch.cat([x, torch.zeros_like(x[:, :1])], 1)
        written = {t: complete(model, x, u, lambda row, t=t: tempered(row, t)) for t in (1.0, 0.5, 1.4)}
        cases.append(
            {
                "text": text,
                "first": model.conditionals(x)[0, 0].tolist(),
                "next": model.conditionals(longer)[0, -1].tolist(),
                "log_prob": model.log_prob(x)[0].item(),
                "completions": {str(t): vocabulary.decode(tokens[0]) for t, tokens in written.items()},
            }
        )
    return {"alphabet": ALPHABET, "u": u[0].tolist(), "cases": cases}
