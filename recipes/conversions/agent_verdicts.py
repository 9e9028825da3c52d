"""Verdicts in words: what an agent's short verdict means, and which verdicts a text states.

    finding("不需要预警")                                      ->  False
    finding("Violation")                                      ->  True
    stated("I see no breach of rule 1, but rule 2 is broken. So a warning is due.")  ->  [False, True, True]
    stated("I must say whether she violated rule 3.")         ->  []

A finding (预警, 违规, a warning, a violation) is True, its denial False. What is only asked, supposed or forbidden is
no statement: 是否违规, if that were a breach, 不得违反.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from judges.answers.boolean import boolean
from judges.answers.text import plain

FINDS = frozenset(
    "高风险 有风险 存在风险 风险 中风险 异常 有问题 存在问题 不通过 未通过 需关注 需要关注 不合格"
    " fail failed notpassed alert warn flag flagged"
    " risk highrisk mediumrisk atrisk issue issuefound issuesfound concern escalate".split()
)
CLEARS = frozenset(
    "无风险 低风险 没有风险 不存在风险 正常 无异常 没有异常 无问题 没有问题 通过 无需关注 不需要关注 合格"
    " pass passed ok clear cleared normal"
    " norisk lowrisk noissue noissues noissuesfound noconcern noconcerns noalert nowarning".split()
)

# What may stand between a denial and what it denies. Anything else denies something else: 没有核实身份，违反了第2条.
_ZH_BETWEEN = (
    "(?:发现|看到|看出|找到|构成|存在|涉及|出现|任何|明显|实质性?|的|需要?|必要|必|须|用|应当?|会|能|算|属于|是|有|触发|达到|因此|据此|由此"
    "|进行|发出|作出|做出|给出|提出|足以|客服|坐席|行为|对此|一处|什么|这里|再|到|予以?)"
)
_ZH_DENIES = f"(?:不|未|没有?|无|并非|谈不上|尚未){_ZH_BETWEEN}{{0,6}}"
_ZH_UNDONE = "(?:(?:一事|的情形|的说法)?(?:并?不(?:成立|必要|需要)|没有必要|并无必要))"
_ZH = re.compile(
    f"(?P<denied>{_ZH_DENIES})?(?:(?P<finds>违规|违反|违法|违背|不合规|不符合|预警)(?P<undone>{_ZH_UNDONE})?"
    "|(?P<clears>合规|符合(?=[^，。；]{0,12}(?:规范|规定|要求|准则|指引|制度|条))|遵守))"
    "|(?P<nothing>没有(?:发现)?(?:任何|什么)?(?:问题|不妥|不当)|(?:并|均|也)?无不[当妥]|均?无问题)"
)
_EN_BETWEEN = (
    r"(?:(?:any|an?|the|that|there|here|it|this|he|she|they|is|are|was|were|be|been|to|for|of|in|on|as|which|would|does|do"
    r"|sign|signs|evidence|grounds?|reason|cause|need|needs|needed|necessary|raise|raises|raised|issue|issues|call|calls"
    r"|called|see|saw|find|finds|found|amounts?|warrants?|warranted|justif(?:y|ies|ied)|constitutes?|counts?|clear|actual"
    r"|outright|real|further|such|possible|checks?|aspects?|points?|them|these|me|i|my|his|her|agent|agent's|conduct"
    r"|have|has|had|kind|in|breach|violation|rule|or|nor)\s+)"
)
_EN_DENIES = (
    rf"\b(?:not|no|never|without|nothing|none|neither|cannot|free of|fail(?:s|ed)? to|\w+n't)\s+{_EN_BETWEEN}{{0,9}}"
)
_RULE = (
    r"(?:(?:the|this|that|these|any|every|all|both|each|our|its)\s+)?"
    r"(?:rules?|sections?|guidelines?|policy|code|clauses?|articles?)\b"
)
_EN_UNDONE = (
    r"(?:\s+(?:is|was|are|were|has|been|be|does|do|seems?|here|on|this|that|point|count|of|any|kind|rules?|\d+)){0,6}?"
    r"(?:\s+(?:not|never|cannot|unnecessary|unwarranted|uncalled|unfounded)|n't)\b"
)
_EN = re.compile(
    rf"(?P<denied>{_EN_DENIES})?(?:(?P<finds>\bviolat\w+|\bbreach\w*|\bnon-?complian\w+|\binfring\w+|\bcontraven\w+"
    rf"|\bbr(?:eaks?|oke|oken|eaking)\s+{_RULE}|\b(?:rules?|sections?)\s[\d., and]+(?:is|are|was|were)\s+broken\b"
    rf"|\bflag(?:s|ged|ging)?\b|(?<!risk )\b(?P<warning>warnings?|alerts?)\b)(?P<undone>{_EN_UNDONE})?"
    rf"|(?P<clears>\bcomplian(?:t|ce)\b|\bcompl(?:y|ies|ied)\b|\bconform(?:s|ed)?\b|\badher(?:es?|ed)\b"
    rf"|\bwithin\s+{_RULE}|\b(?:in line|in keeping|consistent) with\s+{_RULE}"
    rf"|\b(?:respect|follow|observe|meet|keep to|kept to|met)(?:s|d|ed)?\s+{_RULE}))"
    r"|(?P<nothing>\bnothing (?:wrong|amiss|improper|to object to|to report)\b)",
    re.IGNORECASE,
)
# A warning may also be what the agent owed the customer; as a verdict it is needed, due, raised ...
_RAISED = re.compile(
    r"need|\bdue\b|warrant|\brais|justif|in order\b|call(?:s|ed)? for|follow|\bstand|appropriate|my verdict|\bissue"
    r"|\bput\b|\bplace",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[。！？；!?;\n])|(?<=\.)(?=\s)")
_CLAUSE = re.compile(
    r"[，,：:]|\s-\s|\s?[—–]+\s?|\s(?=(?:but|yet|so|and|because|since|although|though)\s)|(?=但是?|不过|因此|所以)"
)
_SUPPOSED = re.compile(
    r"\b(?:if|unless|whether|had (?:she|he|it|they|the)|suppose|imagine"
    r"|could(?! not)|might|would(?! (?:not )?(?:say|call|raise|flag)))\b"
    r"|是否|有没有|有无|会不会|要不要|需不需要|能否|算不算|是不是|如果|若(?!干)|假如|假设|倘若|一旦|即使(?!如此)|除非|[才就]算|[吗?？]\s*$",
    re.IGNORECASE,
)
_FORBIDDEN = re.compile(
    r"\b(?:must|may|should|shall|can|ought to)(?:n't| not| never)?\s+(?:\w+\s+)?$"
    r"|\b(?:forbid|prohibit|ban|avoid|prevent|require)\w*|不得|不应|不能|不可|禁止|避免|防止|必须|应当?$|须$",
    re.IGNORECASE,
)
_RETURNS = re.compile(r"\s*(?:but|yet|so|however|therefore|but|但|不过|然而|因此|所以|可见|而实际)", re.IGNORECASE)
_ENDS = " \n\t.。!！;；,，:：\"'”’」』）)"
_DENIED_WORD = re.compile(r"(?:[不无没未非]|没有|\b(?:no|not|without|never)\s+|n't\s+|[a-z])$")
_SHORT = 24
_NEAR = 80  # characters before a verdict in which it may be forbidden


class Statement(NamedTuple):
    """finds: a finding, or its denial; sentence: where it stands."""

    finds: bool
    sentence: str


def finding(verdict: str) -> bool | None:
    """What an agent's verdict, a word or a short sentence, means; None where that cannot be told."""
    bare = plain(verdict)
    if bare in FINDS or bare in CLEARS:
        return bare in FINDS
    said = {one.finds for one in _all_of(verdict, bare=True)}
    if said:
        return said.pop() if len(said) == 1 else None
    truth = boolean(verdict)
    return None if truth is None else truth.value != truth.of_compliance


def stated(text: str) -> list[bool]:
    """The verdicts that a text states, in order."""
    return [one.finds for one in statements(text)]


def statements(text: str) -> list[Statement]:
    """The verdicts that a text states, in order, each with its sentence."""
    return list(_all_of(text, bare=False))


def ends_with(text: str, verdict: str) -> bool:
    """Does a text end with a verdict in that very word, 无风险 or pass, and not with its denial?"""
    bare, word = text.rstrip(_ENDS).casefold(), verdict.strip(_ENDS).casefold()
    return bool(word) and bare.endswith(word) and not _DENIED_WORD.search(bare.removesuffix(word))


def is_verdict(text: str) -> bool:
    """Is a text nothing but a verdict, so that quotation marks around it quote nobody?"""
    return len(plain(text)) <= _SHORT and finding(text) is not None


def _all_of(text: str, *, bare: bool) -> Iterator[Statement]:
    for sentence in filter(str.strip, _SENTENCE.split(text)):
        supposed = False
        for clause in _CLAUSE.split(sentence):
            supposed = bool(_SUPPOSED.search(clause)) or (supposed and not _RETURNS.match(clause))
            if supposed and not _denies_need(clause):
                continue
            for finds in _read(clause, bare=bare):
                yield Statement(finds, sentence.strip())


def _denies_need(clause: str) -> bool:
    """ "No warning would be justified" supposes nothing."""
    return bool(re.match(r"\s*(?:so |therefore |thus )?(?:no|none|nothing)\b", clause, re.IGNORECASE))


def _read(clause: str, *, bare: bool) -> Iterator[bool]:
    pattern = _ZH if re.search("[\u3400-\u9fff]", clause) else _EN
    for found in pattern.finditer(clause):
        said = found.groupdict()
        denied = bool(said["denied"])
        if not bare and said["finds"] != "预警" and _FORBIDDEN.search(clause[: found.start()][-_NEAR:]):
            continue  # 应当预警 demands, where 应当合规 only says what ought to be
        if said["nothing"]:
            yield False
        elif said["clears"]:
            yield denied
        elif denied or said["undone"]:
            yield denied and bool(said["undone"])
        elif bare or not said.get("warning") or _RAISED.search(clause):
            yield True
