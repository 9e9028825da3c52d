"""What tests of labelling and calibration share: a small run directory with traces, votes and verdicts as told.

run = judged_run(tmp_path / "runs" / "r", {"demo:1": {"rules": [1, 1, 0]}})
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from curate.records import Question
from curate.runs import DATABASE, RECORD, STATED, Run
from curate.tables import TABLES, question_row, schema
from judges.reasoning.combine import Keep, combine
from judges.reasoning.criteria import FIN_R1
from judges.verdict import Score, Vote

NAMES = FIN_R1.names
Votes = Mapping[str, Sequence[Vote]]  # judge -> its votes on the seven criteria, 1 where they end


def judged_run(
    folder: Path, votes: Mapping[str, Votes], recipe: Mapping[str, Any] | None = None, chinese: Sequence[str] = ()
) -> Run:
    """A run of one trace a question. votes: question -> judge -> votes; a question's source stands before its colon."""
    folder.mkdir(parents=True, exist_ok=True)
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    for id, judges in votes.items():
        key = {"question_id": id, "sample": 0, "attempt": 0}
        names = [name for name, _, _ in TABLES["questions"]]
        rows["questions"].append(dict(zip(names, question_row(question(id, id in chinese)), strict=True)))
        trace = {"origin": "imported", "model": "SECRET-TEACHER", "outcome": "ok", "final": "42"}
        rows["traces"].append(key | trace | {"reasoning": f"The steps of {id}.", "answer": f"So it is 42 in {id}."})
        for judge, given in judges.items():
            whole = [*given, *[1] * (len(NAMES) - len(given))]
            scores = [Score(name, vote, f"{judge} on {name}") for name, vote in zip(NAMES, whole, strict=True)]
            for one in scores:
                said = {"criterion": one.criterion, "vote": one.vote, "rationale": one.rationale}
                by = {"judge": judge, "identity": f"at {judge}", "criteria": FIN_R1.known_as}
                rows["scores"].append(key | said | by)
            verdict = combine(scores, Keep(), judge)
            said = {"judge": judge, "sits": True, "value": verdict.value, "reason": verdict.reason}
            rows["judgements"].append(key | said | {"detail": "SECRET-DETAIL", "shown": 1.0})
    (folder / DATABASE).unlink(missing_ok=True)
    with duckdb.connect(folder / DATABASE) as connection:
        for name in TABLES:
            known = {column for column, _, _ in TABLES[name]}
            told = [{column: value for column, value in row.items() if column in known} for row in rows[name]]
            connection.register("given", pa.Table.from_pylist(told, schema=schema(TABLES[name])))
            connection.execute(f"create table {name} as from given")
    record = dict.fromkeys(STATED) | {"recipe": dict(recipe or {})}
    (folder / RECORD).write_text(json.dumps(record), encoding="utf-8")
    return Run(folder)


def question(id: str, chinese: bool = False) -> Question:
    """A question with a table in its context; in Chinese where asked."""
    source, _, own = id.partition(":")
    text = f"第{own}题：营业收入是多少？" if chinese else f"What is the revenue in {own}?"
    return Question(
        id=id,
        source=source,
        source_id=own,
        group=own,
        language="zh" if chinese else "en",
        task="请回答金融问题。" if chinese else "Answer the question.",
        question=text,
        answer_kind="number",
        gold="42",
        licence="Apache-2.0",
        context="year | revenue\n2020 | 42",
    )


def line(question: str, criterion: str, vote: Any, by: str = "ada", **more: Any) -> str:
    """A line of labels.jsonl."""
    record = {"question_id": question, "sample": 0, "attempt": 0, "criterion": criterion, "vote": vote, "by": by}
    return json.dumps(record | more, ensure_ascii=False) + "\n"


def lines(question: str, votes: Sequence[Vote], by: str = "ada") -> str:
    """Lines for all seven criteria; 1 where the votes end."""
    whole = [*votes, *[1] * (len(NAMES) - len(votes))]
    return "".join(line(question, name, vote, by) for name, vote in zip(NAMES, whole, strict=True))
