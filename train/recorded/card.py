"""The cards of a model that was trained here: facts out of the record, in facts.json beside it, and both languages'
cards in model/.

write_cards(Path("trained/tiny/model"), record)       # README.md, README_zh.md, ../facts.json
add_results(Path("trained/tiny/model"), results, 0.95)  ->  True
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from cards.model import model_card
from cards.model_facts import (
    Base,
    Data,
    Lora,
    Measured,
    ModelFacts,
    Policy,
    Result,
    Setting,
    Training,
    Words,
)
from cards.notes import notes_of
from cards.record import as_record, of_record
from cards.words import Language
from curate.errors import UserError
from curate.identity import named
from curate.prompt import prompt
from curate.records import Question
from train.files import write_json
from train.recorded.base import trained
from train.recorded.card_limits import intended, limits

FACTS = "facts.json"
CARDS: Mapping[Language, str] = {"en": "README.md", "zh": "README_zh.md"}
# Of what was logged, the measures that a card lists.
_LOSSES = ("loss", "eval_loss", "mean_token_accuracy", "eval_mean_token_accuracy")
_MEANS = ("reward", "rewards/format/mean", "rewards/accuracy/mean", "completions/mean_length", "entropy", "kl")
_SHARES = ("accuracy", "undecided_rate", "format_rate", "groups_without_signal", "completions/clipped_ratio")
# What says how a training was run and watched, and nothing about the model.
_ASIDE = (
    *("hub_", "push_to_hub", "report_to", "run_name", "project", "trackio_", "logging_", "log_", "save_", "eval_"),
    *("vllm_server_", "vllm_gpu_", "dataloader_", "dataset_num_proc", "disable_tqdm", "use_cpu", "seed"),
)
_ASKED = {
    "en": "An index rose from 120 to 150 points. By how many percent did it rise?",
    "zh": "某指数由 120 点升至 150 点，涨幅是百分之几？",
}


def write_cards(model: Path, record: Mapping[str, Any]) -> None:
    """Writes the facts of a finished training and its cards; notes that people wrote into the cards stay."""
    _write(model, facts_of(record))


def add_results(model_folder: Path, results: tuple[Result, ...], level: float) -> bool:
    """Puts the results of an evaluation, with intervals at this level, into the cards of a model: they stand in place
    of earlier ones on the same benchmarks. False where the folder holds no model that was trained here.

    Raises UserError where its facts cannot be read.
    """
    path = model_folder.resolve().parent / FACTS
    if trained(model_folder) is None or not path.is_file():
        return False
    try:
        facts = of_record(ModelFacts, json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError, KeyError) as error:
        raise UserError(f"{path}: holds no facts of a model: {error}\n  train it again, or delete the file") from None
    fresh = {one.benchmark for one in results}
    kept = tuple(one for one in facts.results if one.benchmark not in fresh) if level == facts.level else ()
    _write(model_folder, replace(facts, results=(*kept, *results), level=level))
    return True


def facts_of(record: Mapping[str, Any]) -> ModelFacts:
    """What a card states of a training that has not been evaluated yet."""
    config, base, settings = record["config"], record["base"], record["settings"]
    return ModelFacts(
        name=record["name"],
        repo=config["trainer"].get("hub_model_id") or "",
        licence=config["licence"],
        languages=tuple(filter(None, record["data"]["languages"])),
        method=record["method"],
        about=Words("", ""),
        base=Base(base["model"], base["repo"], base["revision"], base["licence"]),
        data=_data(record["data"]),
        template=_joined(of_record(Words, one) for one in record["template"]),
        system=config["template"]["system"] or "",
        example=Words(_example("en"), _example("zh")),
        longest=settings.get("max_completion_length") or record["tokens"]["completion"]["max"],
        lora=_lora(config["lora"]),
        quantised="4-bit NF4" if config["quantise"] else "",
        settings=tuple(Setting(name, _shown(settings[name])) for name in settings if not name.startswith(_ASIDE)),
        training=_training(record),
        metrics=_measured(record, *_LOSSES) if record["method"] == "sft" else (),
        policy=_policy(record) if record["method"] == "grpo" else None,
        results=(),
        level=0.95,
        intended=intended(record),
        limits=limits(record),
        citation="",
        versions=record["versions"],
    )


def _write(model: Path, facts: ModelFacts) -> None:
    write_json(model.resolve().parent / FACTS, as_record(facts))
    for language in get_args(Language):
        card = model / CARDS[language]
        notes = notes_of(card.read_text(encoding="utf-8")) if card.is_file() else ""
        card.write_text(model_card(facts, language, notes), encoding="utf-8")


def _data(data: Mapping[str, Any]) -> Data:
    told = {name: data[name] for name in ("repo", "version", "revision", "digest", "config", "train", "validation")}
    licences = [one for one in data["licences"] if one]
    return Data(
        name=named(data["name"]),
        licence=data["licence"] or ", ".join(licences),
        left_out=len(data["left_out"]),
        **told,
    )


def _joined(said: Any) -> Words:
    both = list(said)
    return Words(" ".join(one.en for one in both), "".join(one.zh for one in both))


def _example(language: Language) -> str:
    """A question of ours as training asks it."""
    return prompt(Question("", "", "", "", language, "", _ASKED[language], "number", None, ""))


def _lora(lora: Mapping[str, Any] | None) -> Lora | None:
    if lora is None:
        return None
    modules = (lora["modules"],) if isinstance(lora["modules"], str) else tuple(lora["modules"])
    return Lora(lora["rank"], lora["alpha"], lora["dropout"], modules)


def _training(record: Mapping[str, Any]) -> Training:
    seconds = record["seconds_of_all_runs"]
    return Training(
        device=record["device"],
        devices=record["processes"],
        steps=record["steps"],
        epochs=record["epochs"],
        tokens=record["tokens_seen"],
        seconds=None if seconds is None else round(seconds),
        seed=record["seed"],
    )


def _measured(record: Mapping[str, Any], *names: str) -> tuple[Measured, ...]:
    """The measures of these names, as far as they were logged."""
    found = record["metrics"]
    return tuple(Measured(name, found[name]["first"], found[name]["last"]) for name in names if name in found)


def _policy(record: Mapping[str, Any]) -> Policy:
    return Policy(
        means=_measured(record, *_MEANS),
        shares=_measured(record, *_SHARES),
    )


def _shown(value: Any) -> str:
    """A setting as the card writes it."""
    if isinstance(value, float):
        return f"{value:g}"
    return named(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
