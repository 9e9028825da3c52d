"""What tests of the HTML pages share: the quickstart's samples judged by two models of a scripted server.

run = judged(tmp_path / "runs" / "r", met=0.8)
"""

import json
import random
from pathlib import Path
from typing import Any

import yaml

import curate
from curate.execute import execute
from curate.moment import Told, quiet
from curate.recipe import load_recipe
from judges.reasoning.criteria import NAMES
from tests.conftest import ROOT
from tests.doubles.chat_answers import reply
from tests.doubles.chat_server import ChatServer


def judged(folder: Path, met: float = 0.8, *, latency: float = 0.0, told: Told = quiet, **recipe: Any) -> curate.Run:
    """The samples, judged by the models `north` and `south`, which meet a criterion as often as told. latency: seconds
    of a reply; recipe: other keys."""
    said = yaml.safe_load((ROOT / "recipes" / "quickstart.yaml").read_text(encoding="utf-8"))
    for source in said["sources"]:
        source["from"] = str(ROOT / "recipes" / source["from"])
    folder.parent.mkdir(parents=True, exist_ok=True)
    path = folder.parent / f"{folder.name}.yaml"
    with ChatServer(lambda request, nth: _votes(request, met), latency=latency) as server:
        price = {"input": 2, "output": 8}
        model = {"base_url": server.base_url, "price": price, "concurrency": 4}
        models = {name: {"model": f"judge-{name}", **model} for name in ("north", "south")}
        said |= {"models": models, "judge": {"by": [*models], "when": "always", "keep": {"at_least": 5}}, **recipe}
        path.write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")
        return execute(load_recipe(path), folder, told=told)


def _votes(request: dict[str, Any], met: float) -> dict[str, Any]:
    """Votes drawn from the prompt, the same each time; now and then undecided."""
    prompt = request["messages"][0]["content"]
    drawn, chinese = random.Random(request["model"] + prompt), "评" in prompt
    reason = {"1": ("it holds", "符合要求"), "0": ("a step is missing", "缺少一步")}
    votes = {name: "1" if drawn.random() < met else "0" for name in NAMES}
    told = {name: {"reason": reason[vote][chinese], "vote": vote} for name, vote in votes.items()}
    told["domain_relevance"]["vote"] = "cannot tell" if drawn.random() < 0.1 else "1"
    return reply(json.dumps(told, ensure_ascii=False))
