"""A log merged without a model: the agents' own sentences as one person's thought, joined by turns of phrase.

    merge(log, question).reasoning  ->
        I have to decide whether the service agent's conduct keeps to the guideline. I go through it aspect by aspect.

        I begin with legal risk. The agent promises a return ... I therefore think that a warning is due here.

        Next comes ...

Which turn of phrase stands where follows from the question's id in its source: another question reads differently, a
rerun alike, however the recipe names the source.
"""

import hashlib
import re
from collections.abc import Callable, Sequence

from curate.records import Question
from judges.reasoning.measures.steps import sentences
from recipes.conversions.agent_contract import Check, Merge, left_over
from recipes.conversions.agent_notes import FINAL, Log, Note
from recipes.conversions.agent_phrases import PHRASES, Phrases
from recipes.conversions.agent_verdicts import stated

_WARNS = re.compile(r"预警|warn|alert|flag", re.IGNORECASE)
_AS_EXPERT = re.compile(
    r"^(?:作为(?:一[名位])?[^，,。]{2,20}[，,]\s*"
    r"|(?:(?:speaking )?as|from the (?:view|position) of) (?:an?|the) [^,.]{3,50},\s*)",
    re.IGNORECASE,
)
_THEREFORE = re.compile(
    r"^(?:综上(?:所述)?|因此|所以|故|结论|总之|由此|经(?:分析|判断)|判定|判断|(?:不|无)?需要?预警|无预警|预警"
    r"|therefore|thus|hence|so\b|in conclusion|overall|(?:my )?verdict|(?:no |an? )?(?:warning|violation)\b)",
    re.IGNORECASE,
)
_SHORT = 60  # characters: a longer sentence says more than its verdict

Pick = Callable[[str, Sequence[str]], str]


def merge(log: Log, question: Question) -> Merge:
    """The log's parts as one person's thought."""
    words, pick = PHRASES[question.language], _picker(question.source_id)
    final = FINAL[question.language][log.finds]
    summary, reason = _summary(log, words, pick), _own(log.reason, log, question, words)
    return Merge(
        beginning=pick("beginning", words.beginning),
        checks=tuple(_check(number, note, log, question) for number, note in enumerate(log.notes, 1)),
        conclusion=words.gap.join(filter(None, (summary, reason, pick("end", words.end).format(final=final)))),
        answer=words.gap.join((reason or summary, pick("answer", words.answer).format(final=final))),
        verdict=final,
    )


def _check(number: int, note: Note, log: Log, question: Question) -> Check:
    words = PHRASES[question.language]
    if not note.aspect:
        places = words.plain
    elif number == 1:
        places = words.first
    else:
        places = words.last if number == len(log.notes) else words.between
    # Each passage between takes the next turn of phrase, so that no two that follow each other begin alike.
    opening = _turn(question.source_id, number, places).format(aspect=note.aspect)
    kinds = words.verdicts["warning" if _WARNS.search(note.verdict) else "violation"]
    verdict = _turn(question.source_id, number, kinds[note.finds])
    analysis = _own(note.analysis, log, question, words)
    return Check(number, words.gap.join(filter(None, (opening, analysis, verdict))), note.verdict)


def _own(text: str, log: Log, question: Question, words: Phrases) -> str:
    """A text as one's own: without the role it is spoken in, sentences that speak of the process, and a verdict at its
    end, which is given anew."""
    said = [_AS_EXPERT.sub("", one) for one in sentences(text)]
    said = [one for one in said if left_over(one, log, question.context) is None]
    while said and len(said[-1]) <= _SHORT and _THEREFORE.match(said[-1]) and len(set(stated(said[-1]))) == 1:
        said.pop()
    return words.gap.join(_sentence(one, words) for one in said)


def _sentence(text: str, words: Phrases) -> str:
    """With a capital letter and a full stop."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(words.stops) else words.stops[0]}"


def _summary(log: Log, words: Phrases, pick: Pick) -> str:
    """Which aspects raised something and which did not; by their number where they have no names."""
    found = [note.aspect for note in log.notes if note.finds]
    clear = [note.aspect for note in log.notes if not note.finds]
    if not found or not clear:
        return pick("summary", words.all_found if found else words.all_clear)
    if not all((*found, *clear)):
        return words.counted.format(found=len(found), clear=len(clear))
    weighed = words.outweighed if log.finds else words.not_enough
    return pick("summary", weighed).format(found=words.listed(found), clear=words.listed(clear))


def _picker(key: str) -> Pick:
    return lambda place, choices: choices[_number(key, place) % len(choices)]


def _turn(key: str, number: int, choices: Sequence[str]) -> str:
    return choices[(_number(key, "turn") + number) % len(choices)]


def _number(key: str, place: str) -> int:
    return int.from_bytes(hashlib.blake2b(f"{key}\x1f{place}".encode(), digest_size=4).digest())
