"""The cards of a trained model: from a record alone, in both languages, with results added later and notes kept."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from cards.model import model_card
from cards.model_facts import ModelFacts, Result, Score
from cards.notes import notes_of, with_notes
from cards.record import of_record
from cards.words import Language
from curate.errors import UserError
from train.recorded.card import CARDS, add_results, facts_of, write_cards

RECORD: Mapping[str, Any] = {
    "format": 1,
    "name": "demo-sft",
    "method": "sft",
    "finished": True,
    "config": {
        "licence": "apache-2.0",
        "template": {"system": None},
        "lora": None,
        "quantise": None,
        "trainer": {"learning_rate": 1e-5, "logging_steps": 5, "report_to": "none"},
    },
    "base": {
        **{"model": "org/Base-7B", "repo": "org/Base-7B", "revision": "ab" * 20, "licence": "apache-2.0"},
        **{"new": False, "licences": []},
    },
    "data": {
        **{"name": "/home/somebody/runs/demo", "repo": "", "version": "", "revision": "", "digest": "d0" * 16},
        **{"licence": "", "config": "sft", "train": 90, "validation": 10, "left_out": []},
        **{"languages": {"en": 60, "zh": 40}, "licences": {"MIT": 100}},
    },
    "template": [{"en": "As it is.", "zh": "未作改动。"}, {"en": "Told twice.", "zh": "再说一遍。"}],
    "tokens": {"prompt": {"max": 300}, "completion": {"max": 800}},
    "settings": {"learning_rate": 1e-5, "lr_scheduler_type": "linear", "logging_steps": 5, "report_to": []},
    "device": "H200",
    "processes": 8,
    "steps": 12,
    "epochs": 3.0,
    "tokens_seen": 123_456,
    "seconds_of_all_runs": 61.2,
    "seed": 42,
    "metrics": {"loss": {"first": 2.0, "last": 0.5}, "grad_norm": {"first": 1.0, "last": 1.0}},
    "versions": {"trl": "1.16.0"},
}
RESULT = Result(
    *("finqa", "", "test", ""),
    model=Score(7, 2, 1, 10, 7 / 9, 0.45, 0.94, 0.7, 0.4, 0.9),
    base=Score(3, 6, 1, 8, 3 / 9, 0.1, 0.6, 0.3, 0.1, 0.6),
)


def record(part: str = "", **changed: Any) -> dict[str, Any]:
    """The record, with other values, or with another part."""
    return {**RECORD, **({part: {**RECORD[part], **changed}} if part else changed)}


def grpo(**settings: Any) -> dict[str, Any]:
    log = {"reward": 0.25, "accuracy": 0.5, "undecided_rate": 0.125, "format_rate": 1.0, "kl": 0.01}
    log |= {"groups_without_signal": 0.75, "frac_reward_zero_std": 0.25}
    return {
        **RECORD,
        "method": "grpo",
        "settings": {"reward": "dianjin", "beta": 0.0, "max_completion_length": 4096, **settings},
        "metrics": {name: {"first": 0.0, "last": value} for name, value in log.items()},
    }


def told(record: Mapping[str, Any], language: Language) -> str:
    return "\n".join(getattr(one, language) for one in facts_of(record).limits)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    (tmp_path / "model").mkdir()
    (tmp_path / "record.json").write_text(json.dumps(RECORD))
    write_cards(tmp_path / "model", RECORD)
    return tmp_path / "model"


@pytest.mark.parametrize("language", get_args(Language))
def test_a_card_states_what_the_record_holds(language: Language) -> None:
    card = model_card(facts_of(RECORD), language)
    for said in (
        *("`org/Base-7B`", "`demo`", "8 × H200", "123,456", "| 90 | 10 |", "`learning_rate` | `1e-05`"),
        *("`loss` | 2.0000 | 0.5000", "max_new_tokens=800"),
        {"en": "As it is. Told twice.", "zh": "未作改动。再说一遍。"}[language],
        {"en": "in English and Chinese", "zh": "（英文、中文）"}[language],
    ):
        assert said in card
    for left_out in ("somebody", "logging_steps", "report_to", "grad_norm"):
        assert left_out not in card


def test_a_policy_is_told_by_its_rewards() -> None:
    facts = facts_of(grpo())
    assert facts.policy is not None
    assert facts.longest == 4096
    assert [one.name for one in facts.policy.means] == ["reward", "kl"]
    shares = ["accuracy", "undecided_rate", "format_rate", "groups_without_signal"]
    assert [one.name for one in facts.policy.shares] == shares
    assert "| `undecided_rate` | 0.0% | 12.5% |" in model_card(facts, "zh")


def test_a_whole_record_has_no_limits_but_those_that_every_model_has() -> None:
    assert facts_of(RECORD).limits == ()


@pytest.mark.parametrize(
    ("found", "en", "zh"),
    [
        (grpo(), "KL term was 0", "KL 项的权重为 0"),
        (record("base", new=True), "trying out only", "仅供试用"),
        (record("data", languages={"zh": 100}), "trained on are Chinese", "全部为中文"),
        (record("data", licences={"MIT": 1, "CC0-1.0": 2}), "2 licences: CC0-1.0, MIT", "2 种许可证：CC0-1.0、MIT"),
        (record("data", licences={"MIT": 1, "": 1}), "Of 1 training row the", "1 行训练数据的许可证未知"),
        (record("data", licences={"CC-BY-NC-SA-4.0": 9}), "only: CC-BY-NC-SA-4.0", "非商业性使用：CC-BY-NC-SA-4.0"),
        (record("data", licence="cc-by-nc-4.0"), "only: cc-by-nc-4.0", "仅许可非商业性使用：cc-by-nc-4.0"),
        (record("base", licence="cc-by-nc-4.0"), "only: cc-by-nc-4.0", "仅许可非商业性使用：cc-by-nc-4.0"),
        (record("base", licences=["CC-BY-NC-4.0", "MIT"]), "only: CC-BY-NC-4.0.", "仅许可非商业性使用：CC-BY-NC-4.0。"),
        (record("data", left_out=[{"id": "a:1", "tokens": 9}]), "1 row was left out", "1 行因过长未参加训练"),
    ],
)  # fmt: skip
def test_a_limit_is_told_in_both_languages_where_the_record_shows_it(found: dict[str, Any], en: str, zh: str) -> None:
    assert en in told(found, "en")
    assert zh in told(found, "zh")
    assert len(facts_of(found).limits) == 1


def test_a_kl_weight_above_0_is_no_limit() -> None:
    assert facts_of(grpo(beta=0.04)).limits == ()


def test_the_hub_is_told_of_the_licence_and_the_base(model: Path) -> None:
    _, header, _ = (model / "README.md").read_text().split("---\n", 2)
    data = yaml.safe_load(header)
    assert (data["license"], data["base_model"], data["language"]) == ("apache-2.0", "org/Base-7B", ["en", "zh"])


def test_facts_stand_beside_the_record_and_give_the_same_cards(model: Path) -> None:
    facts = of_record(ModelFacts, json.loads((model.parent / "facts.json").read_text()))
    assert facts == facts_of(RECORD)
    for language in get_args(Language):
        assert (model / CARDS[language]).read_text() == model_card(facts, language)


def test_results_are_added_and_notes_kept(model: Path) -> None:
    for name, notes in (("README.md", "Ask us first."), ("README_zh.md", "请先联系我们。")):
        (model / name).write_text(with_notes((model / name).read_text(), notes))
    assert add_results(model, (RESULT,), 0.9)
    for name, notes in (("README.md", "Ask us first."), ("README_zh.md", "请先联系我们。")):
        card = (model / name).read_text()
        assert "| finqa | demo-sft | 10 | 77.8% (45.0%, 94.0%) | 70.0% (40.0%, 90.0%) | 7 | 2 | 1 |" in card
        assert "| finqa | org/Base-7B | 10 | 33.3% (10.0%, 60.0%) |" in card
        assert {"README.md": "Intervals are at 90%", "README_zh.md": "置信水平为 90%"}[name] in card
        assert notes_of(card) == notes
    assert "not been evaluated" not in (model / "README.md").read_text()


def test_a_later_evaluation_replaces_what_was_on_the_same_benchmark(model: Path) -> None:
    other = replace(RESULT, benchmark="tfns", model=replace(RESULT.model, right=8))
    again = replace(RESULT, model=Score(9, 0, 1, 10, 1.0, 0.7, 1.0, 0.9, 0.7, 1.0))
    assert add_results(model, (RESULT, other), 0.95)
    assert add_results(model, (again,), 0.95)
    facts = of_record(ModelFacts, json.loads((model.parent / "facts.json").read_text()))
    assert facts.results == (other, again)
    assert add_results(model, (again,), 0.9)
    facts = of_record(ModelFacts, json.loads((model.parent / "facts.json").read_text()))
    assert facts.results == (again,), "intervals at different levels do not stand in one table"


def test_a_model_that_was_not_trained_here_has_no_card_to_write(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "model").mkdir()
    for folder in (tmp_path / "other", tmp_path / "model", tmp_path / "missing"):
        assert add_results(folder, (RESULT,), 0.95) is False
    assert not list(tmp_path.rglob("*.md"))


@pytest.mark.parametrize("facts", ["", "[]", "{}", '{"name": "x"}', '{"unknown": 1}'])
def test_facts_that_cannot_be_read_are_told(model: Path, facts: str) -> None:
    (model.parent / "facts.json").write_text(facts)
    with pytest.raises(UserError, match=r"facts\.json: holds no facts of a model"):
        add_results(model, (RESULT,), 0.95)
