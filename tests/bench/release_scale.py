"""How fast `curate release` is, whether its memory is flat, and whether it gives the same bytes twice.

    python -m tests.bench.release_scale [--sizes 10000 100000] [--keep DIR]

Runs FinQA-form records of some 6 kB (tests.bench.run_scale) once, then builds the release twice, each a process of
its own. Prints rows per second, the peak of its own memory (Linux: RssAnon; `datasets` besides maps a copy of the whole
release as a file, which the system takes away again at need), the size of the release, and whether all files are equal.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from curate.release.lock import files_in, sha256
from tests.bench.run_scale import measure

_OWN = re.compile(r"RssAnon:\s+(\d+) kB")


def build(run: Path) -> tuple[float, int, dict[str, str]]:
    """Seconds, peak of its own memory in bytes and the files' hashes of one `curate release`."""
    began, peak = time.perf_counter(), 0
    command = [sys.executable, "-m", "curate", "release", str(run), "--set", "publish.licence=mit"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            found = _OWN.search(Path(f"/proc/{process.pid}/status").read_text())
            peak = max(peak, int(found[1]) * 1024 if found else 0)
            time.sleep(0.1)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    files = files_in(run / "release" / "v1.0.0")
    return time.perf_counter() - began, peak, {name: sha256(path) for name, path in files.items()}


def main() -> None:
    """Measures each size and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--keep", type=Path, help="a folder to work in and to keep; a run in it is used again")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        print(f"{'rows':>9} {'seconds':>8} {'rows/s':>8} {'peak MB':>8} {'MB':>8}  twice")
        for size in options.sizes:
            run = folder / f"run-{size}"
            if not run.exists():
                measure(size, folder)
            seconds, peak, first = build(run)
            _, _, second = build(run)
            held = sum(path.stat().st_size for path in files_in(run / "release").values()) / 1e6
            same = "equal" if first == second else "DIFFERENT"
            print(f"{size:>9,} {seconds:>8.1f} {size / seconds:>8,.0f} {peak / 1e6:>8,.0f} {held:>8,.1f}  {same}")


if __name__ == "__main__":
    main()
