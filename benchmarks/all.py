"""Every comparison of speed that the chapters promise, one script after another, gathered into one table of ratios.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/all.py           (measure all, some minutes each)
                                OMP_NUM_THREADS=1 python benchmarks/all.py --gather   (only read what was measured)
Each script runs both sides in one process, turn by turn, and on a GPU where it can and there is one. Other libraries
are the extra `peers`, and diffusers, zuko and scikit-learn; where one is absent its script is left out and named.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from genbook import results

FOLDER, FLOWS = Path(__file__).parent, ("zuko", "nflows", "normflows")
Row = dict[str, Any]


def row(what: str, against: str, ratio: float, spread: tuple[float, float] | None = None) -> Row:
    """Return one line of the table: how many times as long the other side takes, and between which numbers."""
    return {
        "what": what,
        "against": against,
        "ratio": ratio,
        "least": spread and spread[0],
        "most": spread and spread[1],
    }


def couplings(rows: list[Row]) -> Iterator[Row]:
    """Training steps of RealNVP: the mean of three seeds, between the least and the largest."""
    rates = {r["model"]: [run["steps_per_second"] for run in r["runs"]] for r in rows}
    for name in FLOWS:
        ratios = [a / b for a, b in zip(rates["genbook"], rates[name], strict=True)]
        yield row("training step, RealNVP, D = 2", name, sum(ratios) / len(ratios), (min(ratios), max(ratios)))


def mafs(rows: list[Row]) -> Iterator[Row]:
    """Steps, densities and samples of MAF: medians with quartiles."""
    for r in rows:
        if r["library"] != "genbook":
            ratio, quartiles = r["ratio to genbook"], tuple(r["ratio, quartiles"])
            yield row(f"{r['what']}, MAF, D = {r['dim']}", r["library"], ratio, quartiles)


def splines(rows: list[Row]) -> Iterator[Row]:
    """Training steps of spline flows, without a spread."""
    for r in rows:
        if r["library"] != "genbook":
            yield row(f"training step, splines, {r['kind']}, D = 16", r["library"], r["genbook is faster by"])


def unets(rows: list[Row]) -> Iterator[Row]:
    """Training steps of the U-Net: medians with quartiles."""
    for r in rows:
        what = f"training step, U-Net, {r['side']} pixels a side, {r['device']}"
        yield row(what, "diffusers", r["ratio"], (r["least"], r["most"]))


def samplers(rows: list[Row]) -> Iterator[Row]:
    """Steps of DDIM without a network: medians with quartiles."""
    for r in rows:
        yield row(f"DDIM step beside the network, {r['device']}", "diffusers", r["ratio"], (r["least"], r["most"]))


def gibbs(rows: list[Row]) -> Iterator[Row]:
    """Gibbs steps of an RBM: medians between the least and the largest."""
    for r in rows:
        median, least, most = r["times scikit-learn, single"]
        what = f"Gibbs step, RBM, {r['visible']} x {r['hidden']}"
        yield row(what, "scikit-learn, single precision", median, (least, most))


def mades(rows: list[Row]) -> Iterator[Row]:
    """Samples of MADE, each unit once."""
    for r in rows:
        spread = r["times faster, least"], r["times faster, most"]
        yield row(f"samples, MADE, batch {r['batch']}", "itself, full passes", r["times faster"], spread)


def nades(rows: list[Row]) -> Iterator[Row]:
    """Training steps of NADE in chunks."""
    for r in rows[1:]:
        spread = r["least"], r["most"]
        yield row("training step, NADE", f"itself, {r['way']}", r["time over that in chunks"], spread)


def cached(name: str, key: str, size: str) -> Callable[[list[Row]], Iterator[Row]]:
    """Samples with a cache, at the largest size measured for each batch and model."""

    def gathered(rows: list[Row]) -> Iterator[Row]:
        for r in rows:
            if r[size] == max(s[size] for s in rows):
                what = f"samples, {r.get('model', name)}, {r[size]} positions, batch {r['batch']}"
                yield row(what, "itself, without a cache", r[key])

    return gathered


Script = tuple[tuple[str, ...], Callable[[list[Row]], Iterator[Row]]]
SCRIPTS: dict[str, Script] = {
    "flow_speed_coupling": (FLOWS, couplings),
    "flow_speed_maf": (FLOWS, mafs),
    "flow_speed_spline": (FLOWS, splines),
    "unet_speed": (("diffusers",), unets),
    "sampler_overhead": (("diffusers",), samplers),
    "rbm_gibbs": (("sklearn",), gibbs),
    "made_sampling": ((), mades),
    "nade_training": ((), nades),
    "pixelcnn_sampling": ((), cached("PixelCNN", "times faster", "pixels")),
    "transformer_sampling": ((), cached("Transformer", "times faster than prefix again", "positions")),
}


def gathered() -> list[Row]:
    """Return the ratios of all scripts that have a result."""
    table = []
    for name, (_, lines) in SCRIPTS.items():
        if not (results.FOLDER / f"{name}.json").is_file():
            print(f"{name}: not measured yet")
            continue
        record = results.read(name)
        source = {"script": name, "hardware": record["hardware"], "day": record["day"]}
        table += [line | source for line in lines(record["rows"])]
    return table


def main() -> None:
    """Measure unless told only to gather, then print and write the ratios."""
    for name, (peers, _) in SCRIPTS.items() if "--gather" not in sys.argv else ():
        absent = [peer for peer in peers if find_spec(peer) is None]
        if absent:
            print(f"{name}: left out, since {', '.join(absent)} is not installed (extra `peers`)")
            continue
        subprocess.run([sys.executable, str(FOLDER / f"{name}.py")], check=True)
    table = gathered()
    for line in table:
        spread = "" if line["least"] is None else f"  ({line['least']:.2f} to {line['most']:.2f})"
        print(f"{line['what']:50s} {line['against']:32s} {line['ratio']:8.2f}{spread}")
    note = "ratio: time of the other side over ours, so above 1 ours is faster; hardware and day of each script a row"
    print(results.write("speed", table, [0, 1, 2], note))


if __name__ == "__main__":
    main()
