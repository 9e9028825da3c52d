"""Spans, texts and code: equal when written alike; else left to the answer judge, but for clearly different names.

match_span("the Federal Reserve", ["Federal Reserve"])   ->  (True, "equal_text")
match_span("Microsoft Corp.", ["Apple Inc."])             ->  (False, "span_differs")
match_span("Apple", ["Apple Inc."])                       ->  (None, "needs_model")
"""

import re
from collections.abc import Callable

from judges.answers.equal import RANK, Compared, compare
from judges.answers.policy import Policy
from judges.answers.reading import read
from judges.answers.text import EDGES, normalise, plain

_ARTICLE = re.compile(r"^(?:the|an?) (?=\S)", re.IGNORECASE)
_NOISE = re.compile(r"[\s,.'\"“”‘’·()（）-]")
_SPLIT = re.compile(r"[;,、；，\n|]| and |和|及|与")
_LATIN_NAME = re.compile(
    r"(?:[A-Z][\w&.'-]*|of|the|and|&|for|de|du)(?:[ ,]+(?:[A-Z0-9][\w&.'-]*|of|the|and|&|for|de|du))*\.?"
)
_WORDS = re.compile(r"[A-Za-z]+")
_GENERIC = frozenset(
    "inc corp corporation company co ltd limited plc group holdings llc ag sa nv the of and bank".split()
    + "ceo cfo board management government chairman director".split()
)
_BUSINESSES = "|".join(
    "银行 证券 基金 保险 信托 期货 人寿 租赁 药业 医药 生物 能源 电力 电气 电子 电缆 半导体 软件 通信 汽车 地产"
    " 置业 钢铁 煤业 矿业 水泥 建材 化工 石化"
    " 重工 航空 航运 机场 港口 港 高速 铁路 物流 酒业 乳业 食品 纸业 传媒 环保 水务 燃气".split()
)
_FORMS = "股份有限公司|有限责任公司|有限公司|公司|集团|股份|控股|实业|科技"
_HAN_NAME = re.compile(
    rf"(?:中国)?(?P<own>[\u3400-\u9fffA-Za-z0-9]{{1,30}}?)(?:[(（][^()（）]*[)）])?(?P<kind>{_BUSINESSES})?(?P<form>(?:{_FORMS})*)"
)
_COMPANY = re.compile(
    r"^(?:the )?Bank of\b|\b(?:Inc|Corp|Corporation|Company|Co|Ltd|Limited|PLC|Holdings|LLC|AG|SA|NV|Bank)\b\.?$"
)
_TICKER = re.compile(r"[A-Z]{3,5}")
_NAME = 24
_NONE = frozenset(("无", "none", "nan", "n/a", "无相应参数", "无参数", "不适用"))
_LONGEST = 20_000


def match_span(said: str, golds: list[str], policy: Policy) -> tuple[bool | None, str]:
    """(value, reason) of a span, or a list of spans, against golds any of which will do."""
    one = _spans(said)
    if not one:
        return None, "answer_unreadable"
    for gold in golds:
        if _spans(gold) == one or _bare(gold) == _bare(said):
            return True, "equal_text"
    verdicts = [_other(said, gold, policy) for gold in golds]
    best = min(verdicts, key=lambda one: RANK[one.value])
    return best.value, best.reason


def _bare(text: str) -> str:
    return _NOISE.sub("", plain(_ARTICLE.sub("", normalise(text).strip(EDGES).casefold())))


def _spans(text: str) -> frozenset[str]:
    if len(text) > _LONGEST:
        return frozenset({text})
    return frozenset(bare for part in _SPLIT.split(_listed(text)) if (bare := _bare(part)))


def _listed(text: str) -> str:
    """A text, of one in brackets as JSON or Python writes a list its members."""
    text = normalise(text).strip()
    return text[1:-1].replace('"', "").replace("'", "") if text.startswith("[") and text.endswith("]") else text


def _other(said: str, gold: str, policy: Policy) -> Compared:
    """Two spans that are not written alike: quantities by value, names that share nothing are different."""
    if len(said) > 200 or len(gold) > 200:
        return Compared(None, "needs_model")
    one, other = read(said), read(gold)
    if one.form == other.form == "one" and not (one.prose or other.prose or one.hedged or other.hedged):
        only = [not _WORDS.sub("", text).strip(EDGES + "0123456789-/%$¥€£年月日号元万亿") for text in (said, gold)]
        if all(only) and (one.values[0].kind == "date") == (other.values[0].kind == "date"):
            return compare(one.values[0], other.values[0], policy)
    if (plain(said) in _NONE) != (plain(gold) in _NONE):
        return Compared(None, "needs_model")
    return Compared(False, "span_differs") if _other_names(said, gold) else Compared(None, "needs_model")


def _other_names(said: str, gold: str) -> bool:
    """Are both proper names, or lists of as many, of which one shares no word of its own, nor initials, with any?

    Of lists that share a member the others are names of its kind, and differ where they begin otherwise."""
    ones, others = (
        [_ARTICLE.sub("", part.strip(EDGES)) for part in _SPLIT.split(_listed(text))] for text in (said, gold)
    )
    if len(ones) != len(others) or not all((*ones, *others)):
        return False
    shared = {_bare(one) for one in ones} & {_bare(other) for other in others}
    differ = _begin_otherwise if shared else _differ
    left, wanted = ([one for one in names if _bare(one) not in shared] for names in (ones, others))
    return bool(left) and any(all(differ(one, other) for other in wanted) for one in left)


def _begin_otherwise(one: str, other: str) -> bool:
    one, other = _bare(one), _bare(other)
    return 2 <= len(one) <= _NAME and 2 <= len(other) <= _NAME and one[0] != other[0] and one[1] != other[1]


def _differ(said: str, gold: str) -> bool:
    if _TICKER.fullmatch(said) and _TICKER.fullmatch(gold):
        return True
    if _LATIN_NAME.fullmatch(said) and _LATIN_NAME.fullmatch(gold):
        # One capitalised word may be anything (Both, Decline), and another name of the same (Google, Facebook).
        one, other = ({word.casefold() for word in _WORDS.findall(text)} - _GENERIC for text in (said, gold))
        whole = all(len(own) > 1 or _COMPANY.search(text) for own, text in ((one, said), (other, gold)))
        return bool(one and other) and whole and not one & other and not _related(said, gold)
    named, wanted = _HAN_NAME.fullmatch(said), _HAN_NAME.fullmatch(gold)
    if not named or not wanted or not all(name["kind"] or name["form"] for name in (named, wanted)):
        return False
    if named["kind"] and wanted["kind"] and named["kind"] != wanted["kind"]:
        return True  # 招商银行 is not 招商证券
    return not set(named["own"]) & set(wanted["own"])


def _related(said: str, gold: str) -> bool:
    """May one be short for the other: IBM, GE, a ticker?"""
    short, long = sorted((said, gold), key=len)
    letters = "".join(word[0] for word in _WORDS.findall(long)).casefold()
    return short.upper() == short and (len(short) <= 5 or plain(short) in letters)


def match_text(said: str, golds: list[str], form: Callable[[str], str] = plain) -> tuple[bool | None, str]:
    """(True, "equal_text") where the answer is a gold but for spaces, width and case; else left to a model."""
    wanted = form(said)
    return (True, "equal_text") if any(form(gold) == wanted for gold in golds) else (None, "needs_model")


_FENCE = re.compile(r"^\s*```[\w+-]*\n(.*?)\n?```\s*$", re.DOTALL)
_TOKEN = re.compile(r"""\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|\w+|[^\w\s]""")


def code(text: str) -> str:
    """Code without its fence, token by token: spaces between tokens apart, strings and case count."""
    fenced = _FENCE.match(text[:_LONGEST])
    return "\n".join(_TOKEN.findall(fenced[1] if fenced else text))
