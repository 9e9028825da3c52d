"""The model verifier: asked where rules are undecided, kept, and never a reason to call an answer wrong."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from curate.chat import Journal
from curate.errors import UserError
from tests.curate.teaching import until
from tests.doubles.chat_answers import Reply, error, hang, reply
from tests.doubles.chat_server import ChatServer
from tests.train.rewarding import Log, ids, judged, row, spec
from train.spec import GrpoSpec
from train.verifier import PATIENCE, Verifier

RIGHT = '{"reason": "the same in other words", "verdict": "right"}'
WRONG = '{"reason": "another company", "verdict": "wrong"}'
UNCLEAR = '{"reason": "needs the question", "verdict": "cannot tell"}'

BOXED = "<think>\nWho was it?\n</think>\n<answer>\n\\boxed{%s}\n</answer>"
ASKED = {"kind": "span", "gold": "Ping An Insurance", "question": "Who sold the shares?"}


def configured(
    folder: Path, server: ChatServer, reward: str = "fin-r1", budget: dict[str, Any] | None = None, **model: Any
) -> GrpoSpec:
    """A training in that folder whose answers a model checks as well."""
    models = {"judge": {"model": "j", "base_url": server.base_url, **model}}
    said: dict[str, Any] = {"check": {"by": ["rules", "judge"]}, "models": models, "out": folder / "policy"}
    return spec(reward, **said, **({"budget": budget} if budget else {}))


@contextmanager
def verified(folder: Path, server: ChatServer, *reward: str, **keys: Any) -> Iterator[Log]:
    """Rewards with a verifier."""
    config = configured(folder, server, *reward, **keys)
    with closing(Verifier(config)) as verifier:
        yield Log(config, verifier=verifier)


def earned(log: Log, *answers: str, **asked: Any) -> list[float | None]:
    """What answers in good form earn."""
    return log.earned([ids(BOXED % answer) for answer in answers], [row(**{**ASKED, **asked})] * len(answers))


def says(verdicts: dict[str, Reply]) -> Callable[[dict[str, Any], int], Reply]:
    """A judge that looks for a text in its prompt."""

    def answer(request: dict[str, Any], nth: int) -> Reply:
        text = request["messages"][0]["content"]
        return next((said for part, said in verdicts.items() if part in text), UNCLEAR)

    return answer


def test_a_model_is_asked_only_where_rules_are_undecided_and_never_the_question(tmp_path: Path) -> None:
    with ChatServer(says({"the insurer Ping An": RIGHT, "Vanke": WRONG})) as server, verified(tmp_path, server) as log:
        assert earned(log, "the insurer Ping An", "the builder Vanke", "somebody", "Ping An Insurance") == [
            2,
            1,
            None,
            2,
        ]
        assert log.extra["verdict"] == ["judged_right", "judged_wrong", "judged_unclear", "equal_text"]
        assert log.metrics["undecided_rate"] == 0.25
        assert log.metrics["accuracy"] == pytest.approx(2 / 3)
        assert earned(log, "12", "13", kind="number", gold="12") == [2, 1]
        prompts = [seen.json()["messages"][0]["content"] for seen in server.seen]
    assert len(prompts) == 3
    assert not any("Who sold" in prompt for prompt in prompts)


def test_chinese_is_asked_in_chinese(tmp_path: Path) -> None:
    with ChatServer(says({"请核对": RIGHT})) as server, verified(tmp_path, server) as log:
        assert earned(log, "收入减少", gold="营业收入下降", kind="text", language="zh") == [2]


def test_a_batch_is_asked_at_once(tmp_path: Path) -> None:
    with ChatServer(lambda request, nth: RIGHT, latency=0.3) as server, verified(tmp_path, server) as log:
        assert earned(log, *(f"insurer number {number}" for number in range(8))) == [2] * 8
        assert server.peak == 8


def test_replies_are_kept_beside_the_trainings_and_paid_for_once(tmp_path: Path) -> None:
    with ChatServer(lambda request, nth: RIGHT) as server:
        for _ in range(2):
            with verified(tmp_path, server) as log:
                for _ in range(3):
                    assert earned(log, "the insurer Ping An", "the insurer Ping An") == [2, 2]
        assert len(server.seen) == 1
    with closing(Journal(tmp_path / "journal.sqlite")) as journal:
        (paid,) = journal.paid("policy").values()
    assert paid.calls == 1


def test_processes_that_train_together_share_a_journal(tmp_path: Path) -> None:
    answers = [f"insurer number {number}" for number in range(6)]
    with ChatServer(lambda request, nth: RIGHT, latency=0.5) as server:
        config = configured(tmp_path, server)
        with ProcessPoolExecutor(2, get_context("spawn")) as pool:
            reasons = list(pool.map(judged, [config] * 2, [answers, answers[::-1]], [ASKED] * 2))
        assert reasons == [["judged_right"] * 6] * 2
        assert len(server.seen) == 6


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("I would say right.", "judge_unreadable"),
        (reply(RIGHT, finish_reason="length"), "judge_unreadable"),
        (error(400, "no such thing"), "judge_failed"),
        (UNCLEAR, "judged_unclear"),
    ],
)
def test_what_a_model_does_not_settle_is_undecided(tmp_path: Path, said: Reply, reason: str) -> None:
    with ChatServer(says({"somebody": said, "Ping An Ltd": RIGHT})) as server, verified(tmp_path, server) as log:
        assert earned(log, "somebody", "Ping An Ltd of old") == [None, 2]
        assert log.extra["verdict"] == [reason, "judged_right"]


def test_what_takes_too_long_is_undecided(tmp_path: Path) -> None:
    slow = says({"somebody": hang(), "Ping An Ltd": RIGHT})
    with ChatServer(slow) as server, verified(tmp_path, server, timeout=0.3) as log:
        assert earned(log, "somebody", "Ping An Ltd of old") == [None, 2]
        assert log.extra["verdict"] == ["judge_failed", "judged_right"]


@pytest.mark.parametrize(("said", "reason"), [({}, "judge_failed"), ({"timeout": 3600}, "judged_right")])
def test_a_step_waits_minutes_for_a_verdict_unless_the_config_says_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: dict[str, Any], reason: str
) -> None:
    assert PATIENCE <= 300
    monkeypatch.setattr("train.verifier.PATIENCE", 0.2)
    with ChatServer(lambda request, nth: RIGHT, latency=0.6) as server, verified(tmp_path, server, **said) as log:
        earned(log, "the insurer Ping An")
        assert log.extra["verdict"] == [reason]


def test_a_wrong_form_needs_no_verdict_for_dianjins_reward(tmp_path: Path) -> None:
    with ChatServer(lambda request, nth: UNCLEAR) as server, verified(tmp_path, server, "dianjin") as log:
        assert log.earned([ids("\\boxed{somebody}"), ids(BOXED % "somebody")], [row(**ASKED)] * 2) == [0, None]


def test_a_spent_budget_leaves_undecided_what_rules_do_and_says_so_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with ChatServer(lambda request, nth: RIGHT) as server, verified(tmp_path, server, budget={"calls": 1}) as log:
        assert earned(log, "the insurer Ping An") == [2]
        assert capsys.readouterr().err == ""
        for _ in range(3):
            assert earned(log, "the insurer Ping An", "another insurer", "Ping An Insurance") == [2, None, 2]
        assert log.extra["verdict"] == ["judged_right", "pending", "equal_text"]
        said = capsys.readouterr().err
    assert said.count("the judge is asked no more") == 1
    assert "budget.calls is 1" in said


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"budget": {"calls": 9}}, "`budget`"),
        ({"base_url": None, "serve": "vllm"}, "models.judge: each of several processes would start a server"),
    ],
)
def test_processes_that_train_together_share_no_budget_and_no_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: dict[str, Any], said: str
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "8")
    with ChatServer(lambda request, nth: RIGHT) as server:
        with verified(tmp_path, server) as log:
            assert earned(log, "the insurer Ping An") == [2]
        with pytest.raises(UserError, match=said), verified(tmp_path, server, **keys):
            pass
    monkeypatch.setenv("WORLD_SIZE", "1")
    Verifier(configured(tmp_path, server, **keys)).close()


def test_a_server_that_only_fails_stops_the_training_with_its_words(tmp_path: Path) -> None:
    with ChatServer(lambda request, nth: error(401, "invalid key")) as server, verified(tmp_path, server) as log:
        with pytest.raises(UserError, match="invalid key") as caught:
            earned(log, *(f"insurer number {number}" for number in range(20)))
        assert "the training stopped" in str(caught.value)


def test_a_missing_key_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    with ChatServer(lambda request, nth: RIGHT) as server:
        with (
            verified(tmp_path, server, api_key_env="NO_SUCH_KEY_IS_SET") as log,
            pytest.raises(UserError, match="NO_SUCH_KEY_IS_SET"),
        ):
            earned(log, "the insurer Ping An")
        assert not server.seen


def test_connections_that_were_closed_between_two_steps_harm_nothing(tmp_path: Path) -> None:
    with ChatServer(lambda request, nth: RIGHT) as server, verified(tmp_path, server) as log:
        assert earned(log, "the insurer Ping An") == [2]
        server.loop.call_soon_threadsafe(lambda: [one.close() for one in tuple(server.connections)])
        assert until(lambda: not server.connections)
        assert earned(log, "another insurer") == [2]
        assert [json.loads(seen.body)["model"] for seen in server.seen] == ["j", "j"]


def test_a_verifier_that_was_never_needed_closes_too(tmp_path: Path) -> None:
    with ChatServer(lambda request, nth: RIGHT) as server, verified(tmp_path, server) as log:
        assert earned(log, "Ping An Insurance") == [2]
    assert not server.seen
