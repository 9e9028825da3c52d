"""Made-up facts: of a whole release, where every number differs, and of the least there can be."""

from typing import Any

from cards.facts import (
    Agreement,
    Band,
    Benchmark,
    Calibrated,
    Calibration,
    Change,
    Counted,
    Criterion,
    DatasetFacts,
    Flag,
    Length,
    Module,
    Part,
    Private,
    Reason,
    Source,
    Spent,
    Votes,
)


def source(name: str, **changed: Any) -> Source:
    """A source of one English question that became a row of sft."""
    values: dict[str, Any] = {
        **{"name": name, "use": name, "title": name.title(), "licence": "MIT", "terms": "attribution"},
        **{"home": "yours", "citation": "", "language": "en", "module": "", "accepted": "", "revision": ""},
        **{"converted": "", "records": 1, "unreadable": 0, "questions": 1, "dropped": 0, "untraced": 0},
        **{"pending": 0, "failed": 0, "answer_right": 1, "answer_wrong": 0, "answer_undecided": 0},
        **{"reasoning_good": 1, "reasoning_bad": 0, "reasoning_undecided": 0, "sft": 1, "rl": 0, "rejects": 0},
    }
    return Source(**{**values, **changed})


FINQA = source(
    "finqa",
    title="FinQA",
    home="https://github.com/czyssrs/FinQA",
    citation="Chen et al., FinQA: A Dataset of Numerical Reasoning over Financial Data, EMNLP 2021",
    module="reasoning_business",
    **{"records": 6251, "unreadable": 11, "questions": 6240, "dropped": 240, "untraced": 31, "pending": 3, "failed": 4},
    **{"answer_right": 4102, "answer_wrong": 1553, "answer_undecided": 307},
    **{"reasoning_good": 3301, "reasoning_bad": 612, "reasoning_undecided": 189},
    **{"sft": 3000, "rl": 1877, "rejects": 1371},
)
TFNS = source(
    "tweets",
    use="tfns",
    title="Twitter Financial News Sentiment",
    home="https://huggingface.co/datasets/zeroshot/twitter-financial-news-sentiment",
    revision="4a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
    citation="@misc{tfns, title = {Twitter Financial News Sentiment}, author = {zeroshot}}",
    module="reasoning_business",
    **{"records": 9543, "unreadable": 0, "questions": 9543, "dropped": 1203, "untraced": 17},
    **{"answer_right": 6021, "answer_wrong": 2242, "answer_undecided": 60},
    **{"reasoning_good": 4410, "reasoning_bad": 1405, "reasoning_undecided": 206},
    **{"sft": 4410, "rl": 1205, "rejects": 3928},
)
CFLUE = source(
    "cflue",
    title="CFLUE",
    licence="CC-BY-NC-SA-4.0",
    terms="attribution, non-commercial, share-alike",
    home="https://github.com/aliyun/cflue",
    citation="Zhu et al., Benchmarking Large Language Models on CFLUE, Findings of ACL 2024",
    language="zh",
    module="professional_knowledge",
    accepted="the release carries the same licence",
    converted="mcq_to_open",
    **{"records": 2864, "unreadable": 2, "questions": 2862, "dropped": 402, "untraced": 0},
    **{"answer_right": 1710, "answer_wrong": 651, "answer_undecided": 99},
    **{"reasoning_good": 1501, "reasoning_bad": 108, "reasoning_undecided": 101},
    **{"sft": 1501, "rl": 702, "rejects": 661},
)

CRITERIA = (
    Criterion("internal_consistency", "internal consistency", "内部一致性"),
    Criterion("step_count", "number of steps", "推理步骤数"),
)

FULL = DatasetFacts(
    name="fin-r1-data",
    version="1.2.0",
    title="Fin-R1-Data, made again",
    about="A second making of Fin-R1's data, for **research**.",
    about_zh="Fin-R1 数据的重新制作，供**研究**使用。",
    repo="my-org/Fin-R1-Data",
    licence="cc-by-nc-sa-4.0",
    screened=True,
    duplicates="0.85",
    private_screen="redact",
    masked=23,
    keep="all",
    criteria_set="fin-r1 0123456789abcdef",
    seed=19,
    validation=0.02,
    leaks=0,
    twins=5,
    usd=1234.56,
    since="1.1.0",
    parts=(
        Part("sft", "train", 8732, 4021, 31_234_567),
        Part("sft", "validation", 179, 83, 612_345),
        Part("rl", "train", 3702, 2011, 7_654_321),
        Part("rl", "validation", 82, 41, 154_321),
        Part("scores", "train", 124_711, 0, 9_876_543),
        Part("rejects", "train", 5960, 0, 11_111_111),
    ),
    sources=(FINQA, TFNS, CFLUE),
    modules=(Module("professional_knowledge", 1501, 702), Module("reasoning_business", 7410, 3082)),
    languages=(
        *(Counted("sft", "en", 7410), Counted("sft", "zh", 1501)),
        *(Counted("rl", "en", 3082), Counted("rl", "zh", 702)),
    ),
    kinds=(
        *(Counted("sft", "number", 2604), Counted("sft", "label", 4410), Counted("sft", "text", 1897)),
        *(Counted("rl", "number", 1877), Counted("rl", "label", 1907)),
    ),
    teachers=(Counted("sft", "deepseek-reasoner", 8911),),
    reasons=(
        Reason("unreadable", "the source's record cannot be read", "dropped", 13),
        Reason("near_duplicate", "nearly the same question stands elsewhere in the run", "dropped", 1407),
        Reason("overlap", "it, or its document, stands in a benchmark set", "dropped", 438),
        Reason("answers_disagree", "the reply gives several answers that disagree", "undecided", 466),
        Reason("number_differs", "another number", "bad", 812),
        Reason("over_config_cap", "more than the release keeps of its source or module", "good", 301),
    ),
    criteria=CRITERIA,
    votes=(
        Votes("qwen", True, "internal_consistency", 9212, 2301, 320),
        Votes("qwen", True, "step_count", 10_007, 1699, 127),
        Votes("rules", False, "internal_consistency", 8801, 1402, 1630),
        Votes("rules", False, "step_count", 11_204, 629, 0),
    ),
    agreement=(
        Agreement("qwen", "rules", "internal_consistency", 11_833, 1801, 8655, 0.4127),
        Agreement("qwen", "rules", "step_count", 11_833, 127, 11_706, None),
    ),
    calibration=Calibration(
        people=3,
        traces=120,
        level=0.95,
        judges=(
            Calibrated("qwen", "step_count", 117, 0.923, 0.861, 0.959, 0.711, 0.553, 0.849),
            Calibrated("qwen", "good trace", 111, 0.847, 0.768, 0.902, None, None, None),
        ),
    ),
    flags=(Flag("finqa", "gold_conflict", "the two golds contradict each other", 437),),
    benchmarks=(
        Benchmark("finqa-test", ("test.json", "private_test.json"), 438),
        Benchmark("fineval", ("dev.csv",), 0),
    ),
    lengths=(
        Length("sft", "prompt", "en", 7410, 812.35, 790, 1502, 3321),
        Length("sft", "reasoning", "zh", 1501, 1903.5, 1744, 4217, 9026),
    ),
    private=(Private("email", 7, "addresses of the firms' own press desks"), Private("phone", 0, "")),
    spent=(
        Spent(
            *("teacher", "deepseek-reasoner", "distil", ("deepseek-reasoner-0528",), "temperature 0.6, top_p 0.95"),
            *("outputs may be used for training", 21_044, 17_222_333, 64_555_666, 1151.37),
        ),
        Spent(
            *("judge", "Qwen2.5-72B-Instruct", "judge", ("qwen2.5-72b",), "temperature 0", "", 11_833),
            *(33_444_555, 5_666_777, 83.19),
        ),
    ),
    band=Band("Qwen2.5-7B-Instruct", 8, 0.1, 0.9, 6021, 5987, 3784),
    changes=(Change("sft", "added", "newly read", 907), Change("rejects", "moved", "number_differs", 58)),
    infos=(
        {
            "config_name": "sft",
            "features": [{"name": "id", "dtype": "string"}],
            "splits": [{"name": "train", "num_bytes": 31_234_567, "num_examples": 8732}],
            "download_size": 31_234_567,
            "dataset_size": 31_234_567,
        },
    ),
    versions={"fincurate": "0.1.0", "datasets": "5.0.1"},
)

MINIMAL = DatasetFacts(
    name="quickstart",
    version="1.0.0",
    title="",
    about="",
    about_zh="",
    repo="",
    licence="",
    screened=False,
    duplicates="",
    private_screen="",
    masked=0,
    keep="all",
    criteria_set="",
    seed=17,
    validation=0.0,
    leaks=0,
    twins=0,
    usd=0.0,
    since="",
    parts=(Part("sft", "train", 1, 1, 999), Part("sft", "validation", 0, 0, 0)),
    sources=(source("mine"),),
    modules=(),
    languages=(Counted("sft", "en", 1),),
    kinds=(),
    teachers=(),
    reasons=(),
    criteria=(),
    votes=(),
    agreement=(),
    calibration=None,
    flags=(),
    benchmarks=(),
    lengths=(),
    private=(),
    spent=(),
    band=None,
    changes=(),
    infos=(),
    versions={},
)
