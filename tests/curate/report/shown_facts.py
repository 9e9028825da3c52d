"""Facts made by hand, with all that a page finds hard: fourteen sources, long and Chinese names, markup in data, counts
of zero and of millions, three judges, models of long names, a statistic that is not defined.

FACTS.sources[1].name  ->  "<script>alert(1)</script>"
"""

import random
from collections.abc import Iterator, Mapping
from itertools import chain, combinations, pairwise

from cards.facts import Agreement, Benchmark, Flag
from curate.calibration import GOOD
from curate.report.facts import (
    OTHERS,
    Audited,
    Calibrated,
    Cost,
    Counted,
    Dropped,
    Estimated,
    Facts,
    Flow,
    Head,
    Histogram,
    Rate,
    Source,
    Stretch,
    Timeline,
    Tried,
)
from curate.report.words import STAGES
from judges.reasoning import FIN_R1, MEASURES

SCRIPT = "<script>alert(1)</script>"
LONG = "a-source-whose-name-is-far-longer-than-anybody-would-wish-for-in-a-table"
SOURCES = (
    *("finqa", SCRIPT, "中文金融考试题库与资格认证真题合集", LONG, "cflue", "tfns", "fin_eva", "convfinqa"),
    *("合规日志", "ectsum", "insurance-qa", "财报问答", "q&a \"quoted\" 'twice'", "tiny"),
)
MODELS = (
    "deepseek-reasoner at api.example.com",
    "an-organisation-with-a-long-name/a-model-of-four-hundred-billion-parameters-instruct-2511@0a1b2c3d",
    "judge-c at a private address",
)
JUDGES = ("judge-a", "judge-b", "rules")
# label, reason, where it goes, how often in a thousand
_FATES = (
    ("good", "judges_good", "sft", 480),
    ("bad", "criteria_failed", "rl", 90),
    ("bad", "judges_bad", "rl", 12),
    ("bad", "number_differs", "rl", 130),
    ("bad", "choice_differs", "rl", 40),
    ("bad", "boolean_differs", "rejects", 3),
    ("undecided", "judges_disagree", "rejects", 60),
    ("undecided", "truncated", "rejects", 25),
    ("undecided", "gold_missing", "rejects", 14),
    ("undecided", "percent_sign", "rejects", 2),
    ("undecided", "near_miss", "rejects", 2),
    ("undecided", "needs_model", "rejects", 1),
    ("undecided", f"{SCRIPT}_reason", "rejects", 1),
    ("undecided", "pending", "waiting", 40),
    ("undecided", "error", "waiting", 4),
    ("dropped", "near_duplicate", "rejects", 55),
    ("dropped", "overlap", "rejects", 22),
    ("dropped", "unreadable", "rejects", 1),
)
_DRAWN = random.Random(17)


def _sizes() -> Mapping[str, int]:
    return {name: (1_200_000, 3, 84_000, 900, 41_000, 0, 7_000)[at % 7] for at, name in enumerate(SOURCES)}


def flows() -> tuple[Flow, ...]:
    """Outcomes of every source but the empty ones; those of a small source are few kinds."""
    return tuple(
        Flow(source, *fate, count)
        for source, size in _sizes().items()
        for *fate, often in _FATES
        if (count := size * often // 1000)
    )


def _rates() -> Iterator[Rate]:
    for source, size in _sizes().items():
        for judge in JUDGES:
            for at, name in enumerate((*FIN_R1.names, GOOD)):
                failed, undecided = size * at * 7 // 100, size // 50
                yield Rate(source, judge, judge != "rules", name, size - failed - undecided, failed, undecided)


def _agreement() -> Iterator[Agreement]:
    for pair in combinations(JUDGES, 2):
        for at, name in enumerate((*FIN_R1.names, GOOD)):
            yield Agreement(*pair, name, 5000, 40, 4700 - 300 * at, (None, -0.12, 0.0, 0.41, 0.78, 1.0)[at % 6])


def _calibration() -> Iterator[Calibrated]:
    known = Estimated(0.82, 0.74, 0.89)
    for judge in JUDGES:
        yield Calibrated(judge, "step_count", 180, 4, 2, known, Estimated(0.55, 0.4, 0.7), known, known)
        yield Calibrated(judge, GOOD, 3, 0, 0, Estimated(1.0, None, None), *[Estimated(None, None, None)] * 3)


def histogram(name: str, groups: Mapping[str, float], bins: int = 20, top: float = 1.0) -> Histogram:
    """A histogram of numbers drawn around each group's place, 0 to 1; the last group is small."""
    edges = tuple(top * at / bins for at in range(bins + 1))
    counts = dict[str, tuple[int, ...]]()
    for rows, (group, place) in zip((4000, 900, 3), groups.items(), strict=False):
        drawn = [min(max(_DRAWN.gauss(place, 0.12), 0.0), 0.999) * top for _ in range(rows)]
        counts[group] = tuple(sum(low <= one < high for one in drawn) for low, high in pairwise(edges))
    return Histogram(name, edges, counts, {group: place * top for group, place in groups.items()}, 3, 12)


def _timeline() -> Timeline:
    moments = (Stretch(60.0 * at, {m: _DRAWN.randrange(400) for m in MODELS}, 0.8) for at in range(90))
    stages = {"reading": 61.5, "curating": 5400.2, "tables": 94.0}
    return Timeline(stages, 60_000, 59_874, "2026-11-21T22:14:03+00:00", 60.0, tuple(moments))


_SAID = {"good": 0.7, "bad": 0.5, "undecided": 0.4}
_PLACES = ("sft", "rl", "rejects", "waiting")
FACTS = Facts(
    head=Head(
        name="fin-r1-数据-rebuilt",
        version="1.2.0",
        digest="9f86d081884c7d659a2feaa0c55ad015",
        started="2026-11-21T22:13:01+00:00",
        seconds=5555.7,
        records=sum(_sizes().values()),
        questions=sum(_sizes().values()) - 1300,
        stopped="budget",
        stopped_because=f"$200.00 are spent {SCRIPT}",
        options={"limit": 20_000, "strict": False},
        models=dict(zip(("teacher", "judge-b", "judge-c"), MODELS, strict=True)),
        versions={"fincurate": "0.1.0", "polars": "2.1.0"},
    ),
    sources=tuple(
        Source(
            name=name,
            use="finqa",
            title="FinQA" if at % 2 else f"语料 {SCRIPT}",
            home=("https://example.com/corpus", "yours", "javascript:alert(1)", "上海某大学（未公开）")[at % 4],
            licence=("CC-BY-NC-4.0", "unknown", "Apache-2.0")[at % 3],
            language=("en", "zh", "any")[at % 3],
            files=tuple((f"part-{n}.jsonl", f"{n:064x}") for n in range(1 + 5 * (at % 2))),
            stages={stage: size // (1 + place) for place, stage in enumerate(chain(*(names for _, names in STAGES)))},
        )
        for at, (name, size) in enumerate(_sizes().items())
    ),
    flows=flows(),
    rates=tuple(_rates()),
    agreement=tuple(_agreement()),
    people=2,
    calibration=tuple(_calibration()),
    measures=tuple(
        histogram(name, {group: place + at % 5 * 0.05 * (group == "good") for group, place in _SAID.items()})
        for at, name in enumerate(MEASURES)
    ),
    errors=histogram("error", {"good": 0.2, "bad": 0.6}),
    audits=tuple(
        Audited(
            source=name,
            traces=size,
            calculations={"right": 3 * size, "wrong": size // 9, "undecided": size // 4},
            numbers={
                "given": 5 * size,
                "derived": 4 * size,
                "constant": size,
                "miscalculated": 2,
                "unfounded": size // 8,
            },
            wrong_traces=size // 12,
            unfounded_traces=size // 10,
            misread_traces=size // 900,
        )
        for name, size in _sizes().items()
    ),
    lengths=tuple(histogram(name, {"en": 0.3, "zh": 0.6}, top=16_000) for name in ("prompt", "reasoning", "answer")),
    counted=(
        Counted(
            "answer_kind", {kind: dict(zip(_PLACES, (900, 80, 30, 4), strict=True)) for kind in ("number", "choice")}
        ),
        Counted("language", {"en": dict.fromkeys(_PLACES, 70), "zh": dict.fromkeys(_PLACES, 0)}),
        Counted("module", {"reasoning_business": dict.fromkeys(_PLACES, 9), "": dict.fromkeys(_PLACES, 1)}),
        Counted("licence", {"CC-BY-NC-4.0": dict.fromkeys(_PLACES, 9), OTHERS: dict.fromkeys(_PLACES, 3)}),
    ),
    tries=tuple(Tried(name, n, size // n**3, size // n**4) for name, size in _sizes().items() for n in (1, 2, 3)),
    pass_rates=histogram("pass_rate", {"rl": 0.5}, bins=10),
    costs=(
        Cost("distil", MODELS[0], 1_310_000, 412, 910_000_000, 4_200_000_000, 3_900_000_000, 80_000, 9876.54, 0.0134),
        Cost("judge", MODELS[1], 640_000, 0, 1_300_000_000, 96_000_000, None, 0, 4.2, 0.00001),
        Cost("judge", MODELS[2], 9, 9, 0, 0, None, 0, None, None),
    ),
    flags=(
        Flag("finqa", "gold_missing", "no gold answer is given", 14),
        Flag(SCRIPT, "odd", f"a meaning of one's own {SCRIPT}", 1),
    ),
    dropped=(
        Dropped("finqa", "near_duplicate", 66_000, (("finqa:A/2019/page_3.pdf-1", "finqa:7, 91% alike"), ("b", ""))),
        Dropped(SCRIPT, "private_data", 1, ((f'x" y&z=1#{SCRIPT}', SCRIPT * 9),)),
    ),
    benchmarks=(Benchmark("finqa:test", ("test.json", "更多.json"), 26_400), Benchmark("空", (), 0)),
    timeline=_timeline(),
)
