"""What is curated is what is rewarded: one verdict on a completion, whoever asks for it."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from curate.entries import entries
from curate.execute import execute
from curate.recipe import load_recipe
from curate.rows import rl
from tests.curate.teaching import recipe
from tests.doubles.chat_answers import reply
from tests.doubles.chat_server import ChatServer
from tests.train.completions import MUTATIONS, Case, made, mutated, real
from tests.train.rewarding import Log, ids, spec
from train.rewards import UNANSWERED

Said = tuple[bool | None, str]

COLUMNS = {"id": "id", "question": "q", "gold": "g", "kind": "k", "options": "o", "context": "c"}


def curated(folder: Path, cases: Sequence[Case], **keys: Any) -> Iterator[tuple[Case, dict[str, Any], Said]]:
    """Each case with its row of a release, and its verdict in the table `checks` of a run."""
    keys = {"source": {"columns": COLUMNS}, **keys}
    rows = [
        {"id": f"{number}", "q": case.question, "g": case.gold, "k": case.kind, "o": case.options}
        | {"c": f"Record {number}.", "said": case.text, "finish": "length" if case.cut else "stop"}
        for number, case in enumerate(cases)
    ]
    (folder / "q.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")

    def teacher(request: dict[str, Any], nth: int) -> dict[str, Any]:
        found = re.search(r"Record (\d+)\.", request["messages"][0]["content"])
        assert found
        case = cases[int(found[1])]
        return reply(case.text, finish_reason="length" if case.cut else "stop")

    with ChatServer(teacher) as server:
        run = execute(load_recipe(recipe(folder, server.base_url, **keys)), folder / "runs" / "r")
    for entry in entries(run.path):
        assert entry.question is not None
        (tried,) = entry.tries
        yield cases[int(entry.question.source_id)], rl(entry), (tried.check["value"], tried.check["reason"])


def rewarded(pairs: Sequence[tuple[Case, dict[str, Any]]]) -> list[Said]:
    """The verdicts that rewards are made of: format and accuracy, less the format."""
    log = Log(spec())
    rewards = log.earned([ids(case.text, not case.cut) for case, _ in pairs], [row for _, row in pairs])
    values = []
    for reward, form, reason in zip(rewards, log.extra["form"], log.extra["verdict"], strict=True):
        accuracy = None if reward is None else reward - (form == "")
        if reason in UNANSWERED:  # undecided, and earns nothing beside its form
            assert accuracy == 0
            accuracy = None
        values.append(None if accuracy is None else bool(accuracy))
    return list(zip(values, log.extra["verdict"], strict=True))


def test_what_a_teacher_writes_is_rewarded_as_it_is_curated(tmp_path: Path) -> None:
    cases = list(mutated(made(), 800))
    assert {case.how for case in cases} == {"whole", *MUTATIONS}
    agree(list(curated(tmp_path, cases)))


def test_real_completions_are_rewarded_as_they_are_curated(tmp_path: Path, data: Path) -> None:
    cases = list(mutated(real(data), 2000))
    assert {case.how for case in cases} == {"whole", *MUTATIONS}
    agree(list(curated(tmp_path, cases)))


def test_real_completions_are_never_right_to_one_and_wrong_to_the_other(tmp_path: Path, data: Path) -> None:
    """As imported traces, which a reader of their own takes apart: it keeps what stands before a thought, and knows no
    refusal. So the two may differ there, but only in what they leave undecided."""
    traces = {"use": "traces", "columns": COLUMNS | {"answer": "said", "finish_reason": "finish"}}
    found = list(curated(tmp_path, list(mutated(real(data), 2000))[::2], source=traces))
    said = rewarded([(case, row) for case, row, _ in found])
    both = [(case.how, one, other) for (case, _, one), other in zip(found, said, strict=True)]
    assert not [pair for pair in both if {True, False} == {pair[1][0], pair[2][0]}]
    apart = {"refusal", "unnoticed cut", "one tag less", "answer first", "text before"}
    assert {how for how, one, other in both if one != other} <= apart


def agree(found: Sequence[tuple[Case, dict[str, Any], Said]]) -> None:
    """Asserts that both say the same of each, value and reason; all three values are among them."""
    said = rewarded([(case, row) for case, row, _ in found])
    differing = [(case.how, case.text[-200:], a, b) for (case, _, a), b in zip(found, said, strict=True) if a != b]
    assert not differing, differing[:3]
    counts = Counter(value for value, _ in said)
    assert min(counts[True], counts[False], counts[None]) > len(found) // 20
