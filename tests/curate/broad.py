"""A run that is hard to lay out: fourteen sources with Chinese names, ids of a hundred characters, numbers in millions.

run = broad(tmp_path)      # tmp_path/runs/broad
"""

import json
from pathlib import Path
from typing import Any

import duckdb
import yaml

import curate
from curate.runs import DATABASE
from tests.curate.lives import LONG
from tests.curate.release.runs import row

SOURCES = tuple(f"c{number:02}年报与合规对话多轮问答" for number in range(14))
MILLIONS = 123_456_789
LONG_ID = "沪深上市公司2019年年度报告-合并资产负债表附注/page_117.pdf-" + "0123456789abcdef" * 4


def broad(folder: Path) -> curate.Run:
    """The run, with a copy of one of its questions, a record that cannot be read, and inflated counts."""
    path = recipe(folder)
    run = curate.run(path, folder / "runs" / "broad")
    with duckdb.connect(run.path / DATABASE) as connection:
        connection.execute(f"update sources set records = {MILLIONS}, questions = {MILLIONS}, flagged = {MILLIONS}")
    return run


def recipe(folder: Path, **keys: Any) -> Path:
    """Its recipe, with a file for each source beside it."""
    for number, name in enumerate(SOURCES):
        rows = [
            row(number),
            row(20 + number, answer="7"),
            {**row(40 + number), "question": "本年营业收入增加了多少百万元？"},
        ]
        for one in rows:
            one |= {"id": f"{LONG_ID}-{one['id']}", "model": LONG}
        rows.append({**rows[0], "id": "copy"})
        lines = [json.dumps(one, ensure_ascii=False) + "\n" for one in rows]
        (folder / f"{name}.jsonl").write_text("".join([*lines, '{"id": \n']), encoding="utf-8")
    said = {
        "name": "broad",
        "version": "1.0.0",
        "sources": [
            {"use": "traces", "name": name, "from": f"{name}.jsonl", "licence": "Apache-2.0"} for name in SOURCES
        ],
        "screen": {"duplicates": "exact"},
        "publish": {"licence": "apache-2.0", "repo": "org/name"},
        **keys,
    }
    path = folder / "broad.yaml"
    path.write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")
    return path
