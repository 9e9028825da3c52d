"""`curate show RUN --label`: a person reads one trace after another and votes, without seeing how the judges did.

Every vote is on the disk before the next is asked for, so that labelling stops and goes on anywhere.
"""

import getpass
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from curate.errors import UserError
from curate.labels import PersonVote, TraceKey, append_label, digest_of, in_turn, judged_traces, read_for, traces_of
from curate.records import Question, Trace
from curate.runs import Run
from curate.terminal.console import console, shown
from curate.terminal.keys import END, Keys, keys
from curate.terminal.layout import title
from curate.terminal.show import question_parts
from judges.reasoning.criteria import Criterion
from judges.verdict import Vote

_VOTES: Mapping[str, Vote] = {"1": 1, "0": 0, "?": None}
_SAID: Mapping[Vote, str] = {vote: key for key, vote in _VOTES.items()}
_ASKED = "1 met  0 not met  ? cannot tell  n note  b back  s skip  p page  q quit: "
_MORE = "-- more; any key goes on, e to the end --"

Step = tuple[TraceKey, Criterion]


def login_name() -> str:
    """The user's login name. Raises UserError where the machine knows none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        raise UserError("this machine knows no login name; say who votes with --by NAME") from None


@dataclass(slots=True)
class _Sheet:
    """What one person has said so far, and where it is kept."""

    by: str
    path: Path
    votes: dict[tuple[TraceKey, str], PersonVote]
    notes: dict[tuple[TraceKey, str], str] = field(default_factory=dict)
    saved: int = 0

    def save(self, step: Step, vote: Vote, seen: str) -> None:
        key, name = step[0], step[1].name
        earlier = self.votes.get((key, name))
        note = self.notes.pop((key, name), earlier.note if earlier else "")
        said = PersonVote(*key, name, vote, self.by, note, seen)
        append_label(self.path, said)
        self.votes[key, name] = said
        self.saved += 1


def label_traces(run: Run, by: str, path: Path, criteria: Sequence[Criterion], sample: int | None = None) -> None:
    """Asks `by` for votes on the run's judged traces and adds them to the labels file `path`.

    criteria: what to vote on, each by the name under which the judges voted; sample: how many traces, in the order of
    `in_turn`, by default all. What `by` has labelled is not asked again. Raises UserError for a run without judged
    traces, and for a file that cannot be read or written.
    """
    by = by.encode(errors="replace").decode().strip()
    if not by:
        raise UserError("--by is empty; say who votes")
    turn = [trace.key for trace in in_turn(judged_traces(run))]
    if not turn or not criteria:
        raise UserError(
            f"{run.path}: no judge has voted on a trace of this run, so there is nothing to label\n"
            f"  `curate show {run.path}` tells where its questions went"
        )
    names = [criterion.name for criterion in criteria]
    sheet = _sheet(by, path, run)
    wanted = turn[:sample]
    steps = [(key, criterion) for key in wanted for criterion in criteria if (key, criterion.name) not in sheet.votes]
    try:
        with keys() as pressed:
            _ask(run, sheet, steps, pressed)
    finally:
        whole = sum(all((key, name) in sheet.votes for name in names) for key in wanted)
        more = f"; the run has {len(turn):,}, --sample asks for more" if whole == len(wanted) < len(turn) else ""
        console().print(shown(f"\n{by}: {whole:,} of {len(wanted):,} traces labelled{more}"))
        saved = f"{sheet.saved:,} {'vote' if sheet.saved == 1 else 'votes'} saved in {path}"
        console().print(shown(saved if sheet.saved else "nothing new was saved", "dim"))


def _sheet(by: str, path: Path, run: Run) -> _Sheet:
    if not path.exists():
        return _Sheet(by, path, {})
    labels = read_for(run, path)
    if labels.warning:
        console().print(shown(labels.warning, "yellow"))
    return _Sheet(by, path, {(vote.trace, vote.criterion): vote for vote in labels.votes if vote.by == by})


def _ask(run: Run, sheet: _Sheet, steps: Sequence[Step], pressed: Keys) -> None:
    """Goes through the steps by key until they or the keys end."""
    order = list(dict.fromkeys(key for key, _ in steps))
    asked: list[int] = []  # the way back
    at, on_page, question, trace = 0, None, None, None
    while at < len(steps):
        key, criterion = steps[at]
        if key != on_page:
            question, trace, on_page = run.question(key[0]), traces_of(run, [key])[key], key
            assert question is not None, key
            _print_page(_page(question, trace, f"trace {order.index(key) + 1} of {len(order)}"), pressed)
        assert question is not None
        assert trace is not None
        console().print(_asking(criterion, question.language, sheet.votes.get((key, criterion.name))))
        console().print(_ASKED, end="")
        answer = pressed.key()
        console().print(shown(answer.strip()) if pressed.single else "")
        if answer in (END, "q"):
            return
        if answer in _VOTES:
            sheet.save(steps[at], _VOTES[answer], digest_of(trace, criterion))
            asked.append(at)
            at += 1
        elif answer == "s":
            asked.append(at)
            at = next((index for index in range(at, len(steps)) if steps[index][0] != key), len(steps))
        elif answer == "b" and asked:
            at = asked.pop()
        elif answer == "b":
            console().print("this is the first one here; earlier votes are changed in the file", style="dim")
        elif answer == "n":
            console().print("note, one line: ", end="")
            sheet.notes[key, criterion.name] = pressed.line().strip()
        elif answer == "p":
            on_page = None
        elif answer != "\n":
            console().print(shown(f"'{answer}' is no key here", "dim"))


def _asking(criterion: Criterion, language: str, earlier: PersonVote | None) -> RenderableType:
    """A criterion in the question's language, with an example of 1 and of 0, and one's own earlier vote."""
    wording = criterion.wording(language)
    head = Text.assemble("\n", (criterion.name, "bold"))
    if wording.title and wording.title != criterion.name.replace("_", " "):
        head.append_text(shown(f"  {wording.title}"))
    if earlier is not None:
        head.append_text(shown(f"  you said {_SAID[earlier.vote]} {earlier.note}", "cyan"))
    examples = [f"{vote}: {text}" for vote, text in ((1, wording.met), (0, wording.unmet)) if text]
    lines = [shown(wording.definition), *(shown(text, "dim") for text in examples)]
    return Group(head, *(Padding(line, (0, 0, 0, 2), expand=False) for line in lines if line))


def _page(question: Question, trace: Trace, place: str) -> RenderableType:
    """A trace for reading, whole; neither who wrote it nor what any judge said of it."""
    key = f"  {trace.question_id}  sample {trace.sample} attempt {trace.attempt}"
    head = Text.assemble("\n", shown(place, "bold"), shown(key, "dim"))
    parts = [head, *([title("instruction"), shown(question.task)] if question.task else []), *question_parts(question)]
    parts += [title("reasoning"), shown(trace.reasoning), title("answer"), shown(trace.answer)]
    return Group(
        *parts, title("final answer"), shown(trace.final if trace.final is not None else "none was found"), Text("")
    )


def _print_page(page: RenderableType, pressed: Keys) -> None:
    """A page, in a terminal a screenful at a time."""
    with console().capture() as captured:
        console().print(page)
    lines = captured.get().split("\n")
    room = max(console().height - 2, 5) if pressed.single and console().is_terminal else len(lines)
    while lines:
        console().file.write("\n".join(lines[:room]))
        lines = lines[room:]
        if lines:
            console().print(f"\n{_MORE}", end="", style="dim", highlight=False)
            if pressed.key() in (END, "e"):
                room = len(lines)
            console().file.write("\r" + " " * len(_MORE) + "\r")
