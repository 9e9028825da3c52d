"""What a merged trace must keep, and what it must be free of, checked part by part; the first broken rule is named.

    broken(merge, log, question)  ->  Drop("merge_loses_verdict", "note 2 (legal risk): it ends without its verdict")

Every agent's verdict is stated where its aspect is looked at, with its evidence, and no other; what is quoted, cited
and counted exists; the end is the log's; it is one person's own thought, in the question's language; nothing is left
of the process that made it.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from curate.records import Drop, Question
from judges.reasoning.measures import language, tells
from recipes.conversions.agent_cited import cited, misquoted, unknown_rule, unknown_title, unquoted
from recipes.conversions.agent_facts import invented_number, is_new, retold
from recipes.conversions.agent_notes import Log, Note
from recipes.conversions.agent_verdicts import ends_with, finding, stated, statements

_I = {"en": re.compile(r"\bI\b|\b(?:[Mm]y|me|[Ww]e|[Oo]ur)\b"), "zh": re.compile("我")}
_ONESELF = re.compile(r"\bthe (?:author|writer|evaluator|assessor|examiner)\b|笔者|评估者|审查者|检查者", re.IGNORECASE)
_OFTEN = 2  # times that the first person must be used: one alone may be a slip
_KEPT = 0.8  # of a part in the question's language, as round two asks of the whole

_WARNS = re.compile(r"预警|\bwarning|\balert", re.IGNORECASE)
_EVERYWHERE = re.compile(
    r"\b(?:all|every|each|none) (?:one )?(?:of )?(?:(?:the|these|those|my|three|four|five|six|\d) )*"
    r"(?:checks?|aspects?|points?|angles?|areas?|parts?|sides?|counts?)\b"
    r"|(?:所有|全部|每一?[个项]|各个?)(?:的)?(?:方面|角度|检查|环节|项目?|点)|方方面面",
    re.IGNORECASE,
)
_FURTHER = re.compile(
    r"\b(?:also|another|second|third|further(?:more)?|moreover|besides|additional(?:ly)?|in addition|too)\b"
    r"|另外?一|另有|另外|此外|还有?|第[二三]处|又|并且|而且|同时|也",
    re.IGNORECASE,
)
_AGENT_EN = (
    r"\bagents?\s*(?:#\s*|no\.?\s*)?(?:\d+|(?:one|two|three|four|five)\b|(?-i:[B-H])\b)|\b(?:sub-?|multi-?)agents?\b"
    r"|\bagents?['’]?s?['’]?\s+(?:analys[ei]s|verdicts?|findings?|assessments?|outputs?)\b"
    r"|\b(?:expert|specialist|reviewer|checker|auditor|colleague)s?\b|\bthe\s+analyst\b"
)
_PROCESS_EN = (
    r"\bstep\s+\d+\s+of\s+the\b|\bthe\s+(?:previous|prior|preceding|earlier)\s+(?:nodes?|analys[ei]s|assessments?)\b"
    r"|\b(?:the|this|agent|analysis)\s+log\b|\blog entr|\bnotes?\s*#?\d+|\bthe\s+notes\b|\[\d{1,2}\]"
    r"|\b(?:revised|merged|rewritten|polished|edited|combined)\s+(?:version|reasoning|text|answer|analys[ei]s|verdicts?)\b"
    r"|\bmerg(?:e|es|ed|ing)\s+(?:the|these|those)\b|\bworkflow\b|\bpipeline\b"
)
_AGENT_ZH = (
    r"智能体|代理\s*[\dA-H一二三四五]|[多各每]个?(?:角色|节点|代理)|专家|审计员|审核员|质检员|分析师|检测员|同事"
    r"|[上前下另]一[位名](?!客户|客服|坐席|顾客|用户)|[上前]一个(?:分析|判断|结论)|第[一二三四五六七\d]+位(?!客户|客服|坐席|数)"
)
_PROCESS_ZH = (
    r"(?:[上前]一(?:步骤?|节点|环节)|步骤\s*\d+\s*)的?(?:分析|结论|判断|输出|结果)|工作流|节点\s*\d|[\[【]\d{1,2}[\]】]"
    r"|(?:记录|笔记|日志)\s*[\[【（(]?\s*\d|笔记|(?:分析|工作|处理|检测)日志|(?:修订|改写|重写|润色)(?:之?后|过)"
    r"|(?:修改|合并|整合|优化)(?:之?后|过)的?(?:推理|分析|结论|回答|答案|版本|文本|表述)"
)
_LEFT_OVER = re.compile("|".join((_AGENT_EN, _PROCESS_EN, _AGENT_ZH, _PROCESS_ZH)), re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Check:
    """One passage: the number of the note that it tells, from 1, its text, and the verdict that it claims to give."""

    note: int
    text: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged trace in its parts: how it begins, a passage for each note, how it concludes; the answer, without its
    box, and the final verdict."""

    beginning: str
    checks: tuple[Check, ...]
    conclusion: str
    answer: str
    verdict: str

    @property
    def parts(self) -> tuple[str, ...]:
        """The paragraphs of the reasoning."""
        return (self.beginning, *(check.text for check in self.checks), self.conclusion)

    @property
    def reasoning(self) -> str:
        """The reasoning as one text."""
        return "\n\n".join(filter(None, self.parts))


def broken(merge: Merge, log: Log, question: Question) -> Drop | None:
    """The first part of the contract that a merge breaks; None where it keeps all."""
    drops = chain(
        _languages(merge, question),
        _verdicts(merge, log),
        _no_other_verdict(merge, log),
        _final(merge, log),
        _citations(merge, question.context),
        _voice(merge, log, question),
        _facts(merge, log, question.context),
    )
    return next(drops, None)


def _languages(merge: Merge, question: Question) -> Iterator[Drop]:
    for part in (*merge.parts, merge.answer):
        kept = language.read(unquoted(part)).kept(question.language)
        if kept is not None and kept < _KEPT:
            yield Drop("merge_changes_language", part[:80])


def _verdicts(merge: Merge, log: Log) -> Iterator[Drop]:
    told = Counter(check.note for check in merge.checks)
    for number, times in told.items():
        if not 1 <= number <= len(log.notes) or times > 1:
            yield Drop("merge_invents_verdict", f"note {number}: {'told twice' if times > 1 else 'there is none'}")
    for number, note in enumerate(log.notes, 1):
        if number not in told:
            yield Drop("merge_loses_verdict", f"{_named(number, note)}: it is missing")
    for check in merge.checks:
        yield from _passage(check, log.notes[check.note - 1])


def _passage(check: Check, note: Note) -> Iterator[Drop]:
    """A passage gives its note's verdict, in so many words, last."""
    given = statements(unquoted(check.text))
    said = [one.finds for one in given]
    if not said and ends_with(unquoted(check.text), note.verdict):  # in a word of the log's own: 无风险, pass
        said = [note.finds]
    if check.verdict != note.verdict and finding(check.verdict) is not note.finds:
        yield Drop("merge_invents_verdict", f"{_named(check.note, note)}: {check.verdict!r}, not {note.verdict!r}")
    if not said:
        yield Drop("merge_loses_verdict", f"{_named(check.note, note)}: the text does not say {note.verdict!r}")
    elif said[-1] is not note.finds:
        yield Drop("merge_invents_verdict", f"{_named(check.note, note)}: the text ends with the opposite verdict")
    elif not note.finds and (more := next((one for one in given if one.finds and _WARNS.search(one.sentence)), None)):
        yield Drop("merge_invents_verdict", f"{_named(check.note, note)}: a warning: {more.sentence[:80]}")


def _named(number: int, note: Note) -> str:
    return f"note {number} ({note.aspect})" if note.aspect else f"note {number}"


def _no_other_verdict(merge: Merge, log: Log) -> Iterator[Drop]:
    """Nothing is found before anything was looked at, nor said of all aspects where they differ."""
    for one in statements(unquoted(merge.beginning)):
        yield Drop("merge_invents_verdict", f"the beginning already gives one: {one.sentence[:80]}")
    for one in statements(unquoted(merge.conclusion)):
        if log.mixed and _EVERYWHERE.search(one.sentence):
            yield Drop("merge_invents_verdict", f"not of every aspect: {one.sentence[:80]}")


def _final(merge: Merge, log: Log) -> Iterator[Drop]:
    if finding(merge.verdict) is not log.finds:
        yield Drop("merge_changes_verdict", f"{merge.verdict!r}, not {log.verdict!r}")
    for place, text in (("conclusion", merge.conclusion), ("answer", merge.answer)):
        said = stated(unquoted(text))
        if said[-1:] != [log.finds]:
            fault = "ends with the opposite verdict" if said else "states no verdict"
            yield Drop("merge_changes_verdict", f"the {place} {fault}")


def _citations(merge: Merge, context: str) -> Iterator[Drop]:
    for part in (*merge.parts, merge.answer):
        if quote := misquoted(part, context):
            yield Drop("merge_misquotes", quote)
        if rule := unknown_rule(part, context) or unknown_title(part, context):
            yield Drop("merge_invents_rule", rule)


def _facts(merge: Merge, log: Log, context: str) -> Iterator[Drop]:
    """A passage tells its note's evidence; no part has a number, and the end no further finding, that nobody gave."""
    told = "\n".join((*(f"{note.aspect}\n{note.analysis}" for note in log.notes), log.reason))
    for check in merge.checks:
        note = log.notes[check.note - 1]
        if not retold(check.text, note.analysis):
            yield Drop("merge_loses_evidence", f"{_named(check.note, note)}: nothing of its analysis is told")
        if number := invented_number(check.text, f"{context}\n{note.analysis}"):
            yield Drop("merge_invents_fact", f"{_named(check.note, note)}: {number}")
    for part in (merge.beginning, merge.conclusion, merge.answer):
        if number := invented_number(part, f"{context}\n{told}"):
            yield Drop("merge_invents_fact", number)
    heard = cited("\n".join((told, *(check.text for check in merge.checks))))
    for part in (merge.conclusion, merge.answer):
        for one in statements(unquoted(part)):
            if one.finds and (
                cited(one.sentence) - heard or (_FURTHER.search(one.sentence) and is_new(one.sentence, told))
            ):
                yield Drop("merge_invents_fact", f"a further finding: {one.sentence[:80]}")


def _voice(merge: Merge, log: Log, question: Question) -> Iterator[Drop]:
    for part in (*merge.parts, merge.answer):
        if left := left_over(part, log, question.context):
            yield Drop("merge_residue", left)
    told = unquoted(merge.reasoning)
    if len(_I[question.language].findall(told)) < _OFTEN:
        yield Drop("merge_not_first_person", "it hardly says I or 我")
    if (oneself := _ONESELF.search(told)) and oneself[0].casefold() not in question.context.casefold():
        yield Drop("merge_not_first_person", oneself[0])


def left_over(text: str, log: Log, context: str) -> str | None:
    """The first words of a text that speak of the process: an agent of the log by its name or number, an expert's view,
    a note, a revision. Words that the guideline or the dialogue use themselves are none."""
    bare, said = unquoted(text), context.casefold()
    names = (note.agent for note in log.notes if note.agent.casefold() != note.aspect.casefold())
    hits = (*(name for name in names if name and name.casefold() in bare.casefold()), *_hits(bare))
    if hit := next((hit for hit in hits if hit.casefold() not in said), None):
        return hit
    found = tells.read(bare)
    return "a prompt or a model" if found.residue or found.self_identification or found.instructs_judge else None


def _hits(text: str) -> Iterator[str]:
    return (found[0] for found in _LEFT_OVER.finditer(text))
