"""What SFT and GRPO teach the tiny model, and how long that takes, from three seeds: the table of train/README.md.

OMP_NUM_THREADS=1 python -m tests.bench.tiny_training [--seeds 3]
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import curate
from tests.train.tiny import accuracy, grpo_spec, held_out, sft_spec
from train.grpo import run_grpo
from train.model import MODEL, NEW
from train.sft import run_sft

SHOWN = ("step", "reward", "accuracy", "format_rate", "undecided_rate", "kl", "groups_without_signal")


def main() -> None:
    """Prints a line a seed: held-out accuracy before, after SFT and after GRPO, the loss, the rewards by step, time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    seeds = parser.parse_args().seeds
    with tempfile.TemporaryDirectory() as folder:
        run = curate.run("tiny", Path(folder) / "runs" / "tiny").path
        rows = held_out(run)
        lines = [_seed(Path(folder) / str(seed), run, rows, seed) for seed in range(seeds)]
    print(f"\n{len(rows)} held-out questions; accuracy of the likeliest answer")
    print("| seed | before | after SFT | after GRPO | SFT loss | SFT | GRPO |\n|---|---|---|---|---|---|---|")
    print("\n".join(lines))


def _seed(folder: Path, run: Path, rows: list[Any], seed: int) -> str:
    start = time.monotonic()
    sft = run_sft(sft_spec(folder / "sft", run, seed=seed))
    middle = time.monotonic()
    grpo = run_grpo(grpo_spec(folder / "grpo", run, sft / MODEL, seed=seed))
    end = time.monotonic()
    losses = [entry["loss"] for entry in _curve(sft) if "loss" in entry]
    for entry in (one for one in _curve(grpo) if "reward" in one):
        print("  ".join(f"{name} {entry[name]:.3g}" for name in SHOWN))
    before, taught, rewarded = (accuracy(model, rows) for model in (sft / NEW, sft / MODEL, grpo / MODEL))
    return (
        f"| {seed} | {before:.0%} | {taught:.0%} | {rewarded:.0%} | {losses[0]:.2f} -> {losses[-1]:.3f} |"
        f" {middle - start:.0f} s | {end - middle:.0f} s |"
    )


def _curve(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder / "curves.json").read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    main()
