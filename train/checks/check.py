"""What a training would learn from, before it begins: every row rendered and counted, what is left out named, what is
odd told, steps and memory estimated.

report, kept = check(spec, rows, tokenizer, template)
report.left_out  ->  (LeftOut(id="finqa:1742", tokens=17201), ...)

`python -m train check CONFIG` shows the report; each training makes it first and trains on what is kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from curate.errors import UserError
from train.checks.faults import Fault, fault_of, unboxed
from train.checks.lengths import LeftOut, Limit, Tokens, counted, limit_of
from train.checks.memory import Memory, estimate, unknown
from train.checks.shape import context_of, read_config
from train.checks.steps import Steps
from train.checks.steps import estimate as steps_of
from train.settings import processes, settings
from train.spec import GrpoSpec, SftSpec
from train.text.encode import encode
from train.text.template import Template

if TYPE_CHECKING:
    from datasets import Dataset

    from train.data import Rows

Spec = SftSpec | GrpoSpec


@dataclass(frozen=True, slots=True)
class Shown:
    """One row as the model sees it, special tokens and all. which: shortest, median or longest."""

    which: str
    id: str
    tokens: int
    prompt: str
    completion: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found. train, validation: rows that stay; prompt, completion: their tokens in train (grpo's
    completions are 0: they are still to be written); left_out, faults: of both sides; unboxed: answers that could be
    checked but stand in no box."""

    train: int
    validation: int
    limit: Limit
    prompt: Tokens
    completion: Tokens
    left_out: tuple[LeftOut, ...]
    faults: tuple[Fault, ...]
    unboxed: int
    template: Template
    shown: tuple[Shown, ...]
    steps: Steps
    memory: Memory
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """What is trained on. For sft input_ids and labels, which SFTTrainer takes as prepared; for grpo the columns of the
    release, with the system message in front of each prompt."""

    train: "Dataset"
    validation: "Dataset | None"


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of the split, rendered. prompts, totals: tokens of each row; places: of the rows that stay."""

    rows: "Dataset"
    ids: list[str]
    encoded: "Dataset"
    prompts: list[int]
    totals: list[int]
    places: list[int]

    @property
    def left_out(self) -> list[LeftOut]:
        stay = set(self.places)
        return [LeftOut(self.ids[place], count) for place, count in enumerate(self.totals) if place not in stay]


def check(spec: Spec, rows: "Rows", tokenizer: Any, template: Template) -> tuple[Report, Kept]:
    """The report on a training's rows, and those that it will have; tokenizer: with its template prepared.

    Raises UserError where every row is longer than the limit, where the model has no place for a token of the
    tokenizer's, for batches that GRPO could not fill, and for packing without a length.
    """
    values = settings(spec)
    config, why = _config(spec, tokenizer)
    limit = limit_of(spec, values, context_of(config) if config else None)
    train = _side(spec, rows.train, tokenizer, template, limit, config)
    if not train.places:
        raise UserError(_all_too_long(train, limit))
    held = _side(spec, rows.validation, tokenizer, template, limit, config) if rows.validation else None
    sides = [train, held] if held else [train]
    prompt = counted(train.prompts[place] for place in train.places)
    completion = counted(train.totals[place] - train.prompts[place] for place in train.places)
    total = counted(train.totals[place] for place in train.places)
    faults, bare = _faults(sides) if spec.method == "sft" else ((), 0)
    steps = steps_of(spec, values, len(train.places), total)
    report = Report(
        train=len(train.places),
        validation=len(held.places) if held else 0,
        limit=limit,
        prompt=prompt,
        completion=completion,
        left_out=tuple(one for side in sides for one in side.left_out),
        faults=faults,
        unboxed=bare,
        template=template,
        shown=_shown(train, tokenizer),
        steps=steps,
        memory=estimate(spec, values, config, _longest(values, total)) if config else unknown(why),
        warnings=(*limit.warnings, *_warnings(spec, values, steps)),
    )
    validation = _kept(spec, held) if held and held.places else None
    return report, Kept(_kept(spec, train), validation)


def _config(spec: Spec, tokenizer: Any) -> tuple[Any, str]:
    """The model's configuration, or None and why it cannot be had. A new model lies where its tokenizer came from."""
    try:
        return read_config(spec, tokenizer.name_or_path), ""
    except (OSError, ValueError) as error:
        return None, f"the configuration of the model cannot be had: {' '.join(str(error).split())[:200]}"


def _side(spec: Spec, rows: "Dataset", tokenizer: Any, template: Template, limit: Limit, config: Any) -> _Side:
    """Renders one side of the split. datasets' own cache would not see that this code has changed: it is not used."""
    from datasets import Features, List, Value

    def rendered(row: Mapping[str, Any]) -> dict[str, Any]:
        found = encode(tokenizer, row, template, spec.template)
        counts = {"prompt": found.prompt, "total": len(found.ids), "top": max(found.ids, default=0)}
        return {"input_ids": found.ids, "labels": found.labels, **counts}

    numbers = List(Value("int32"))
    features = {"input_ids": numbers, "labels": numbers} | dict.fromkeys(("prompt", "total", "top"), Value("int64"))
    encoded = rows.map(
        rendered,
        remove_columns=rows.column_names,
        features=Features(features),
        load_from_cache_file=False,
        desc="rendering rows",
    )
    _fits(max(encoded["top"], default=0), config)
    totals = list(encoded["total"])
    places = [place for place, count in enumerate(totals) if limit.tokens is None or count <= limit.tokens]
    return _Side(rows, list(rows["id"]), encoded, list(encoded["prompt"]), totals, places)


def _fits(top: int, config: Any) -> None:
    """Raises UserError for a token that the model has no row for in its embedding."""
    size = config.get_text_config().vocab_size if config else None
    if size is not None and top >= size:
        raise UserError(
            f"the tokenizer writes token {top:,}, but the model knows {size:,}: they do not belong together, or tokens"
            " were added to the tokenizer and not to the model"
        )


def _all_too_long(side: _Side, limit: Limit) -> str:
    least = min(side.totals)
    return (
        f"all {len(side.ids):,} rows are longer than {limit.tokens:,} tokens ({limit.whence}); the shortest,"
        f" {side.ids[side.totals.index(least)]}, has {least:,}\n"
        "  raise the limit, or make rows shorter where they are curated; nothing is cut here"
    )


def _faults(sides: Sequence[_Side]) -> tuple[tuple[Fault, ...], int]:
    """The rows that stay whose completions are not in the right form, and the count of those that only lack the box."""
    found, bare = [], 0
    for side in sides:
        wanted = [name for name in ("id", "completion", "answer_kind") if name in side.rows.column_names]
        for row in side.rows.select(side.places).select_columns(wanted):
            if what := fault_of(row):
                found.append(Fault(row["id"], what))
            bare += unboxed(row)
    return tuple(found), bare


def _shown(side: _Side, tokenizer: Any) -> tuple[Shown, ...]:
    """The shortest, the median and the longest row that stay."""
    order = sorted(side.places, key=lambda place: (side.totals[place], place))
    chosen = {"shortest": order[0], "median": order[len(order) // 2], "longest": order[-1]}
    return tuple(_one(side, which, place, tokenizer) for which, place in chosen.items())


def _one(side: _Side, which: str, place: int, tokenizer: Any) -> Shown:
    ids, border = side.encoded[place]["input_ids"], side.prompts[place]
    prompt, completion = (
        tokenizer.decode(part, skip_special_tokens=False, clean_up_tokenization_spaces=False)
        for part in (ids[:border], ids[border:])
    )
    return Shown(which, side.ids[place], len(ids), prompt, completion)


def _longest(values: Mapping[str, Any], total: Tokens) -> int:
    """The most tokens that a row of a batch will have."""
    if values.get("packing"):
        return int(values["max_length"])
    return total.max + int(values.get("max_completion_length") or 0)


def _warnings(spec: Spec, values: Mapping[str, Any], steps: Steps) -> list[str]:
    told = []
    running = processes() or 1
    if running != spec.devices:
        told.append(
            f"`devices` is {spec.devices}, and {running} process(es) run: steps and memory are told for {spec.devices};"
            f" accelerate launch --num_processes {spec.devices} -m train ... starts as many"
        )
    if values.get("packing") and values["packing_strategy"] == "wrapped":
        told.append(
            "trainer.packing_strategy: wrapped cuts rows where a pack is full, so that answers lose their questions;"
            " bfd does not"
        )
    if values.get("completion_only_loss") is False:
        told.append("trainer.completion_only_loss: false does nothing: the loss is taken on completions alone")
    every = values["save_steps"]
    if values["save_strategy"] == "steps" and every >= 1 and every % steps.window:
        told.append(
            f"trainer.save_steps is {every}, and completions are generated for {steps.window} steps at once: a training"
            f" that goes on from a checkpoint between two such rounds generates the rest anew; a multiple of"
            f" {steps.window} goes on as if it had never stopped"
        )
    return told


def _kept(spec: Spec, side: _Side) -> "Dataset":
    """The rows of a side that stay, as the trainer takes them."""
    if isinstance(spec, SftSpec):
        return side.encoded.select(side.places).select_columns(["input_ids", "labels"])
    kept = side.rows.select(side.places)
    if not spec.template.system:
        return kept
    system = [{"role": "system", "content": spec.template.system}]
    return kept.map(
        lambda row: {"prompt": [*system, *row["prompt"]]}, load_from_cache_file=False, desc="system message"
    )
