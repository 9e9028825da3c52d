"""The pictures of the documentation, made anew by `python -m tests.pictures`: the quickstart, judged by two models.

The report as a browser shows it (PNG), and commands as a terminal shows them (SVG, by rich). The judges are a scripted
server. The files are committed: look at them, and commit those that say something new.
"""

import html
import io
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import chdir, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Page
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.cells import cell_len
from rich.console import Console

from curate.cli import app
from curate.moment import Moment
from curate.report.build import build
from curate.runs import Run
from curate.terminal.console import console
from curate.terminal.live import View
from curate.terminal.rates import Rates
from tests.browser import PHONE, launched, watched
from tests.conftest import ROOT
from tests.curate.report.reports import judged

PICTURES = ROOT / "curate" / "report" / "pictures"
COLUMNS = 100
_CELL = 12.2  # units of rich's SVG that a column is wide
RUN = "quickstart"


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture of the report. place: its hash; at: what is scrolled to the top; options: of the browser's window."""

    place: str
    at: str
    options: Mapping[str, Any]


TRACE = "traces:demo-en-07"  # with a wrong calculation
SHOTS = {
    "overview": Shot("", "", {"viewport": {"width": 1280, "height": 1290}}),  # down to the whole funnel
    "trace": Shot(f"#trace={quote(TRACE)}", "#trace .try", {}),
    "chinese": Shot("#criteria", "", {"color_scheme": "dark", "locale": "zh-CN"}),
    "phone": Shot(f"#trace={quote(TRACE)}", "#trace .try", {"viewport": PHONE, "device_scale_factor": 1.5}),
}
COMMANDS = (["show", RUN, "traces:demo-zh-07"], ["explain", RUN, TRACE])


def main() -> None:
    """Makes all pictures, and says how large they are."""
    os.environ |= {"COLUMNS": str(COLUMNS), "FORCE_COLOR": "1"}  # before anything is printed
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir()
    with tempfile.TemporaryDirectory() as scratch, chdir(scratch):
        _written("run", live())
        for arguments in COMMANDS:
            _written(arguments[0], printed(arguments))
        photographed(build(Run(RUN)).path.resolve())
    for path in sorted(PICTURES.iterdir()):
        print(f"{path.name:<24}{path.stat().st_size / 1000:>8,.0f} kB")


def photographed(report: Path) -> None:
    """Writes the pictures of a report."""
    with launched() as browser:
        for name, shot in SHOTS.items():
            with watched(browser, **shot.options) as (page, faults):
                page.goto(report.as_uri() + shot.place)
                _scrolled(page, shot.at)
                page.screenshot(path=PICTURES / f"{name}.png")
                assert not faults, faults


def _scrolled(page: Page, to: str) -> None:
    page.wait_for_timeout(500)  # until what is unpacked is drawn
    if to:
        page.locator(to).first.evaluate("one => one.scrollIntoView()")
        page.wait_for_timeout(200)


def live() -> str:
    """Makes the run. Returns its live view when most of it is done."""
    screen, rates = Console(record=True, width=COLUMNS, height=40, file=io.StringIO(), force_terminal=True), Rates()
    seen: list[View] = []

    def told(moment: Moment) -> None:
        rates.add(moment)
        if moment.stage == "curating" and moment.done > 55 and not seen:
            seen.append(View(moment, rates))
            screen.print(*seen)

    judged(Path("runs") / RUN, 0.85, latency=0.3, told=told, budget={"usd": 1})
    return re.sub(r"http://127\.0\.0\.1:\d+", "https://judges.example", pictured(screen, f"curate run {RUN}"))


def printed(arguments: list[str]) -> str:
    """What a command prints in a terminal."""
    console().record = True
    with redirect_stdout(io.StringIO()):
        app(arguments, standalone_mode=False)
    return pictured(console(), f"curate {' '.join(arguments)}")


def pictured(screen: Console, title: str) -> str:
    """What a console printed, as SVG without a font from elsewhere. rich gives a line of Chinese half of its width."""
    form = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    form = form.replace("Fira Code, monospace", "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace")
    drawn = screen.export_svg(title=title, code_format=form, unique_id=title.split()[1])
    drawn = drawn.replace(f"{Path.cwd()}/", "")  # of the folder that is made for the pictures
    return re.sub(r'textLength="[^"]*"([^>]*)>([^<]*)<', _lengthened, drawn)


def _lengthened(found: re.Match[str]) -> str:
    return f'textLength="{cell_len(html.unescape(found[2])) * _CELL:g}"{found[1]}>{found[2]}<'


def _written(name: str, picture: str) -> None:
    (PICTURES / f"{name}.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
