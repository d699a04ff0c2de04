"""How much of the past a plucked string takes: linear filters of growing length, one a note, exact bits a sample.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/wavenet_memory.py
Filters are least-squares solutions and error tables are counted, so nothing depends on a seed but the data.
"""

import torch
from wavenet_tones import RATE, SCALE, TEST, linear_prediction

from genbook import results

TAPS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 20, 24, 32)


def main() -> None:
    """Measure every length of memory, by note, and write the result."""
    torch.set_num_threads(1)
    period = (RATE / (440 * 2 ** ((SCALE - 69) / 12))).tolist()
    rows = []
    for taps in TAPS:
        bits = linear_prediction(per_note=True, taps=taps)
        by_note = [bits[TEST[1] == note].mean().item() for note in range(len(SCALE))]
        rows.append({"samples back": taps, "test": bits.mean().item(), "by note": by_note, "periods": period})
        print(taps, rows[-1]["test"], flush=True)
    results.write("wavenet_memory", rows, (0,), note="test bits a sample, exact; periods in samples")


if __name__ == "__main__":
    main()
