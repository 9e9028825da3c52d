r"""Places of a reply that are meant for its answer: boxes, tags, JSON, the last line.

boxes("so \\boxed{17\\%}")                          ->  Found(["17\\%"])
blocks("<answer>12</answer>")                       ->  Found(["12"])
in_json('{"answer": "12", "confidence": 0.9}')      ->  Found(["12"])
last_line("...\n\n**12.5%**")                       ->  "12.5%"
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from judges.answers.text import DRESSING, HAN, WORD

_BOX = re.compile(r"boxed\s*\{")
_BRACES = re.compile(r"[{}]")
_TAGS = (("<answer>", "</answer>"), ("[FINAL_ANSWER]", "[/FINAL_ANSWER]"))
_SAYS = re.compile(r"[^\W_]|[√×✓✗]")
_OBJECT = re.compile(r'\{\s*["}]')
_DECODER = json.JSONDecoder(strict=False)
_TAIL, _FEW = 20_000, 8
_EMPTY: tuple[object, ...] = (None, "", [], {})
_CUT_JSON = re.compile(r'\{[^{}]*"(?:final_?)?(?:answer|答案)"\s*:[^{}]*$', re.IGNORECASE)
_KEYS = ("final_answer", "answer", "final answer", "最终答案", "答案", "result", "label", "verdict")
_THEREFORE = re.compile(r"^(?:综上(?:所述)?|因此|所以|故|therefore|thus|hence|so)[,，] ?", re.IGNORECASE)
_EXPLAINED = re.compile(
    r"(?P<answer>[^\n]{1,40})\n\s*\**(?:explanation|reason(?:ing)?|because|analysis|解析|解释|理由|分析|说明|原因)",
    re.IGNORECASE,
)
_BOLD = re.compile(r"\*\*([^*\n]{1,80})\*\*")
_CLAUSE = re.compile(r"[:：?？。！；]|，[^0-9]|; |, [a-z]{4}")
# A line that breaks off: in a calculation, a bracket, a tag, a sentence.
_BROKEN = re.compile(
    r"[-+*/×÷=≈(\[,，]$|[=≈][^=≈]*\d$|^(?:therefore|so|thus|hence)\b.*\d$|\[(?:/?[A-Z_]+)$", re.IGNORECASE
)
_DIGIT = re.compile(r"\d")
_LINE = 40


class Found(NamedTuple):
    """texts: what stands in the places, the last one last; cut: whether the reply ends inside a further one."""

    texts: list[str]
    cut: bool = False


def boxes(text: str) -> Found:
    r"""The contents of every \boxed{...} (a lost backslash is tolerated), outermost only, braces balanced. A last box
    that was cut off in repeating the ones before it takes nothing away from them."""
    found: list[str] = []
    position = max(text.find("boxed"), 0)
    while opened := _BOX.search(text, position):
        depth = 1
        for brace in _BRACES.finditer(text, opened.end()):
            depth += 1 if brace[0] == "{" else -1
            if not depth:
                break
        else:
            rest = text[opened.end() :].strip()
            return Found(found, not (len(set(found)) == 1 and found[0].startswith(rest)))
        position = brace.end()
        found.append(text[opened.end() : brace.start()].strip())
    return Found(found)


def blocks(text: str) -> Found:
    """What stands between answer tags. One that was not closed gives its first line, where more follows; at the end
    of a reply it was cut off, unless it repeats one before it. Blocks that say nothing ("...") are none."""
    for opening, closing in _TAGS:
        if opening not in text:
            continue
        found: list[str] = []
        for block in text.split(opening)[1:]:
            inner, closed, _ = block.partition(closing)
            inner = inner.lstrip(">").strip()
            if not closed and (bare := _without_half(inner, closing)) == inner:
                inner, more, _ = inner.partition("\n")
                if not more:
                    repeats = any(one.startswith(inner) for one in found)
                    return Found(found, not repeats)
            elif not closed:
                inner = bare
            if _SAYS.search(inner):
                found.append(inner)
        return Found(found)
    return Found([])


def _without_half(text: str, closing: str) -> str:
    """A block whose closing tag was cut in the middle, without the tag."""
    for length in range(len(closing) - 1, 0, -1):
        if text.endswith(closing[:length]):
            return text[:-length].strip()
    return text


def _every(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which a key that is given two different values has the list of them."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        found[key] = value if key not in found or found[key] == value else [found[key], value]
    return found


_STRICT_DECODER = json.JSONDecoder(strict=False, object_pairs_hook=_every)


def objects(text: str, every: bool = False) -> Iterator[tuple[str, Any]]:
    """The JSON objects in the last 20,000 characters of a text, outermost only, each with what it holds: None for what
    begins like one and is none. every: a key that stands twice has all its values, and not the last one."""
    decoder = _STRICT_DECODER if every else _DECODER
    text = text[-_TAIL:]
    opened = _OBJECT.search(text)
    while opened:
        try:
            said, end = decoder.raw_decode(text, opened.start())
        except (ValueError, RecursionError):
            following = _OBJECT.search(text, opened.end())
            yield text[opened.start() : following.start() if following else len(text)], None
        else:
            yield text[opened.start() : end], said
            following = _OBJECT.search(text, end)
        opened = following


def in_json(text: str) -> Found:
    """The `answer` of each JSON object that has one, and whether the text ends inside one that gives it."""
    found, last = [], ""
    for written, value in objects(text):
        last = written if value is None else ""
        if isinstance(value, dict):
            alone = list(value.values()) if len(value) == 1 else []
            said = next((one for one in (*map(value.get, _KEYS), *alone) if one not in _EMPTY), None)
            if said is not None:
                found.append(said if isinstance(said, str) else json.dumps(said, ensure_ascii=False))
    return Found(found, bool(_CUT_JSON.match(last)))


def short_lines(text: str) -> bool:
    """Is a text of several lines nothing but an answer: "A. Cash", "C. Bonds" under each other?"""
    lines = [line.strip(DRESSING + ".。") for line in text.splitlines() if line.strip()]
    return 1 < len(lines) <= _FEW and all(len(line) <= _LINE and _is_bare(line) for line in lines)


def first_line(text: str) -> str | None:
    """The first line, where it is nothing but an answer and what follows calls itself its explanation."""
    found = _EXPLAINED.match(text)
    bare = found["answer"].strip(DRESSING + ".。") if found else ""
    return bare if bare and _is_bare(bare) else None


def last_line(text: str) -> str | None:
    """The last line where it is nothing but an answer, or the one bold phrase of the last line."""
    lines = text.rstrip().rsplit("\n", 1)
    last = lines[-1].strip()
    if len(bold := _BOLD.findall(last)) == 1:
        return str(bold[0]).strip(DRESSING + ":：") or None
    bare = _THEREFORE.sub("", last.strip(DRESSING + ".。"))
    return bare if len(lines) == 2 and 0 < len(bare) <= _LINE and _is_bare(bare) else None


def _is_bare(line: str) -> bool:
    """Is a line nothing but an answer: a number with a few words, or a few words, whole, and no clause or question?"""
    if _CLAUSE.search(line) or _BROKEN.search(line) or line.count("(") != line.count(")") or not _SAYS.search(line):
        return False
    words, han = len(WORD.findall(line)), len(HAN.findall(line))
    return words + han <= 6 if _DIGIT.search(line) else words <= 3 and han <= 8
