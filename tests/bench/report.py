"""How large a report of many traces is, how long it takes to build, and how fast a browser is with it.

    python -m tests.bench.report [--traces 10000] [--data DIR] [--keep DIR]

The traces: reasoning of some 6 kB (2,000 characters in Chinese), put together from the real traces of
`tests.bench.planted`, under tables of FinQA documents; half English, half Chinese. Pieces of one stand in several, but
further apart than gzip looks back, so that they are packed as real ones would be. Each measurement of the browser is of
a fresh window, the median of three; what is painted is waited for.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Page

from tests.bench.planted import LANGUAGES, traces
from tests.browser import launched, watched
from tests.conftest import DATA

BYTES = 6_000  # of reasoning
RARE = "net of the reserve"  # written into one trace alone
TIMES = 3
_ASKED = {"en": ("What is the total?", "The answer is \\boxed{{{}}}."), "zh": ("合计是多少？", "答案是\\boxed{{{}}}。")}

# Scripts for the page; each resolves with milliseconds once what it did is painted.
_PAINTED = "new Promise((go) => requestAnimationFrame(() => setTimeout(go)))"
_BEGIN = "const began = performance.now(), at = (id) => document.getElementById(id);"
_GO = f"""async (hash) => {{ {_BEGIN}
    await new Promise((go) => {{ addEventListener("hashchange", go, {{ once: true }}); location.hash = hash; }});
    await {_PAINTED}; return performance.now() - began; }}"""
_OPEN = f"""async (id) => {{ {_BEGIN} location.hash = "#trace=" + encodeURIComponent(id);
    while (document.querySelector("#trace h1")?.textContent !== id) await new Promise((go) => setTimeout(go));
    await {_PAINTED}; return performance.now() - began; }}"""
_SEARCH = f"""async (text) => {{ {_BEGIN} location.hash = "#traces?q=" + encodeURIComponent(text);
    while (at("traces-stop").hidden) await new Promise((go) => setTimeout(go));
    while (!at("traces-stop").hidden) await new Promise((go) => setTimeout(go, 5));
    await {_PAINTED}; return performance.now() - began; }}"""
_SCROLL = """async () => { const frames = [], box = document.getElementById("traces-rows");
    let before = performance.now();
    for (let frame = 0; frame < 120; frame++) {
        box.scrollTop += 700;
        await new Promise((go) => requestAnimationFrame(go));
        const now = performance.now(); frames.push(now - before); before = now;
    } return frames; }"""
_STARTED = """() => { const [page] = performance.getEntriesByType("navigation");
    const [paint] = performance.getEntriesByName("first-contentful-paint");
    return [paint.startTime, page.domContentLoadedEventEnd]; }"""


def records(data: Path, count: int, seed: int = 17) -> Iterator[Mapping[str, Any]]:
    """Records for the source `traces`, the same for the same seed."""
    chance = random.Random(seed)
    real = {one: [found.subject for found in traces(data) if found.subject.language == one] for one in LANGUAGES}
    lines = (data / "finqa" / "test_rawdocs_150.jsonl").read_text(encoding="utf-8").splitlines()
    contexts = [_context(json.loads(line)) for line in lines]
    for number in range(count):
        language = LANGUAGES[number % 2]
        question, said = _ASKED[language]
        gold = f"{chance.uniform(1, 9000):.1f}"
        yield {
            "id": f"{language}-{number:06}",
            "language": language,
            "kind": "number",
            "question": f"{chance.choice(real[language]).question} {question}",
            "context": chance.choice(contexts),
            "gold": gold,
            "reasoning": _reasoning([one.reasoning for one in real[language]], chance)
            + (f"\n\n{RARE}" if number == count // 2 else ""),
            "answer": said.format(gold if chance.random() < 0.8 else "0"),
        }


def _context(document: Mapping[str, Any]) -> str:
    table = [f"| {' | '.join(row)} |" for row in document["table"]]
    return "\n".join([*document["pre_text"], "", *table, "", *document["post_text"]])


def _reasoning(real: Sequence[str], chance: random.Random) -> str:
    """Some traces one after another, until there are enough bytes."""
    text = ""
    while len(text.encode()) < BYTES:
        text += chance.choice(real) + "\n\n"
    return text.encode()[:BYTES].decode(errors="ignore")


def made(folder: Path, data: Path, count: int) -> Path:
    """The run directory of so many records."""
    source, recipe, run = folder / "traces.jsonl", folder / "traces.yaml", folder / "run"
    with source.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in records(data, count))
    columns = "{language: language, kind: kind}"
    said = f"sources: [{{use: traces, from: {source.name}, columns: {columns}}}]"
    recipe.write_text(f"name: traces\nversion: 1.0.0\n{said}\n", encoding="utf-8")
    called("run", str(recipe), "--out", str(run))
    return run


def called(*arguments: str) -> tuple[float, float, int]:
    """Seconds, seconds of the processor and peak resident bytes of one command."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "curate", *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"curate {' '.join(arguments)} ended with {process.returncode}")
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def browsed(report: Path, count: int) -> Iterator[tuple[str, str]]:
    """What was measured in the browser, by what it is called."""
    last = f"traces:{LANGUAGES[(count - 1) % 2]}-{count - 1:06}"

    def started(page: Page) -> tuple[float, float]:
        paint, loaded = page.evaluate(_STARTED)
        return paint, loaded

    starts = _each(report, "", started)
    yield "first paint", f"{median(paint for paint, _ in starts):,.0f} ms"
    yield "DOMContentLoaded", f"{median(loaded for _, loaded in starts):,.0f} ms"
    for name, script, value in (
        ("the list opened", _GO, "#traces"),
        ("filtered by source", _GO, "#traces?source=traces"),
        ("filtered by place and language", _GO, "#traces?goes_to=rl&language=zh"),
        ("searched all text, one row found", _SEARCH, RARE),
        ("searched all text, Chinese", _SEARCH, "不存在的文字"),
    ):
        yield name, f"{median(_each(report, '#traces' if script != _GO else '', _timed(script, value))):,.0f} ms"
    yield "a trace opened", f"{median(_each(report, '#traces', _timed(_OPEN, last))):,.0f} ms"
    frames = sorted(frame for found in _each(report, "#traces", lambda page: page.evaluate(_SCROLL)) for frame in found)
    yield (
        "a frame while scrolling",
        f"{median(frames):.0f} ms, 99 of 100 within {frames[len(frames) * 99 // 100]:.0f} ms",
    )


def _timed(script: str, value: str) -> Callable[[Page], float]:
    return lambda page: page.evaluate(script, value)


def _each(report: Path, place: str, measured: Callable[[Page], Any]) -> list[Any]:
    """What is measured in fresh windows, at a place of the page, after all that opening it sets off."""
    found = []
    with launched() as browser:
        for _ in range(TIMES):
            with watched(browser) as (page, faults):
                page.goto(report.as_uri() + place)
                page.wait_for_timeout(500)
                found.append(measured(page))
                assert not faults, faults
    return found


def main() -> int:
    """Prints the table; 1 where the real traces are not at hand."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--traces", type=int, default=10_000)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of the real records")
    parser.add_argument("--keep", type=Path, help="a folder to keep the run and its report in")
    given = parser.parse_args()
    if not given.data.is_dir():
        print(f"no real traces in {given.data} (--data names their folder)", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        run = folder / "run"
        if not (run / "run.json").exists():
            made(folder, given.data, given.traces)
        seconds, processor, peak = called("report", str(run))
        report = run / "report.html"
        print(f"{given.traces:,} traces of {BYTES:,} bytes of reasoning")
        print(f"{'built':<36}{seconds:.1f} s, {processor:.1f} s of the processor, {peak / 1e6:,.0f} MB of memory")
        print(f"{'file':<36}{report.stat().st_size / 1e6:.1f} MB")
        for name, value in browsed(report.resolve(), given.traces):
            print(f"{name:<36}{value}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
