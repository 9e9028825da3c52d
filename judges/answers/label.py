"""Labels of a closed set, by number, by name, or by a name of the same polarity; sets of labels without order.

label("1 - Bullish", {"0": "Bearish", "1": "Bullish"})         ->  frozenset({"1"})
label("利好", {"0": "消极", "1": "中性", "2": "积极"})             ->  frozenset({"2"})
label("The tweet is bearish.", {"0": "Bearish", "1": "Bullish"})  ->  frozenset({"0"})
"""

import re
from collections.abc import Mapping

from judges.answers.text import EDGES, normalise, plain

_POLARITIES = tuple(
    frozenset(words.split())
    for words in (
        "positive bullish optimistic upbeat favorable favourable 正面 正向 积极 利好 看涨 看多 看好 乐观"
        " 偏多 多头 上涨",
        "negative bearish pessimistic downbeat unfavorable unfavourable 负面 负向 消极 利空"
        " 看跌 看空 看淡 悲观 偏空 空头 下跌",
        "neutral 中性 中立 平衡 无明显倾向",
    )
)
_LEAD = re.compile(
    r"^(?:the )?(?:(?:final |correct )?(?:answer|label|sentiment|class|category|relation(?:ship)?|topic|type)s?"
    r"(?: (?:is|are|would be|should be))?|it is)\b ?[:：]?"
    r"|^(?:最终|正确)?(?:答案|标签|情感|类别|分类|关系|情感倾向|情绪|主题)[是为]?[:：]?",
    re.IGNORECASE,
)
_KEY_THEN_NAME = re.compile(r"^[(\[]?(?P<key>\w{1,3})[)\]]?(?: ?[-:.,=、)(]+ ?| )(?P<name>.+?)\)?$", re.DOTALL)
_NAME_THEN_KEY = re.compile(r"^(?P<name>.+?) ?[(\[](?:label )?(?P<key>\w{1,3})[)\]]?$", re.DOTALL | re.IGNORECASE)
_DENIED = re.compile(
    r"\b(?:not|neither|nor|isn't|never|rather than|instead of|no longer|less|or|if|unless|wrong|incorrect|unlikely"
    r"|cannot|could|doubt\w*|far from|anything but|other than|hardly|maybe|perhaps|possibly|might|may)\b|n't\b|\?"
    r"|不|非|并未|没有|或|而不是|无法|难以",
    re.IGNORECASE,
)
_UNSURE = re.compile(
    r"\b(?:maybe|perhaps|possibly|might|either|could be|or|not|except|excluding)\b"
    r"|可能|也许|或|没有|不是|并非|除|不含",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[,;、|/\n\s]|\band\b|和|与|及")
_LISTED = re.compile(r"[,;、|/\n]")
_HARD_BETWEEN = re.compile(r"[,;、|/\n]|\band\b|和|与|及")
_LONGEST = 2000


def label(text: str, names: Mapping[str, str]) -> frozenset[str] | None:
    """The one label's key that an answer names (its name, where there is no set to choose from); else None."""
    text = normalise(text).strip()
    if len(text) > _LONGEST or text.endswith("?"):
        return None
    bare = text.strip(EDGES)
    if (key := _exact(bare, names)) is not None:
        return frozenset({key})
    led = _LEAD.match(bare)
    if led and (key := _exact(bare[led.end() :].strip(EDGES), names)) is not None:
        return frozenset({key})
    if not names:
        return None
    rest = bare[led.end() :].strip(EDGES) if led else bare
    for form in (_KEY_THEN_NAME, _NAME_THEN_KEY):
        if (found := form.match(rest)) and found["key"] in names:
            agree = _exact(found["name"].strip(EDGES), names) == found["key"]
            return frozenset({found["key"]}) if agree else None
    if _DENIED.search(bare):
        return None
    held = _held(bare, names)
    return frozenset(held) if len(held) == 1 else None


def _exact(bare: str, names: Mapping[str, str]) -> str | None:
    """The key of the label that the text is: its key, its name, or the only one of the text's polarity."""
    if not names:
        return plain(bare) or None
    if bare in names:
        return bare
    wanted = plain(bare)
    by_name = [key for key, name in names.items() if plain(name) == wanted]
    if len(by_name) == 1:
        return by_name[0]
    alike = [key for key, name in names.items() if _same_polarity(wanted.rstrip("的"), plain(name))]
    return alike[0] if len(alike) == 1 else None


def _same_polarity(one: str, other: str) -> bool:
    """Is one a word of a polarity that the other holds: positive, strongly bullish?"""
    return any(one in words and any(word in other for word in words) for words in _POLARITIES)


def _held(text: str, names: Mapping[str, str]) -> list[str]:
    """The labels whose names stand in a sentence, as words of it."""
    folded = text.casefold()
    found = [key for key, name in names.items() if name and _stands(name.casefold(), folded)]
    # Of 增持 and 增持评级 the longer one was meant.
    return [k for k in found if not any(k != o and names[k] in names[o] and names[k] != names[o] for o in found)]


def _stands(name: str, text: str) -> bool:
    if not name.isascii():
        return name in text
    start = text.find(name)
    while start >= 0:
        end = start + len(name)
        if not (_is_letter(text[start - 1 : start]) or _is_letter(text[end : end + 1])):
            return True
        start = text.find(name, start + 1)
    return False


def _is_letter(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character == "_")


def labels(text: str, names: Mapping[str, str]) -> frozenset[str] | None:
    """The set of labels that an answer lists; None where a part of it is none."""
    text = normalise(text).strip()
    if len(text) > _LONGEST:
        return None
    bare = text.strip(EDGES)
    led = _LEAD.match(bare)
    rest = bare[led.end() :] if led else bare
    # Names first, whole: one may hold a word that elsewhere denies or joins (解除质押, 和信贷).
    by_name = [_exact(part.strip(EDGES), names) for part in _LISTED.split(rest)] if names else [None]
    if all(by_name):
        return frozenset(filter(None, by_name))
    if _UNSURE.search(text):
        return None
    for between in (_HARD_BETWEEN, _BETWEEN):
        parts = [part.strip(EDGES) for part in between.split(rest) if part.strip(EDGES)]
        read = [one for part in parts if (one := label(part, names)) is not None]
        if parts and len(read) == len(parts) and (between is _BETWEEN or names or len(parts) > 1):
            return frozenset().union(*read)
    return None


def match_label(said: str, golds: list[str], names: Mapping[str, str], *, several: bool) -> tuple[bool | None, str]:
    """(value, reason) of an answer against golds, any of which will do."""
    read = labels if several else label
    wanted = [found for gold in golds if (found := read(gold, names)) is not None]
    if not wanted:
        return None, "gold_unusable"
    answer = read(said, names)
    if answer in wanted:
        return True, "equal_label"
    if answer is None or not names:
        # Without the set of labels another name may be another name of the same.
        return None, "answer_unreadable" if answer is None else "needs_model"
    return False, "label_differs"
