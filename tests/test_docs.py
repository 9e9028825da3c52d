"""The documentation is kept true: generated parts are up to date, and every command and query in it runs."""

import json
import random
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

import curate
from curate.recipe import load_recipe
from judges.reasoning.criteria import NAMES
from tests.conftest import Command
from tests.docs import PARTS, ROOT, written
from tests.doubles.chat_answers import reply
from tests.doubles.chat_server import ChatServer
from tests.doubles.hub import Hub

README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", PARTS)
def test_generated_parts_are_up_to_date(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert written(text, PARTS[file]) == text, "run python -m tests.docs"


def test_the_funnel_in_the_readme_is_the_quickstarts(command: Command) -> None:
    shown = re.search(r"```text\n( +finqa.*?)\n\d+ records in", README, re.DOTALL)
    assert shown is not None
    printed = [line.rstrip() for line in command("run", "quickstart").stdout.splitlines()]
    assert shown[1].splitlines() == printed[: len(shown[1].splitlines())]


def commands() -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    lines = [re.split(r"\s+#", line.removeprefix("$ "))[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("curate ")]


@pytest.mark.parametrize("line", [line for line in commands() if "my-" not in line])
def test_every_command_of_the_readme_runs(command: Command, quickstart: curate.Run, tmp_path: Path, line: str) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "quickstart").symlink_to(quickstart.path)
    ran = command(*shlex.split(line)[1:])
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip()


def recipes() -> dict[str, str]:
    blocks = re.findall(r"```yaml\n# (\S+)\n(.*?)```", README, re.DOTALL)
    return dict(blocks)


@pytest.mark.parametrize("name", recipes())
def test_the_recipes_of_the_readme_are_valid(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(recipes()[name], encoding="utf-8")
    assert len(load_recipe(path).sources) == len(yaml.safe_load(recipes()[name])["sources"])


def test_the_commands_of_a_teacher_run_one_after_another(command: Command, tmp_path: Path) -> None:
    lines = [line for line in commands() if "my-teacher" in line]
    assert {line.split()[1] for line in lines} == {"plan", "run", "status"}
    (tmp_path / "data" / "cflue").mkdir(parents=True)
    shutil.copy(ROOT / "recipes" / "samples" / "cflue.json", tmp_path / "data" / "cflue" / "knowledge.json")
    with ChatServer(lambda request, nth: reply("答案是 \\boxed{A}。", reasoning="先看题目。")) as server:
        text = recipes()["my-teacher.yaml"].replace("https://api.deepseek.com", server.base_url)
        (tmp_path / "my-teacher.yaml").write_text(text, encoding="utf-8")
        for line in lines:
            ran = command(*shlex.split(line)[1:], env={"DEEPSEEK_API_KEY": "sk-not-a-real-one"})
            assert ran.returncode == 0, ran.stderr
            assert max(map(len, ran.stdout.splitlines())) <= 80 or "plan" in line  # which shows a whole prompt
            if line == "curate run my-teacher.yaml":
                paid = server.totals["requests"]
        assert server.totals["requests"] == paid > 0


def test_the_release_in_the_readme_is_the_quickstarts(command: Command, quickstart: curate.Run) -> None:
    shown = re.search(r"```text\n(config +split.*?)\n-> ", README, re.DOTALL)
    assert shown is not None
    printed = [line.rstrip() for line in command("release", str(quickstart.path)).stdout.splitlines()]
    assert shown[1].splitlines() == printed[: len(shown[1].splitlines())]


def test_the_commands_that_publish_run_one_after_another(
    command: Command, quickstart: curate.Run, tmp_path: Path
) -> None:
    lines = [line for line in commands() if "my-org" in line]
    assert [line.split()[1] for line in lines] == ["publish", "publish", "verify", "compare"]
    shutil.copytree(quickstart.path, tmp_path / "runs" / "quickstart")
    with Hub() as hub:
        for line in lines:
            ran = command(*shlex.split(line.replace("my-org", "org"))[1:], env=hub.env(tmp_path / "home"))
            assert ran.returncode == 0, ran.stderr
        assert list(hub.repo("org/my-data").tags) == ["v1.0.0"]


def queries() -> list[str]:
    blocks = re.findall(r"```sql\n(.*?)```", README, re.DOTALL)
    return [query.strip() for block in blocks for query in block.split(";\n") if query.strip()]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> curate.Run:
    """The quickstart's samples, all of them judged by two models that often disagree."""
    folder = tmp_path_factory.mktemp("judged")
    said = yaml.safe_load((ROOT / "recipes" / "quickstart.yaml").read_text(encoding="utf-8"))
    for source in said["sources"]:
        source["from"] = str(ROOT / "recipes" / source["from"])
    with ChatServer(_votes) as server:
        price = {"input": 1, "output": 1}
        said["models"] = {name: {"model": name, "base_url": server.base_url, "price": price} for name in ("a", "b")}
        said["judge"] = {"by": ["a", "b"], "when": "always", "keep": {"at_least": 4}}
        (folder / "r.yaml").write_text(yaml.safe_dump(said), encoding="utf-8")
        return curate.run(folder / "r.yaml", folder / "runs" / "r")


def _votes(request: dict[str, Any], nth: int) -> dict[str, Any]:
    """Votes drawn from the prompt, the same each time, mostly 1."""
    drawn = random.Random(request["model"] + request["messages"][0]["content"])
    votes = {name: {"reason": "it says so", "vote": drawn.choice(("1", "1", "1", "1", "0"))} for name in NAMES}
    votes["domain_relevance"]["vote"] = "cannot tell" if drawn.random() < 0.2 else "1"
    return reply(json.dumps(votes))


@pytest.mark.parametrize("query", queries())
def test_every_query_of_the_documentation_finds_something(judged: curate.Run, query: str) -> None:
    assert judged.sql(query).height


def test_ten_queries_are_worked() -> None:
    assert [int(found) for found in re.findall(r"-- (\d+)\. ", README)] == list(range(1, 11))


def test_the_source_of_ones_own_in_the_documentation_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "recipes" / "README.md").read_text(encoding="utf-8")
    code = re.search(r"```python\n((?:(?!```).)*?INFO = .*?)```", text, re.DOTALL)
    assert code is not None
    (tmp_path / "my_bank").mkdir()
    (tmp_path / "my_bank" / "notes.py").write_text(code[1], encoding="utf-8")
    (tmp_path / "notes.jsonl").write_text('{"nr": 7, "frage": "how much?", "antwort": "12.5%"}\n{"nr": 8}\n')
    recipe = tmp_path / "r.yaml"
    recipe.write_text("name: r\nversion: 1.0.0\nsources: [{use: my_bank.notes, from: notes.jsonl}]\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    run = curate.run(recipe, tmp_path / "run")
    assert run.sql("select id, gold, licence from questions").rows() == [("notes:7", "12.5%", "internal")]
    assert run.sql("select error from unreadable").item() == "'frage' is empty"
