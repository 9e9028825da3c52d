"""Yes and no, English and Chinese: a verdict with its reason behind it, its negation, or the letter of such an option.

boolean("Yes, because revenue grew")  ->  Truth(True)
boolean("does not comply")            ->  Truth(False, of_compliance=True)
boolean("是")                          ->  Truth(True)
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from judges.answers.choice import letters
from judges.answers.text import EDGES, normalise, simplified

_TRUE = (
    "yes|true|correct|right|that is correct|it is true|y|yeah|yep|affirmative|not false|not incorrect|not wrong"
    "|is correct|is true|是|是的|正确|正确的|对|对的|真|√|✓|✔|没错|属实|成立|有|可以|能|会"
    "|无误|正确无误|准确|没问题|肯定|符合|存在|应当|需要|对号|确实|确实如此|合理"
).split("|")
_FALSE = (
    "no|false|incorrect|wrong|not correct|not true|not right|untrue|n|nope|it is false|is not correct|is not true"
    "|is incorrect|is false|isn't true|isn't correct|negative|否|不是|不是的|错误|错误的|错|错的|不正确|不对|假|×|x|✗|✘"
    "|有误|不成立|不属实|没有|不可以|不能|不会|并非如此|并不是"
    "|并非|不准确|有问题|否定|不符合|不存在|不应当|不需要|不必|错号|不合理|不可"
).split("|")
_WORDS = dict.fromkeys(_TRUE, True) | dict.fromkeys(_FALSE, False)
# Words of compliance are a family of their own: 是 to "违规？" is 违规, 是 to "合规？" is 合规.
_NOT = (
    r"(?:\b(?:not|no|never|without|lacks?|lack of|fail(?:s|ed)? to)\b|n't\b)(?: [\w-]+){0,3} |(?:不|未|没有?|无"
    r"|并非)[^,，。;；]{0,4}?"
)
_BREAKS = re.compile(
    rf"(?P<denied>{_NOT})?(?:\bviolat|\bbreach|\bnon-?compl|\b(?:not|n't) compl|不合规|不符合|违规|违反|违法)"
)
_COMPLIES = re.compile(
    rf"(?P<denied>{_NOT})?(?:\bcompl(?:y|ies|ied|iant|iance)\b|\bconforms?\b|\badheres?\b|合规|符合)"
)
_CLAUSE = 60  # characters: a longer clause explains
_SUBJECT = re.compile(
    r"^(?:(?:the|this|that|it|its|her|his|their)\b(?: [a-z'-]+){0,4}? (?=(?:is|does|was|are|in|isn't|doesn't"
    r"|fails)\b)|it |this |that )"
    r"|^(?:该|此|这|这个|那|上述|题目|本|以上|原|其)?(?:一)?(?:说法|行为|陈述|表述|观点|做法|判断|命题|题|项|话术|描述|结论"
    r"|产品|客服|回复|业务|交易|题干|选项|答案|答|行动|操作|情形|情况|话)?"
    r"(?:内容|本身)?(?:是|为|应为|属于|应|判断为|判定为)?",
)
_IS = re.compile(r"^(?:is|was|are|were)\s+")
_UNSURE = re.compile(
    r"^(?:是否|whether\b)|是不是|对不对|\b(?:in part|to some extent)\b|\b(?:yes and no|partly|partially|maybe|perhaps"
    r"|possibly|may be|might|unclear|depends|not sure"
    r"|likely|somewhat|sometimes)\b"
    r"|可能|也许|部分|不确定|无法|不一定|视情况|既.*又|或许|难以|基本",
    re.IGNORECASE,
)
_PARTS = re.compile(
    r"[,，.。;；:：!！\n—]|\s-\s| because\b| since\b|因为|由于|\(|\band\b|\bbut\b|\bas\b", re.IGNORECASE
)
# What stands before a verdict and is none: "Therefore, yes", 答：否.
_THEREFORE = re.compile(
    r"综上(?:所述|分析)?|因此|所以|故|答|判断(?:结果|为)?|结论|本题|我的判断"
    r"|therefore|so|thus|hence|in conclusion|overall"
    r"|(?:my |the |final )*(?:answer|verdict|conclusion)",
    re.IGNORECASE,
)
_ASKED = re.compile(r"(?:[?？]|吗)\s*$")
_NUMBERED = re.compile(r"no\.? ?\d")
_ASKS_VIOLATION = re.compile(
    r"违规|违反|不合规|违法|\bviolat|\bbreach|non-?complian|\bnot compl(?:y|iant)", re.IGNORECASE
)
_ASKS_COMPLIANCE = re.compile(r"合规|符合|合法|\bcompl(?:y|ies|iant|iance)", re.IGNORECASE)


class Truth(NamedTuple):
    """value: what is said; of_compliance: of compliance itself (合规, 违规), not of the question asked (是, yes)."""

    value: bool
    of_compliance: bool = False


def boolean(text: str, options: Mapping[str, str] | None = None) -> Truth | None:
    """The truth value that an answer states; None where it states none, both, or hesitates."""
    text = simplified(normalise(text))
    if _ASKED.search(text):
        return None
    bare = re.sub(r"[^\S\n]+", " ", text.strip(EDGES).casefold())
    if (known := _known(bare)) is not None:
        return known
    if options:
        named = letters(text, options)
        if isinstance(named, frozenset) and len(named) == 1 and (letter := next(iter(named))) in options:
            return boolean(options[letter])
    if _UNSURE.search(bare) or _NUMBERED.match(bare):
        return None
    # A verdict first, its ground behind ("yes , 38.2%", "否，因为..."); another verdict behind it contradicts.
    head, *others = (part.strip(EDGES) for part in _PARTS.split(bare[:2000]))
    if others and (not head or _THEREFORE.fullmatch(head)):
        head, *others = others
    said = _known(head) or _stated(head)
    if said is None:
        return None
    if said.of_compliance and others and (word := _known(others[0])) is not None and not word.of_compliance:
        return Truth(said.value == word.value, of_compliance=True)  # 违规：否
    behind = {_known(word) or _known(word.split(" ")[0]) or _stated(word) for word in others if word}
    contradicted = any(one is not None and one[1] == said[1] and one[0] != said[0] for one in behind)
    return None if contradicted else said


def _known(words: str) -> Truth | None:
    value = _WORDS.get(words)
    return None if value is None else Truth(value)


def _stated(clause: str) -> Truth | None:
    """The verdict of a clause: "the statement is false", 该说法错误, "does not comply with the cap", 未违反规定."""
    rest = _SUBJECT.sub("", clause).strip()
    said = _known(rest) or _known(_IS.sub("", rest)) or _known(rest.rstrip("的了"))
    return said or (_complies(clause) if len(clause) <= _CLAUSE else None)


def _complies(clause: str) -> Truth | None:
    if found := _BREAKS.search(clause):
        return Truth(found["denied"] is not None, of_compliance=True)
    if found := _COMPLIES.search(clause):
        return Truth(found["denied"] is None, of_compliance=True)
    return None


def asks_violation(question: str) -> bool | None:
    """Is yes to a question a violation (True), compliance (False), or does it ask for neither or both (None)?"""
    violation = bool(_ASKS_VIOLATION.search(question))
    compliance = bool(_ASKS_COMPLIANCE.search(re.sub("不合规|non-?complian\\w*|not compl\\w+", "", question)))
    return violation if violation != compliance else None


def match_boolean(said: str, golds: list[str], options: Mapping[str, str], question: str) -> tuple[bool | None, str]:
    """(value, reason) of an answer against golds of which all that can be read must agree."""
    read = [truth for gold in golds if (truth := boolean(gold, options)) is not None]
    if not read:
        return None, "gold_unusable"
    yes_is_violation = asks_violation(question) if question else None
    wanted = {_in_one_family(truth, yes_is_violation) for truth in read}
    if len(wanted) > 1:
        return None, "gold_conflict"
    answer = boolean(said, options)
    if answer is None:
        return None, "answer_unreadable"
    gold, answer = wanted.pop(), _in_one_family(answer, yes_is_violation)
    if answer.of_compliance != gold.of_compliance:
        return None, "answer_unreadable"
    return (True, "equal_boolean") if answer.value == gold.value else (False, "boolean_differs")


def _in_one_family(truth: Truth, yes_is_violation: bool | None) -> Truth:
    """A yes as a word of compliance, where the question tells which it means."""
    if truth.of_compliance or yes_is_violation is None:
        return truth
    return Truth(truth.value != yes_is_violation, True)
