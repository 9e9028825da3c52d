"""Every query of the documentation runs and finds something."""

import json
import random
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

import curate
from curate.release.build import build
from curate.release.wanted import wanted
from judges.reasoning.criteria import NAMES
from tests.curate.teaching import called
from tests.documents import DOCUMENTS, ROOT, queries
from tests.doubles.chat_answers import reply
from tests.doubles.chat_server import ChatServer

_OF_THE_HUB = "hf://datasets/my-org/my-data@v1.0.0"
_QUERIES = [query for document in DOCUMENTS for query in queries(document)]
_OF_A_RUN = [query for query in _QUERIES if _OF_THE_HUB not in query and "attach" not in query]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> curate.Run:
    """The quickstart's samples: a teacher and a checker that often fail, two judges that disagree, a student."""
    folder = tmp_path_factory.mktemp("judged")
    said = yaml.safe_load((ROOT / "recipes" / "quickstart.yaml").read_text(encoding="utf-8"))
    for source in said["sources"]:
        source["from"] = str(ROOT / "recipes" / source["from"])
    said["sources"].append({**said["sources"][1], "name": "open", "convert": "mcq_to_open"})
    with ChatServer(_scripted) as server:
        price = {"input": 1, "output": 1}
        names = ("teacher", "a", "b")
        said["models"] = {name: {"model": name, "base_url": server.base_url, "price": price} for name in names}
        said["distil"] = {"by": "teacher", "attempts": 2}
        said["check"] = {"by": ["rules", "a"]}
        said["judge"] = {"by": ["a", "b"], "when": "always", "keep": {"at_least": 4}}
        said["split"]["rl"] = {"difficulty": {"model": "teacher", "samples": 2, "keep": [0, 1]}}
        (folder / "r.yaml").write_text(yaml.safe_dump(said), encoding="utf-8")
        return curate.run(folder / "r.yaml", folder / "runs" / "my-run")


def _scripted(request: dict[str, Any], nth: int) -> dict[str, Any]:
    """Drawn from the prompt, the same each time: votes, mostly 1; verdicts, mostly unclear; one of two answers."""
    said = request["messages"][0]["content"]
    drawn = random.Random(f"{request['model']} {said} {nth}")
    if '"verdict"' in said:
        return reply(json.dumps({"reason": "so it seems", "verdict": drawn.choice(("right", "cannot tell"))}))
    if f'"{NAMES[0]}"' not in said:
        return reply(f"\\boxed{{{drawn.choice(('A', '12%'))}}}", reasoning="Wait, 120 - 100 = 21. So it is that.")
    votes = {name: {"reason": "it says so", "vote": drawn.choice(("1", "1", "1", "1", "0"))} for name in NAMES}
    votes["domain_relevance"]["vote"] = "cannot tell" if drawn.random() < 0.2 else "1"
    return reply(json.dumps(votes))


@pytest.mark.parametrize("query", _OF_A_RUN, ids=lambda query: query.splitlines()[0])
def test_every_query_of_a_run_finds_something(judged: curate.Run, query: str) -> None:
    assert judged.sql(query).height


def test_the_replies_are_joined_with_their_run(judged: curate.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (query,) = [query for query in _QUERIES if "attach" in query]
    folder = judged.path.parents[1]
    exported = called(folder, "journal", "export", "--to", "replies.jsonl")
    assert exported.exit_code == 0, exported.stderr
    monkeypatch.chdir(folder)
    with duckdb.connect() as connection:
        rows = connection.execute(query).fetchall()
    assert rows
    assert all("reason" in str(row[-1]) for row in rows)


@pytest.fixture(scope="module")
def released(judged: curate.Run) -> Path:
    return build(judged, wanted(judged, {"version": "1.0.0"}))


@pytest.mark.parametrize(
    "query", [query for query in _QUERIES if _OF_THE_HUB in query], ids=lambda query: query.splitlines()[0]
)
def test_every_query_of_a_published_version_finds_something(released: Path, query: str) -> None:
    with duckdb.connect() as connection:
        assert connection.execute(query.replace(_OF_THE_HUB, str(released))).fetchall()


def test_the_cookbook_is_counted_through() -> None:
    found = re.findall(r"^-- (\d+)\. ", "\n".join(queries("curate/cookbook.md")), re.MULTILINE)
    assert [int(number) for number in found] == list(range(1, len(found) + 1))
