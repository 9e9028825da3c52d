"""Which languages a trace is written in: its question's, another, or several in turn.

read("先算收入，再算成本。最后得到5。")                           ->  Languages of {"zh": ...}, no switch
read("The revenue rose by a fifth in the year. 因此毛利也增加了。")  ->  English, then Chinese: one switch

Scripts tell Chinese from English and from Cyrillic, kana, Hangul. Latin text is English where it holds enough common
English words; only text that holds too few is shown to langdetect (Nakatani Shuyo's language-detection, Apache-2.0).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from judges.reasoning.measures.steps import sentences
from judges.reasoning.measures.terms import FINANCE_EN, Words, tokens
from judges.reasoning.measures.terms import words as words_of

_HAN = re.compile(r"[\u3400-\u9fff]+")
# Words of Cyrillic, Hebrew, Arabic, Indic, Thai ...; kana; Hangul. A Greek letter alone is mathematics.
_OTHER = re.compile(r"[\u0370-\u1fff]{3,}|[\u3041-\u30ff]+|[\uac00-\ud7af]+")
# Code, keys of data, tags and formulas ("$5 or $10" is none). An opening mark inside ends the search, so that thousands
# of them cost no more than one.
_APART = re.compile(
    r"```.*?(?:```|\Z)|\$\$.*?\$\$|\$[^$\n]*\$(?!\d)|\\\[(?:(?!\\\[).)*?\\\]|\\\((?:(?!\\\().)*?\\\)|`[^`\n]*`|\\[a-zA-Z]{1,20}(?:\{[^{}\n]{0,200}\})?"
    r"|\"[\w .-]{1,60}\"\s?:|</?[A-Za-z!][^<>\n]{0,200}>",
    re.DOTALL,
)
_ENGLISH = FINANCE_EN | frozenset(
    """
    the of and to in is for that this with which from as at by are was were be it its on or we so not have has but if
    then an can let let's i would there their will need should what how given since because therefore first next now
    than these those they also only all into between over per after before does do did been our my me you wait use using
    find calculate compute check total value amount number answer question table year years formula
    """.split()
)
# In every English sentence. To look behind after the first letter leaves a set of letters to search for, which is fast.
_RUN = re.compile(r"[A-Za-z](?<![A-Za-z]{2})[A-Za-z]{0,19}(?:[ ,]{1,2}[A-Za-z]{1,20}){3}")
_LATIN_WORD = re.compile(r"[A-Za-zÀ-ɏ]{2,}")
_LATIN_LANGUAGES = (
    "af ca cs cy da de en es et fi fr hr hu id it lt lv nl no pl pt ro sk sl so sq sv sw tl tr vi".split()
)
_NO_LETTERS = bytes(code for code in range(256) if not (65 <= code <= 90 or 97 <= code <= 122))
# In UTF-8, all bytes but the first ones of the letters that make words of three and more in _OTHER, and of Hangul; what
# three such letters are; how kana begin, which share their first byte with 、 and 。
_NO_OTHER = bytes(code for code in range(256) if not 0xCD <= code <= 0xE1)
_NO_HANGUL = bytes(code for code in range(256) if not 0xEA <= code <= 0xED)
_THREE = re.compile(rb"[\x80-\xff]{6}")
_KANA = (b"\xe3\x81", b"\xe3\x82", b"\xe3\x83")
_ENOUGH = 0.15  # share of English words: running English has 0.4 to 0.6, other languages 0 to 0.08
_FEW = 5  # words, or Han characters: what is shorter is a name or a heading
_PROSE = 12  # words that langdetect is asked about at the least
_SHOWN = 1000  # characters that it is shown at the most
_SURE = 0.9
_LETTERS = 5  # a word


@dataclass(frozen=True, slots=True)
class Languages:
    """said: how much of a text is in which language, in Chinese characters or words of five letters, keys "zh", "en"
    and "foreign"; switches: how many times the language changes from one sentence to the next; han_share: the share of
    Chinese characters among these and Latin words, whatever they are part of, None without either."""

    said: dict[str, float]
    switches: int = 0
    han_share: float | None = None

    def kept(self, language: str) -> float | None:
        """Share, 0 to 1, of the text that is in a language, "zh" or "en"; None for a text without letters."""
        whole = sum(self.said.values())
        return self.said.get(language, 0.0) / whole if whole else None

    @property
    def foreign(self) -> float | None:
        """1 if a sentence or more is neither English nor Chinese, else 0; None for a text without letters."""
        return float("foreign" in self.said) if self.said else None


def read(text: str, words: Words | None = None) -> Languages:
    """The languages of a text. words: what it says, where that is at hand. Names, tickers, formulas and code count only
    in a text that has nothing else."""
    if words is None:
        words = words_of(text)
    latin, han = len(text.encode("ascii", "ignore").translate(None, _NO_LETTERS)) / _LETTERS, words.han
    found = _said(text, han, words.longest, latin)
    return Languages(found.said, found.switches, han / (han + latin) if han or latin else None)


def _said(text: str, han: int, longest: int, latin: float) -> Languages:
    other = _other(text)
    if not other and han and not latin:
        return Languages({"zh": float(han)})
    if not other and (not han or (longest < _FEW and han < latin)):
        return _latin(text, latin)
    if not other and han >= latin and not _RUN.search(text):
        return Languages({"zh": float(han)})
    sizes = (("zh", float(han)), ("en", latin), ("foreign", float(other)))
    return _mixed(text) or Languages({name: size for name, size in sizes if size})


def _other(text: str) -> int:
    """How many characters words in other scripts have. Bytes tell most texts that hold none."""
    if text.isascii():
        return 0
    raw = text.encode("utf-8", "surrogatepass")
    words = raw.translate(None, _NO_OTHER) and _THREE.search(raw)
    if not (words or raw.translate(None, _NO_HANGUL) or any(map(raw.__contains__, _KANA))):
        return 0
    return sum(map(len, _OTHER.findall(text)))


def _latin(text: str, letters: float) -> Languages:
    """A text in Latin letters: each long line is English or foreign, and so are the short ones together."""
    if not letters:
        return Languages({})
    lines = [line for line in text.split("\n") if line.count(" ") >= _PROSE - 1]
    kinds = ["foreign" if _is_foreign_line(line) else "en" for line in lines]
    if "foreign" in kinds:
        return _summed([(kind, float(len(line.split()))) for kind, line in zip(kinds, lines, strict=True)])
    if kinds:
        return Languages({"en": letters})
    said = tokens(text)
    english = sum(map(_ENGLISH.__contains__, said)) >= _ENOUGH * len(said) or not _is_foreign(text)
    return Languages({"en" if english else "foreign": letters})


def _is_foreign_line(line: str) -> bool:
    pieces = line.lower().split()
    known = sum(map(_ENGLISH.__contains__, pieces))
    return known < _ENOUGH * len(pieces) and _has_prose(pieces) and _is_foreign(line)


def _has_prose(pieces: Sequence[str]) -> bool:
    """May a line be a sentence, and no formula or row of a table? Told before its formulas are cut out of it."""
    return sum(map(str.isalpha, pieces)) >= _PROSE - 2


def _mixed(text: str) -> Languages | None:
    """A text in several scripts, sentence by sentence; None where no sentence is long enough to have a language."""
    found = _summed([kind for sentence in sentences(_APART.sub(" ", text)) if (kind := _kind(sentence))])
    return found if found.said else None


def _kind(sentence: str) -> tuple[str, float] | None:
    """The language of a sentence, and how long it is; None for what is too short, or no prose."""
    if sentence.isascii():
        han = other = 0
    else:
        han = sum(map(len, _HAN.findall(sentence)))
        other = sum(map(len, _OTHER.findall(sentence)))
    words = _LATIN_WORD.findall(sentence)
    if other > _FEW and other > len(words) and other * 4 > han:  # Japanese is kana among Chinese characters
        return "foreign", float(other + han)
    if han >= len(words):
        return ("zh", float(han)) if han >= _FEW else None
    prose = [word for word in words if not word.isupper()]
    if len(prose) < _FEW:
        return None
    known = sum(word.lower() in _ENGLISH for word in prose)
    foreign = known < _ENOUGH * len(prose) and _is_foreign(sentence)
    return "foreign" if foreign else "en", float(len(words))


def _summed(kinds: Sequence[tuple[str, float]]) -> Languages:
    said: dict[str, float] = {}
    for kind, size in kinds:
        said[kind] = said.get(kind, 0.0) + size
    switches = sum(one[0] != other[0] for one, other in pairwise(kinds))
    return Languages(said, switches)


def _is_foreign(text: str) -> bool:
    """Does langdetect call the prose of a Latin text another language than English, and is it sure?"""
    words = [word for word in _LATIN_WORD.findall(_APART.sub(" ", text[: 4 * _SHOWN])) if not word.isupper()]
    known = sum(word.lower() in _ENGLISH for word in words)
    if len(set(words)) < _PROSE or known >= _ENOUGH * len(words):
        return False
    from langdetect.lang_detect_exception import LangDetectException

    detector = _factory().create()
    detector.append(" ".join(words)[:_SHOWN])
    try:
        best = detector.get_probabilities()[0]
    except (LangDetectException, IndexError):
        return False
    return bool(best.lang != "en" and best.prob >= _SURE)


@cache
def _factory() -> Any:
    """langdetect with the profiles of the languages that are written in Latin letters, always in the same order."""
    from langdetect import DetectorFactory
    from langdetect.detector_factory import PROFILES_DIRECTORY

    factory = DetectorFactory()
    factory.seed = 0
    profiles = [(Path(PROFILES_DIRECTORY) / name).read_text(encoding="utf-8") for name in _LATIN_LANGUAGES]
    factory.load_json_profile(profiles)
    return factory
