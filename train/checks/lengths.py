"""How long rows are, in tokens, and how long they may be. What is longer is left out and named, never cut.

limit_of(spec, settings(spec), context=32768)  ->  Limit(1024, "TRL's default of trainer.max_length")
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from curate.errors import UserError
from train.spec import GrpoSpec, SftSpec


@dataclass(frozen=True, slots=True)
class Tokens:
    """Token counts of many texts: p95 is the least count that 95 % of them do not exceed."""

    min: int
    median: int
    p95: int
    max: int
    total: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that is longer than the limit, and its tokens."""

    id: str
    tokens: int


@dataclass(frozen=True, slots=True)
class Limit:
    """The most tokens that a row (sft) or a prompt (grpo) may have, None for any, where that is said, and what it is
    well to know about it."""

    tokens: int | None
    whence: str
    warnings: tuple[str, ...] = ()


def counted(counts: Iterable[int]) -> Tokens:
    """The statistics of some counts; all 0 where there are none."""
    found = sorted(counts)
    if not found:
        return Tokens(0, 0, 0, 0, 0)
    return Tokens(found[0], int(median(found)), found[-(-len(found) * 95 // 100) - 1], found[-1], sum(found))


def limit_of(spec: SftSpec | GrpoSpec, values: Mapping[str, Any], context: int | None) -> Limit:
    """The limit that a config sets; values: its settings, context: the model's positions, None where they are unknown.

    Raises UserError where TRL could not pack, or no prompt can fit."""
    return _row_limit(values, context, spec) if isinstance(spec, SftSpec) else _prompt_limit(spec, values, context)


def _row_limit(values: Mapping[str, Any], context: int | None, spec: SftSpec) -> Limit:
    limit = values["max_length"]
    if limit is None:
        if values["packing"]:
            raise UserError("`trainer.packing` fills rows up to `trainer.max_length`: say how long, in place of null")
        return Limit(context, "the model's context", () if context else ("the model's context is unknown: no limit",))
    named = "trainer.max_length" if "max_length" in spec.trainer else "TRL's default of trainer.max_length"
    told = []
    if context is not None and limit > context:
        told.append(
            f"{named} is {limit:,}, but the model knows {context:,} positions: what lies behind them it has never seen"
        )
    return Limit(limit, named, tuple(told))


def _prompt_limit(spec: GrpoSpec, values: Mapping[str, Any], context: int | None) -> Limit:
    completion = values["max_completion_length"]
    if values["use_vllm"] and values["vllm_max_model_length"]:
        context = min(context or values["vllm_max_model_length"], values["vllm_max_model_length"])
    room = None if context is None else context - completion
    if room is not None and room < 1:
        raise UserError(
            f"completions of {completion:,} tokens (trainer.max_completion_length) leave no room for a prompt in a"
            f" context of {context:,}: lower it below the context"
        )
    limit = spec.max_prompt_length
    if limit is None:
        told = () if room else ("the model's context is unknown: prompts of any length are kept",)
        return Limit(room, "the model's context less trainer.max_completion_length", told)
    if room is not None and limit > room:
        told = (f"a prompt of {limit:,} tokens leaves less than {completion:,} in the model's context of {context:,}",)
        return Limit(limit, "max_prompt_length", told)
    return Limit(limit, "max_prompt_length")
