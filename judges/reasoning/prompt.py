"""The reasoning judge: what a model is asked about one trace, and how its votes are read.

    judging(Shown(...), FIN_R1, "en")                                        ->  the prompt
    votes('{"step_count": {"reason": "four", "vote": "1"}}', FIN_R1)         ->  {"step_count": Score(..., 1, "four")}

One call for all criteria, for each a short reason before its vote; no total is asked for, and none is read. What the
paper's judge saw is the reasoning and the standard answer (arXiv 2503.16252v5, appendix B.3); the instruction stands
beside them here, since no one can vote on consistency with what is not shown.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from judges.answers.places import objects
from judges.reasoning.criteria import CriteriaSet
from judges.templates import fill, harmless, template
from judges.thought import after_thought, one_line
from judges.verdict import Score, Vote

_PACKAGE = "judges.reasoning"
_UNSURE = "cannot tell"
_VOTES: Mapping[str, Vote] = {
    **dict.fromkeys(("1", "1.0", "true", "yes", "met", "pass", "是", "满足", "符合", "通过"), 1),
    **dict.fromkeys(("0", "0.0", "false", "no", "not met", "fail", "否", "不满足", "不符合", "不通过"), 0),
    **dict.fromkeys((_UNSURE, "can't tell", "unclear", "null", "无法判断", "不确定"), None),
}
_VOTE_KEYS = ("vote", "score", "投票", "评分")
_REASON_KEYS = ("reason", "rationale", "理由", "原因")
_NAME_KEYS = ("criterion", "name", "标准")
RESERVED = frozenset(
    (*_VOTE_KEYS, *_REASON_KEYS, *_NAME_KEYS)
)  # no names of criteria: a reply has its own use for them
_BLANK = ("...", "……", "…")
_DEPTH = 3  # of objects around the votes: {"votes": {"step_count": ...}}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a judge is shown of a question and a trace. domain: of the task, in words; instruction: the task with its
    question and options; context, explanation: "" where the judge is not to see them."""

    domain: str
    instruction: str
    standard_answer: str
    reasoning: str
    answer: str
    context: str = ""
    explanation: str = ""


def judging(shown: Shown, criteria: CriteriaSet, language: str) -> str:
    """The prompt about one trace, in "en" or "zh"; tags in the data are made harmless."""
    data = asdict(shown)
    values = {name: harmless(text, data) for name, text in data.items()}
    values |= {"criteria": _listed(criteria, language), "form": _form(criteria)}
    return fill(template(_PACKAGE, "judge", language), values)


def again(missing: list[str], criteria: CriteriaSet, language: str) -> str:
    """What a judge is told whose reply lacks votes on these criteria."""
    return fill(template(_PACKAGE, "again", language), {"missing": ", ".join(missing), "form": _form(criteria)})


def schema(criteria: CriteriaSet) -> dict[str, Any]:
    """The JSON schema of a reply, for servers that can be held to one. Calls are sent with sorted keys, and servers
    write an object's keys in the schema's order: the reason is thought of first because its name comes first."""
    one = {
        "type": "object",
        "properties": {"reason": {"type": "string"}, "vote": {"type": "string", "enum": ["1", "0", _UNSURE]}},
        "required": ["reason", "vote"],
        "additionalProperties": False,
    }
    names = list(criteria.names)
    return {
        "type": "object",
        "properties": dict.fromkeys(names, one),
        "required": names,
        "additionalProperties": False,
    }


def votes(reply: str, criteria: CriteriaSet) -> dict[str, Score]:
    """The readable votes of a judge's reply, after its reasoning if that stands in it, by criterion. A criterion that
    is missing, whose vote is none of the three, or that gets two different votes, is left out: nothing is guessed."""
    names = {_plain(title): one.name for one in criteria.criteria for title in (one.en.title, one.zh.title)}
    names |= {_plain(name): name for name in criteria.names}
    found: dict[str, Score] = {}
    disputed = set()
    for _, said in objects(after_thought(reply), every=True):
        for name, value in _entries(said, names, _DEPTH):
            if (score := _score(name, value)) is None:
                continue
            if found.setdefault(name, score).vote != score.vote:
                disputed.add(name)
            found[name] = score
    return {name: found[name] for name in criteria.names if name in found and name not in disputed}


def _entries(said: Any, names: Mapping[str, str], depth: int) -> Iterator[tuple[str, Any]]:
    """What an object says under the names of criteria, in objects inside it and lists too; {"criterion": name, "vote":
    1} is an entry under that name."""
    if depth < 0:
        return
    if isinstance(said, list):
        for one in said:
            yield from _entries(one, names, depth - 1)
    elif isinstance(said, dict):
        called = [names[_plain(name)] for key in _NAME_KEYS if _plain(name := str(said.get(key))) in names]
        yield from ((name, said) for name in called)
        for key, value in said.items():
            if _plain(key) in names:
                yield names[_plain(key)], value
            else:
                yield from _entries(value, names, depth - 1)


def _score(name: str, value: Any) -> Score | None:
    """A vote with its reason, or bare; None for what is no vote, and for the form that was copied from the prompt."""
    reason = ""
    if isinstance(value, dict):
        reason = one_line(next((value[key] for key in _REASON_KEYS if value.get(key)), ""))
        present = [key for key in _VOTE_KEYS if key in value]
        if not present or reason in _BLANK:
            return None
        value = value[present[0]]
    word = "null" if value is None else str(value).strip().casefold().replace("_", " ")
    return Score(name, _VOTES[word], reason) if word in _VOTES else None


def _plain(name: str) -> str:
    return name.strip().casefold().replace(" ", "_").replace("-", "_")


def _listed(criteria: CriteriaSet, language: str) -> str:
    lines = []
    for one in criteria.criteria:
        said = one.wording(language)
        examples = [f"{vote}: {text}" for vote, text in ((1, said.met), (0, said.unmet)) if text]
        lines.append(f"- {one.name}: {said.definition}" + (f"\n  {' | '.join(examples)}" if examples else ""))
    return "\n".join(lines)


def _form(criteria: CriteriaSet) -> str:
    """The form of a reply: its first entry in full, the others by name."""
    first, *others = criteria.names
    entries = [f'"{first}": {{"reason": "...", "vote": "..."}}', *(f'"{one}": ...' for one in others)]
    return "{" + ", ".join(entries) + "}"
