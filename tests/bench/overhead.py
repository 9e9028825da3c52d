"""What the house costs over TRL: a training of ours beside the same TRL script written bare, by turns.

OMP_NUM_THREADS=1 python -m tests.bench.overhead [--pairs 5] [--steps 40] [--method sft]
python -m tests.bench.overhead --gpu          # 0.5 billion random weights, bf16: tokens a second, memory

Both train a random model of one shape on the same rows, from the same seed; told are the medians of the trainer's own
seconds, without what comes before and after, and the median of the pairs' ratios. Ours does more for GRPO: it checks
answers as curate does, where the bare script looks for a box and compares strings.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import curate

SMALL = {"layers": 4, "hidden": 256, "heads": 4}
HALF_BILLION = {"layers": 24, "hidden": 1024, "heads": 16}


def main() -> None:
    """Prints a table; with --one, makes one training and prints its figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--method", choices=["sft", "grpo"], action="append")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--gpu", action="store_true")
    parser.add_argument("--one", nargs=3, metavar=("WHO", "METHOD", "FOLDER"))
    asked = parser.parse_args()
    if asked.one:
        who, method, folder = asked.one
        print(json.dumps((_ours if who == "ours" else _bare)(method, Path(folder), asked)))
        return
    with tempfile.TemporaryDirectory() as folder:
        curate.run("tiny", Path(folder) / "runs" / "tiny")
        print("| | ours, s | bare TRL, s | ratio of pairs: median (all) | tokens/s, ours | peak memory, ours / bare |")
        print("|---|---:|---:|---|---:|---|")
        for method in asked.method or ["sft", "grpo"]:
            print(_line(method, Path(folder), asked), flush=True)


def _line(method: str, folder: Path, asked: argparse.Namespace) -> str:
    both: dict[str, list[dict[str, float]]] = {"ours": [], "bare": []}
    for pair in range(asked.pairs):
        for who in ("ours", "bare") if pair % 2 else ("bare", "ours"):
            both[who].append(_apart(who, method, folder / f"{method}{pair}{who}", asked))
    seconds = {who: [one["seconds"] for one in found] for who, found in both.items()}
    ratios = sorted(ours / bare for ours, bare in zip(*seconds.values(), strict=True))
    tokens = statistics.median(one["tokens"] / one["seconds"] for one in both["ours"])
    memory = " / ".join(f"{max(one['memory'] for one in found) / 2**20:,.0f} MiB" for found in both.values())
    told = ", ".join(f"{one:.3f}" for one in ratios)
    ours, bare = (statistics.median(found) for found in seconds.values())
    return (
        f"| {method} | {ours:.2f} | {bare:.2f} | {statistics.median(ratios):.3f} ({told}) | {tokens:,.0f} | {memory} |"
    )


def _apart(who: str, method: str, folder: Path, asked: argparse.Namespace) -> dict[str, float]:
    """One training in a process of its own."""
    more = ["--steps", str(asked.steps), *(["--gpu"] if asked.gpu else [])]
    command = [sys.executable, "-m", "tests.bench.overhead", *more, "--one", who, method, str(folder)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SystemExit(ran.stderr[-3000:])
    found: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return found


def _trainer(method: str, asked: argparse.Namespace) -> dict[str, Any]:
    """The `trainer:` block of both."""
    common: dict[str, Any] = {"max_steps": asked.steps, "logging_steps": 5, "save_strategy": "no", "seed": 0}
    common |= {"bf16": True} if asked.gpu else {"bf16": False, "use_cpu": True}
    common |= {"gradient_checkpointing": False, "learning_rate": 1e-4}
    if method == "sft":
        return common | {"per_device_train_batch_size": 16, "max_length": 512}
    return common | {"per_device_train_batch_size": 32, "num_generations": 8, "max_completion_length": 48, "beta": 0.01}


def _settings(method: str, folder: Path, asked: argparse.Namespace) -> list[str]:
    shape = HALF_BILLION if asked.gpu else SMALL
    return [
        f"new={json.dumps(shape)}", 'model=""', f"data={folder.parent}/runs/tiny", f"out={folder}",
        f"trainer={json.dumps(_trainer(method, asked))}", *([] if asked.gpu else ["dtype=float32"]),
    ]  # fmt: skip


def _ours(method: str, folder: Path, asked: argparse.Namespace) -> dict[str, float]:
    from train.config import load
    from train.grpo import run_grpo
    from train.sft import run_sft
    from train.spec import GrpoSpec

    spec = load(f"tiny-cpu-{method}", _settings(method, folder, asked))
    run_grpo(spec) if isinstance(spec, GrpoSpec) else run_sft(spec)
    return _figures(json.loads((folder / "curves.json").read_text(encoding="utf-8")))


def _bare(method: str, folder: Path, asked: argparse.Namespace) -> dict[str, float]:
    """As one writes it who follows TRL's examples."""
    import torch
    from trl import GRPOConfig, GRPOTrainer, SFTConfig, SFTTrainer

    from train.config import load
    from train.data import read_rows
    from train.new import make

    spec = load(f"tiny-cpu-{method}", _settings(method, folder, asked))
    rows = read_rows(spec)
    model = str(make(spec, rows, folder / "new"))
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    more = {"output_dir": str(folder / "bare"), "report_to": "none", "disable_tqdm": True}
    more |= {"model_init_kwargs": {"dtype": spec.dtype}, "dataloader_pin_memory": asked.gpu}
    if method == "sft":
        data = rows.train.select_columns(["prompt", "completion"])
        trainer = SFTTrainer(model, SFTConfig(**_trainer(method, asked), **more), train_dataset=data)
    else:
        args = GRPOConfig(**_trainer(method, asked), **more)
        trainer = GRPOTrainer(model, [_boxed], args, train_dataset=rows.train)
    trainer.train()
    return _figures(trainer.state.log_history)


def _boxed(completions: list[Any], gold: list[str], **columns: Any) -> list[float]:
    """The reward of many a script."""
    found = [re.search(r"\\boxed\{([^}]*)\}", said[0]["content"]) for said in completions]
    return [float(bool(box) and box[1] == right) for box, right in zip(found, gold, strict=True)]  # type: ignore[index]


def _figures(log: list[dict[str, Any]]) -> dict[str, float]:
    import resource

    import torch

    on_gpu = torch.cuda.is_available()
    used = torch.cuda.max_memory_allocated() if on_gpu else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    tokens = max(one["num_tokens"] for one in log if "num_tokens" in one)
    return {
        "seconds": next(one["train_runtime"] for one in log if "train_runtime" in one),
        "tokens": tokens,
        "memory": used,
    }


if __name__ == "__main__":
    main()
