"""Fin-R1's seven criteria of good reasoning as data, in both languages: what the paper means, and what to vote on.

    chosen("fin-r1", ["step_count", Criterion("units", en=Wording(...))])   ->  a CriteriaSet of two, with its digest

Source: SUFE-AIFLM-Lab/Fin-R1, README (English and Chinese) and arXiv 2503.16252v5, section 3.3 and appendix B.3. The
paper gives one point a criterion and keeps a trace only if all seven are met. Its prompt was published as a picture;
the definitions and examples, in prompts/fin-r1.toml, are ours.
"""

import hashlib
import json
import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Wording:
    """One criterion in one language. title: for people; definition: when to vote 1; met, unmet: an example of 1 and of
    0, or ""; paper: the paper's own meaning, "" for a criterion that is not the paper's."""

    title: str
    definition: str
    met: str = ""
    unmet: str = ""
    paper: str = ""


@dataclass(frozen=True, slots=True)
class Criterion:
    """name: its key in tables and replies; en, zh: its wordings."""

    name: str
    en: Wording
    zh: Wording

    def wording(self, language: str) -> Wording:
        """The criterion in "zh", or for any other language in English."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True)
class CriteriaSet:
    """The criteria of a judge. name: by which people know the set; criteria: in the order of asking."""

    name: str
    criteria: tuple[Criterion, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The criteria's keys."""
        return tuple(criterion.name for criterion in self.criteria)

    @cached_property
    def digest(self) -> str:
        """64 bits of BLAKE2b over every word of the criteria, in hex: other words, another digest."""
        said = json.dumps([asdict(one) for one in self.criteria], sort_keys=True, ensure_ascii=False)
        return hashlib.blake2b(said.encode(), digest_size=8).hexdigest()

    @property
    def known_as(self) -> str:
        """Name and digest: fin-r1@0123456789abcdef."""
        return f"{self.name}@{self.digest}"


def chosen(name: str, criteria: Iterable[str | Criterion]) -> CriteriaSet:
    """A set of one's own: names of Fin-R1's criteria, or a Criterion, which is a new one or rewords one of the seven.
    Raises KeyError for a name that is none of the seven."""
    seven = {one.name: one for one in FIN_R1.criteria}
    return CriteriaSet(name, tuple(seven[one] if isinstance(one, str) else one for one in criteria))


def _read(name: str) -> CriteriaSet:
    """A set that comes with the package."""
    said = tomllib.loads(files("judges.reasoning").joinpath("prompts", f"{name}.toml").read_text(encoding="utf-8"))
    return CriteriaSet(
        name, tuple(Criterion(key, Wording(**words["en"]), Wording(**words["zh"])) for key, words in said.items())
    )


FIN_R1 = _read("fin-r1")
CRITERIA, NAMES = FIN_R1.criteria, FIN_R1.names
