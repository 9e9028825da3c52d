"""FinPEE: calculations out of Chinese postgraduate entrance examinations in finance. Proprietary, its form expected.

One raw record, as the corpus' owners would export it (no file of it is public; Fin-R1 holds 179 of some 350):
    {"id": "17", "question": "某公司的股票期望收益率是16%，标准差0.20，……计算其资产组合的期望收益率。", "answer": "10%"}

The problems were read off scanned pages (MinerU: PDF to Markdown), and show it: 打技货400元 for 投资400元. Such a word
cannot be told by rule; `ocr_noise` names signs that can.
"""

import re
from collections.abc import Iterator

from pydantic import BaseModel

from curate.errors import BadRecord
from curate.records import AnswerKind, Corpus, Question, Row, SourceInfo, content_id
from judges.answers import Gold, match
from recipes.sources.table import text_of
from recipes.sources.texts import record_of

INFO = SourceInfo(
    title="FinPEE",
    licence="proprietary",
    home="Shanghai University of Finance and Economics (not public)",
    language="zh",
    module="professional_knowledge",
    task="请根据所给信息解答以下金融计算题。",
    task_domain="金融计算",
    form="id (may be missing), question, answer (a number or a percent)",
    defects={
        "gold_missing": "no answer is given",
        "gold_unusable": "the answer cannot be read as a number: prose, or several parts",
        "ocr_noise": "signs of bad character recognition: stray characters, broken formulas, a picture in its place",
    },
    citation="Liu et al., Fin-R1, arXiv 2503.16252, 2025",
)

_PROMPT = re.compile(r"^请根据所给信息解答以下金融计算题[。：:，,]?\s*")
_NOISE = re.compile(
    r"[\ufffd\ue000-\uf8ff\u25a0-\u25a3]"  # unreadable, private, boxes
    r"|!\[[^\]]*\]\(|<img\b|</?t[dr]\b"  # MinerU's pictures and tables
    r"|\d[OoIl]+[\d元%]|\d \d \d"  # 1O0, 1l元, 1 0 0
    r"|([。，、；：？])\1|[，、；：][。？]"  # doubled or clashing punctuation
)
_FORMULA = re.compile(r"\$(?!\s?\d)")  # no dollars, as in $100
_PAIRS = ("()", "（）", "[]", "【】", "{}", "《》")
_MIXED = str.maketrans("（）", "()")


class Options(BaseModel, extra="forbid", frozen=True):
    """FinPEE has no options of its own."""


def questions(row: Row, corpus: Corpus, options: Options) -> Iterator[Question]:
    """The record's one Question. Raises BadRecord for a record without a question."""
    record = record_of(row.value)
    asked = _PROMPT.sub("", text_of(record.get("question")) or "")
    if not asked:
        raise BadRecord("'question' is missing or empty")
    gold = text_of(record.get("answer"))
    kind: AnswerKind = "percent" if gold and ("%" in gold or "％" in gold) else "number"
    source_id = text_of(record.get("id")) or content_id(asked)
    yield Question(
        **corpus.provenance(source_id),
        group=source_id,
        language="zh",
        task=INFO.task,
        question=asked,
        answer_kind=kind,
        gold=gold,
        flags=tuple(_flags(asked, gold, kind)),
    )


def is_noisy(text: str) -> bool:
    """Does a text show signs of bad character recognition?"""
    plain = text.translate(_MIXED)  # Chinese texts mix both widths of round brackets
    broken = any(plain.count(pair[0]) != plain.count(pair[1]) for pair in _PAIRS)
    formula = text.count("$") % 2 == 1 and _FORMULA.search(text) is not None
    return broken or formula or _NOISE.search(text) is not None


def _flags(asked: str, gold: str | None, kind: AnswerKind) -> Iterator[str]:
    if gold is None:
        yield "gold_missing"
    elif match(gold, Gold(kind, gold)).reason == "gold_unusable":
        yield "gold_unusable"
    if is_noisy(asked):
        yield "ocr_noise"
