"""FinCUGE's tasks: which field of a record stands where, and what each asks, in our words and with its labels named.

    asked("finre", {"head": "甲公司", "tail": "乙银行", "gold": "持股", "text": "甲公司持有乙银行股份。"})
        ->  Asked(question="“甲公司”对“乙银行”是什么关系？", kind="label", gold="持股", ...)

Labels are options under numbers, so that a label of the set is right or wrong by rule; golds are their names. The sets
are those of all published train and eval lists.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from curate.errors import BadRecord
from curate.records import AnswerKind

NONE = "无"  # how a gold says that there is none: the corpus writes NaN, 无参数, 无相应参数, or nothing
ANSWERS = frozenset(("gold", "flag"))  # fields that a problem_list has not

FORMS: Mapping[str, tuple[str, ...]] = {
    "finfe": ("text", "gold"),
    "finne": ("text", "gold"),
    "finnl": ("text", "gold"),
    "finre": ("head", "tail", "gold", "text"),
    "finese": ("id", "text", "event", "gold"),
    "finnsp": ("id", "title", "text", "entities", "flag", "gold"),
    "finna": ("gold", "text"),
    "finqa": ("text", "gold"),
    "fincqa": ("text", "gold"),
}

_MOODS = {"0": "消极", "1": "中性", "2": "积极"}
_FINNE = {"0.0": "0", "0.5": "1", "1.0": "2"}
_TOPICS = "中国 外国 国际 公司 行业 大盘 经济 政策 政治 期货 债券 房地产 外汇 虚拟货币 新冠 能源".split()
_RELATIONS = (
    "unknown 自己 合作 竞争 签约 纠纷 交易 重组 订单 合并 合资 商讨 拥有 被拥有 持股 被持股 分析 被分析 收购 被收购"
    " 拟收购 被拟收购 减持 被减持 增持 被增持 入股 被入股 注资 被注资 帮助 被帮助 成立 被成立 发行 被发行 买资 被买资"
    " 转让 被转让 欠款 被欠款 借壳 被借壳"
).split()
_EVENTS = (
    "股份回购 股东增持 股东减持 质押 解除质押 中标 企业收购 企业融资 企业破产 公司上市 高管变动 亏损 被约谈"
    " 无指定类型事件发生"
).split()
_CAUSES = (
    "市场价格提升 市场价格下降 供给增加 供给减少 需求增加 需求减少 销量（消费）增加 销量（消费）减少 产品利润增加"
    " 产品利润下降 运营成本提升 运营成本下降 进口增加 进口下降 出口增加 出口下降 正向影响 负向影响 限产"
    " 对华加征关税 对华反倾销 其他贸易摩擦 干旱 洪涝 台风 地震 冰雹 其他自然灾害 猪瘟 禽流感 其他畜牧疫情 其他或不明确"
).split()
_TYPES, _CAUSAL = "下文中发生的事件类型有哪些", "下文中有哪些因果事件"
_QUESTION = re.compile(r"([^?？]*[?？])(.+)", re.DOTALL)
_LOST = re.compile(r"\\(?:xa0|ufeff|u3000|u200a|u2002)")  # spaces that finne holds as the escapes of Python
_COPIED = "照抄原文，多个答案用分号隔开；文中没有时回答“无”。"

Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a record asks: the parts of a Question that its task decides."""

    task: str
    question: str
    kind: AnswerKind
    gold: str | None
    context: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    alternatives: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


def asked(task: str, said: Fields) -> Asked:
    """What a record of a task asks. said: its fields by the names of FORMS, without ANSWERS in a problem_list. Raises
    BadRecord for a header that was exported as a record, and for one that cannot be asked."""
    return _TASKS[task](said)


def _finfe(said: Fields) -> Asked:
    return _mood(said, "判断下面这条股吧评论的情绪：消极、中性或积极。", said.get("gold"))


def _finne(said: Fields) -> Asked:
    text, escapes = _LOST.subn(" ", said["text"])
    gold = said.get("gold")
    instruction = "判断下面这段财经新闻文字的情绪：消极、中性或积极。"
    flags = ("escapes_repaired",) if escapes else ()
    return _mood({"text": text}, instruction, gold and _FINNE.get(gold, gold), flags)


def _mood(said: Fields, instruction: str, gold: str | None, flags: tuple[str, ...] = ()) -> Asked:
    if gold is not None and gold not in _MOODS:
        raise BadRecord(f"{gold!r} is no sentiment: a header that was exported as a record?")
    return Asked(instruction, said["text"].strip(), "label", gold and _MOODS[gold], options=_MOODS, flags=flags)


def _finnl(said: Fields) -> Asked:
    labels = list(dict.fromkeys(said.get("gold", "").replace("、", " ").split()))
    return Asked(
        "为下面的财经新闻选出全部合适的标签：一般有一个地域标签（中国、外国或国际），另有一个或几个主题标签。"
        "多个标签用顿号隔开。",
        said["text"].strip(),
        "labels",
        "、".join(labels) or None,
        options=_numbered(_TOPICS),
        flags=_unknown(labels, _TOPICS),
    )


def _finre(said: Fields) -> Asked:
    gold = said.get("gold")
    return Asked(
        "阅读下面的文字，判断第一个实体对第二个实体的关系，从选项中选出一个。以“被”字开头的关系，第一个实体是承受的一方；"
        "两个名称指同一实体时选“自己”；没有选项所列的关系时选“unknown”。文中的<N>是隐去的数字。",
        f"“{said['head']}”对“{said['tail']}”是什么关系？",
        "label",
        gold,
        said["text"].strip(),
        _numbered(_RELATIONS),
        flags=_unknown(filter(None, [gold]), _RELATIONS),
    )


def _finese(said: Fields) -> Asked:
    gold, text, event = said.get("gold"), said["text"].strip(), said["event"]
    there = gold in (None, "NaN") or gold in text
    return Asked(
        "找出下面的文字中所问事件的主体，照抄原文中的名称；没有时回答“无”。",
        f"“{event}”事件的主体是什么？",
        "span",
        NONE if gold == "NaN" else gold,
        text,
        flags=_where(event_other=event == "其他", gold_not_in_text=not there),
    )


def _finnsp(said: Fields) -> Asked:
    title, text, flag = said["title"].strip(), said["text"].strip(), said.get("flag", "0")
    entities, wanted = _parts(said["entities"]), _parts(said.get("gold", ""))
    if flag not in ("0", "1") or (flag == "1") != bool(wanted):
        raise BadRecord(f"the flag {flag!r} does not fit {len(wanted)} negative entities: a header among the records?")
    if not entities:
        raise BadRecord("no entities are given to choose from")
    options = {**_numbered(entities), "0": NONE}
    names = wanted or [NONE]
    return Asked(
        "阅读下面的文字，从选项中选出全部负面消息的主体，多个用顿号隔开；没有负面消息时选“无”。",
        "下列哪些是文中负面消息的主体？",
        "labels",
        "、".join(names) if "flag" in said else None,
        text if title in text else f"{title}\n{text}",
        options,
        _by_number(names, options) if "flag" in said else (),
        _where(gold_not_in_text=not all(name in title + text for name in wanted)),
    )


def _finna(said: Fields) -> Asked:
    gold = said.get("gold", "").strip() or None
    return Asked("用一句话概括下面的财经新闻。", said["text"].strip(), "text", gold)


def _finqa(said: Fields) -> Asked:
    question, text = _halves(said["text"])
    if not question.startswith(_TYPES):
        return _copied(f"根据下面的新闻或公告回答问题，{_COPIED}", question, text, said.get("gold"))
    types, events = list(filter(None, said.get("gold", "").split(","))), _numbered(_EVENTS)
    return Asked(
        "从选项中选出下面的新闻或公告里发生的全部事件类型，多个用顿号隔开。",
        question,
        "labels",
        "、".join(types) or None,
        text,
        events,
        _by_number(types, events),
        _unknown(types, _EVENTS),
    )


def _fincqa(said: Fields) -> Asked:
    question, text = _halves(said["text"])
    text = text.replace("###", "\n")  # between passages that were joined
    if not question.startswith(_CAUSAL):
        return _copied(f"根据下面的文字回答因果事件的问题，{_COPIED}", question, text, said.get("gold"))
    gold = said.get("gold", "").replace(";", "；") or None
    instruction = "找出下面的文字中的因果事件，写成“原因导致结果”的形式，多个用分号隔开。原因和结果都取自："
    return Asked(f"{instruction}{'、'.join(_CAUSES)}。", question, "span", gold, text)


def _copied(instruction: str, question: str, text: str, gold: str | None) -> Asked:
    """A question whose answer stands in the text. A comma parts answers, and it parts thousands: only where what
    stands between commas is in the text, and the whole is not, were they several."""
    if gold in ("无相应参数", "无参数"):
        return Asked(instruction, question, "span", NONE, text)
    parts = [part.strip() for part in (gold or "").split(",")]
    several = all(part and part in text for part in parts)
    there = gold is None or gold in text
    gold = "；".join(parts) if several and not there else gold
    return Asked(instruction, question, "span", gold, text, flags=_where(gold_not_in_text=not (there or several)))


def _halves(joined: str) -> tuple[str, str]:
    """A question and its text, which the corpus joins with nothing in between."""
    if (found := _QUESTION.fullmatch(joined)) is None or not found[2].strip():
        raise BadRecord("no question mark with a text behind it")
    return found[1].strip(), found[2].strip()


def _parts(joined: str) -> list[str]:
    return list(dict.fromkeys(part for one in joined.split(";") if (part := one.strip())))


def _numbered(names: list[str]) -> dict[str, str]:
    return {str(number): name for number, name in enumerate(names, 1)}


def _by_number(names: list[str], options: Mapping[str, str]) -> tuple[str, ...]:
    """The gold by number too: a name that holds a word for "and" (和信贷), or one of doubt (解除质押), cannot be read
    out of a list of names."""
    keys = "、".join(key for key, name in options.items() if name in names)
    return (keys,) if keys else ()


def _unknown(labels: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    """Typos and labels of no set: kept as they are, undecided by rules, and flagged."""
    return () if set(labels) <= set(known) else ("label_unknown", "gold_unusable")


def _where(**flags: bool) -> tuple[str, ...]:
    return tuple(flag for flag, holds in flags.items() if holds)


_TASKS: Mapping[str, Callable[[Fields], Asked]] = {
    "finfe": _finfe,
    "finne": _finne,
    "finnl": _finnl,
    "finre": _finre,
    "finese": _finese,
    "finnsp": _finnsp,
    "finna": _finna,
    "finqa": _finqa,
    "fincqa": _fincqa,
}
