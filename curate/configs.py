"""The four configs of a release as tables: names, Arrow types and what each column holds.

data/{sft,rl}/{train,validation}-*.parquet, data/{scores,rejects}/train-*.parquet. Every outcome of the run stands in
exactly one of sft, rl and rejects. Splits without rows have no file.
"""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from curate.tables import OPTIONS, TEXTS, Column
from judges.reasoning import MEASURES

MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
_MEASURES = pa.struct([(name, pa.float64()) for name in MEASURES])

CONFIGS = ("sft", "rl", "scores", "rejects")
SPLITS = ("train", "validation")

_WHENCE: tuple[Column, ...] = (
    ("id", pa.string(), "<source>:<source_id>, the key"),
    ("source", pa.string(), "the corpus, by its name in the recipe"),
    ("source_id", pa.string(), "the record's own id there, or a hash of its content"),
    ("group", pa.string(), "document, conversation or parent: what stays on one side of the split"),
    ("parent", pa.string(), "the question that it was converted from; null for one as it came"),
    ("licence", pa.string(), "the licence of the source"),
    ("language", pa.string(), "en or zh"),
    ("module", pa.string(), "Fin-R1's module"),
    ("task", pa.string(), "the instruction before the question"),
    ("flags", TEXTS, "known defects of the question"),
)
_ASKED: tuple[Column, ...] = (
    ("answer_kind", pa.string(), "number percent boolean choice choices label labels span text code"),
    ("question", pa.string(), "the question's text alone"),
    ("options", OPTIONS, "the options of a choice, in order"),
    ("gold", pa.string(), "the gold answer"),
    ("gold_alternatives", TEXTS, "other writings of the gold that are as good"),
)
_TRACE: tuple[Column, ...] = (
    ("reasoning", pa.string(), "the trace's reasoning"),
    ("answer", pa.string(), "the text after it"),
    ("final", pa.string(), "the final answer cut out of it"),
    ("teacher", pa.string(), "who wrote the trace"),
    ("origin", pa.string(), "distilled merged program imported"),
    ("sample", pa.int16(), "which of several traces it is, from 0"),
    ("attempts", pa.int16(), "how many tries it took"),
)
_PROMPT: Column = ("prompt", MESSAGES, "the user message: task, context, question, options, how to answer")

COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "sft": (
        *_WHENCE,
        _PROMPT,
        ("completion", MESSAGES, "the assistant's message: <think>reasoning</think><answer>answer</answer>"),
        *_ASKED,
        *_TRACE,
        ("check_reason", pa.string(), "why round one calls the answer right, as a code"),
        ("check_method", pa.string(), "rule, or the name of the model that judged"),
        ("judge_reason", pa.string(), "why round two calls the reasoning good, as a code"),
        ("measures", _MEASURES, "what was measured of the trace"),
    ),
    "rl": (
        *_WHENCE,
        _PROMPT,
        *_ASKED,
        ("reason", pa.string(), "what was wrong with the teacher's trace, as a code"),
        ("detail", pa.string(), "the same in words"),
        ("pass_rate", pa.float64(), "share of the student's decided answers that are right; null where none is"),
        ("pass_low", pa.float64(), "lower end of its 95 % interval (Wilson, 1927)"),
        ("pass_high", pa.float64(), "upper end of its 95 % interval"),
        ("passed", pa.int32(), "the student's right answers; null where no student was asked"),
        ("failed", pa.int32(), "its wrong answers"),
        ("undecided", pa.int32(), "its answers that could not be decided, in no rate"),
    ),
    "scores": (
        ("id", pa.string(), "the question"),
        ("sample", pa.int16(), "which of several traces, from 0"),
        ("attempt", pa.int16(), "which try at it, from 0"),
        ("source", pa.string(), "the corpus, by its name in the recipe"),
        ("language", pa.string(), "en or zh"),
        ("config", pa.string(), "where the question stands: sft rl rejects"),
        ("split", pa.string(), "and in which split"),
        ("published", pa.bool_(), "whether this is the trace that decided, which stands there"),
        ("judge", pa.string(), "who voted: rules, or a model's name in the recipe"),
        ("sits", pa.bool_(), "whether it has a say; rules always vote, as the measures' word beside models"),
        ("criterion", pa.string(), "one of the seven, or of the recipe's own"),
        ("vote", pa.int8(), "1 met, 0 not met, null cannot tell, or no readable vote"),
        ("rationale", pa.string(), "the vote's reason in words"),
        ("good", pa.bool_(), "the judge's verdict on the whole trace, by the recipe's rule; null undecided"),
        ("model", pa.string(), "the judge's model, without private addresses; rules"),
        ("criteria", pa.string(), "name and digest of the criteria that it voted by"),
    ),
    "rejects": (
        *_WHENCE,
        ("label", pa.string(), "good bad undecided dropped; good ones are those that caps, mix or band left out"),
        ("reason", pa.string(), "why it is rejected, as a code"),
        ("detail", pa.string(), "the same in words; of an unreadable record its place and fault"),
        ("left_out_of", pa.string(), "sft or rl, where the release's caps, mix or band left it out; else null"),
        ("answer_kind", pa.string(), "as in sft; null for an unreadable record"),
        ("gold", pa.string(), "the gold answer; null for a question that was dropped"),
        ("prompt", MESSAGES, "the user message; null for a question that was dropped: its text is not published"),
        *_TRACE,
    ),
}


def files_of(folder: Path, config: str, split: str = "*") -> list[Path]:
    """The Parquet files of a release's config, or of one split of it, in order."""
    return sorted(folder.glob(f"data/{config}/{split}-*.parquet"))
