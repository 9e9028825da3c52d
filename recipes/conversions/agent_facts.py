"""Facts of a merged reasoning: a number must stand in the material or a note, a passage must tell its note's evidence.

    invented_number("They ask for two million dollars.", "... 5 %, rule 2")   ->  "2 million dollars"
    retold("The customer stays calm.", "He is calm throughout.")             ->  True
    retold("I see no problem at all.", "He is calm throughout.")             ->  False

Words are held against each other as stems of English words, as `mcq_said` cuts them, and pairs of Han characters. The
thresholds are low, since a person tells the same in other words; what shares nothing tells something else.
"""

import re
import unicodedata

from judges.answers.numerals import from_words
from judges.answers.quantity import Quantity, prepared, scan
from judges.answers.text import simplified
from judges.reasoning.measures.terms import pairs
from recipes.conversions.agent_cited import uncited
from recipes.conversions.mcq_said import pieces, runs

_COUNTS = 10  # whole numbers up to this one count aspects, lines, days
_CERTAIN = 100  # "I am 100 % sure" is no figure
_HAN_DIGITS = str.maketrans("〇零一二三四五六七八九幺", "001234567891")
_DIGITS = re.compile(r"\d+")
_FEW, _SHARED = 20, 2  # pieces of an analysis below which one that is shared is enough, and how many else
_NEW = 0.5  # share of a sentence's pieces that nobody gave from which on it tells something new

_PARTICLES = frozenset("的了在是与及或为有对这那其之以被把将由从到等也都就而但并不没我他她说")
# What any check of any dialogue says.
_COMMON = """
the service agent and the customer client caller in this dialogue call conversation conduct guideline rule break broken
violate violation breach warning warrant need due raise see saw say says said tell told look read find found think
verdict decide reason point aspect check problem issue wrong right fine nothing anything everything also further
another second first next last start turn begin therefore thus because also here ground
客服在与客户的对话中言行是否违规 不违规 合规 违反 服务规范 规定 规则 第一条 需要预警 无需预警 不需要预警 预警的必要
认为 发现 我看 完全 任何 没有任何 方面 问题 没有问题 有问题 结论 因此 所以 检查 这里 这一点
还有 另外 此外 首先看 接着看 最后看 应当
"""


def invented_number(text: str, given: str) -> str | None:
    """The first number of a text, as it reads in digits, that stands nowhere in what is given; the numbers of rules,
    small counts and 100 % apart. A percent must be one there too."""
    spelt = prepared(from_words(given))
    known = [found.quantity for found in scan(spelt)]
    percents = {abs(one.plain) for one in known}
    values = {abs(one.value) for one in known}
    digits = set(_DIGITS.findall(f"{spelt} {unicodedata.normalize('NFKC', given).translate(_HAN_DIGITS)}"))
    said = prepared(from_words(uncited(text)))
    for found in scan(said):
        one, written = found.quantity, said[found.start : found.end].strip()
        if _is_common(one) or (abs(one.plain) in percents if one.percent else abs(one.value) in values):
            continue
        if one.percent or one.scale != 1 or not digits.issuperset(_DIGITS.findall(written)):
            return written
    return None


def _is_common(one: Quantity) -> bool:
    if one.percent:
        return abs(one.value) == _CERTAIN
    return one.kind in ("number", "count") and one.value == int(one.value) and abs(one.value) <= _COUNTS


def retold(text: str, analysis: str) -> bool:
    """Does a text tell something of an analysis? One that says only what all of them say is told by anything."""
    evidence = content(analysis)
    return len(evidence & content(text)) >= min(len(evidence), _SHARED if len(evidence) >= _FEW else 1)


def is_new(text: str, given: str) -> bool:
    """Is most of what a text says given nowhere?"""
    said = content(text)
    return len(said) >= _SHARED and len(said - content(given)) > _NEW * len(said)


def content(text: str) -> set[str]:
    """The pieces of a text, without those that any check has."""
    return _pieces(text) - _ALWAYS


def _pieces(text: str) -> set[str]:
    found = {piece[0] for run in runs(text) for piece in pieces(run) if len(piece[0]) > 2}
    return found | {pair for pair in pairs(simplified(text)) if _PARTICLES.isdisjoint(pair)}


_ALWAYS = _pieces(_COMMON)
