"""Secrets in a text: the keys, tokens and passwords that leak into datasets, by their published forms.

find_secrets("key = hf_...")            ->  [Secret("huggingface", 6, 43)]
of_environment(["DEEPSEEK_API_KEY"])    ->  the values of that variable and of HF_TOKEN, to be looked for as they are

A finding stops a release, so each form has a prefix, a length and an end; what is only made to show the form
("sk-xxxx", "AKIA...EXAMPLE", "user:password@") is none. Hashes, uuids, ids and pictures in base64 have none of these.
"""

import base64
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

_LEAST = 10  # characters of the shortest secret with all that tells it: ://a:b2c@d
_SHORTEST = 8  # of an environment's: a shorter one would be found in any text
ENVIRONMENT = "environment"  # the kind of a value out of the environment, which `find_secrets` does not look for


@dataclass(frozen=True, slots=True)
class Secret:
    """One secret: its kind, and where it stands. Never its value."""

    kind: str
    start: int
    end: int


def find_secrets(text: str) -> list[Secret]:
    """The secrets of a text, in order and apart; of two that overlap the one that starts first, then the one whose form
    says more. Time is linear."""
    if len(text) < _LEAST:
        return []
    kept: list[Secret] = []
    for _, _, one in sorted(_found(text), key=lambda found: found[:2]):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def of_environment(names: Iterable[str]) -> list[str]:
    """The values of these environment variables and of HF_TOKEN, where they are set to eight characters or more."""
    values = (os.environ.get(name, "").strip() for name in (*names, "HF_TOKEN"))
    return sorted({value for value in values if len(value) >= _SHORTEST})


def _found(text: str) -> Iterator[tuple[int, int, Secret]]:
    """Start, rank of the kind, and the secret."""
    for rank, form in enumerate(_FORMS):
        if form.anchor in text:
            for hit in form.pattern.finditer(text):
                start, end = hit.span(hit.lastindex or 0)
                if form.holds(text[start:end]):
                    yield start, rank, Secret(form.kind, start, end)


_made_up = re.compile(
    r"x{4}|\*{3}|\.{3}|1234567|abcdefg|0{8}|example|placeholder|your_?-?(?:api|key|token)", re.I
).search
_PASSWORDS = frozenset("password passwd pass pwd pw secret token key api_key apikey test changeme 密码 口令".split())


def _real(value: str) -> bool:
    """No word or filler that stands for a key."""
    return len(set(value)) > 3 and not _made_up(value)


def _mixed(value: str) -> bool:
    """Letters and digits, as words and numbers are not."""
    return _real(value) and bool(re.search("[0-9]", value) and re.search("[A-Za-z]", value))


def _random(value: str) -> bool:
    """As mixed as what has no prefix of its own must be."""
    return _mixed(value) and len(set(value)) > 9


def _cased(value: str) -> bool:
    return _random(value) and value != value.lower() and value != value.upper()


def _password(value: str) -> bool:
    return (
        value.lower() not in _PASSWORDS and len(set(value)) > 2 and value[0] not in "${[*" and _made_up(value) is None
    )


def _token(value: str) -> bool:
    """A JSON web token: its first part says by which algorithm it is signed."""
    head = value.partition(".")[0]
    try:
        return b'"alg"' in base64.urlsafe_b64decode(head + "=" * (-len(head) % 4))
    except ValueError:
        return False


class _Form(NamedTuple):
    """anchor: without it no pattern is tried, which makes most texts cheap; rank in the table: who wins a tie."""

    kind: str
    anchor: str
    pattern: re.Pattern[str]
    holds: Callable[[str], bool]


_W = "[A-Za-z0-9_-]"  # of what most keys are made, and what does not stand right before one
_B = "[A-Za-z0-9+/_-]"  # the same for prefixes of letters alone, which pictures in base64 hold by chance
_END = f"(?!{_W})"
_SAID = r"[\"'`]{0,2}\s{0,3}(?:[:=：]|=>|为|是|is)\s{0,3}[\"'`]{0,2}"
_VALUE = r"([A-Za-z0-9+/]{40}(?![A-Za-z0-9+/_-])|[A-Za-z0-9]{30,64}(?![A-Za-z0-9+/_-]))"
_PEM = r"(?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----"

# Kind, how it begins, what does not stand before that, how it goes on, and what else must hold. A group is the secret
# itself where the words that tell it stand around. Quantifiers are bounded, or possessive behind a boundary.
_TABLE: tuple[tuple[str, tuple[str, ...], str, str, Callable[[str], bool]], ...] = (
    ("anthropic", ("sk-ant-",), _W, f"{_W}{{20,}}+", _mixed),
    # OpenAI, DeepSeek, DashScope, Moonshot, and whoever else speaks OpenAI's API; OpenRouter's are sk-or-v1-.
    ("api_key", ("sk-",), _W, rf"(?:(?:proj|svcacct|admin|or-v1)-{_W}{{20,}}+|[A-Za-z0-9]{{20,}}+{_END})", _mixed),
    ("huggingface", ("hf_", "api_org_"), _W, rf"[A-Za-z0-9]{{30,60}}+{_END}", _real),
    ("github", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), _W, rf"[A-Za-z0-9]{{36,}}+{_END}", _real),
    ("github", ("github_pat_",), _W, r"[A-Za-z0-9_]{50,}+", _mixed),
    ("gitlab", ("glpat-",), _W, f"{_W}{{20,}}+", _mixed),
    ("aws", ("AKIA",), _B, r"[A-Z0-9]{16}(?![A-Za-z0-9+/=_-])", _real),
    ("aws", ("ASIA",), _B, r"[A-Z0-9]{16}(?![A-Za-z0-9+/=_-])", _mixed),
    ("google", ("AIza",), _B, rf"{_W}{{35}}{_END}", _mixed),
    ("google", ("GOCSPX-",), _B, rf"{_W}{{28}}{_END}", _real),
    ("slack", ("xoxa-", "xoxb-", "xoxe-", "xoxp-", "xoxr-", "xoxs-", "xapp-"), _W, r"[A-Za-z0-9-]{20,}+", _mixed),
    ("slack", ("hooks.slack.com/services/",), "", r"(T[A-Z0-9]{6,12}/B[A-Z0-9]{6,12}/[A-Za-z0-9]{20,30})", _mixed),
    ("aliyun", ("LTAI",), _B, r"(?:[A-Za-z0-9]{20}|[A-Za-z0-9]{12})(?![A-Za-z0-9+/=_-])", _mixed),
    ("tencent", ("AKID",), _B, r"[A-Za-z0-9]{32,44}(?![A-Za-z0-9+/=_-])", _mixed),
    ("baidu", ("bce-v3/ALTAK-",), _W, rf"[A-Za-z0-9]{{16,32}}/[0-9a-f]{{40}}{_END}", _mixed),
    # Zhipu's are id.secret; only one with large and small letters and digits is told from a file's name.
    (
        "zhipu",
        (".",),
        "",
        rf"(?<=[0-9a-f]{{32}}\.)(?<!{_B}[0-9a-f]{{32}}\.)([A-Za-z0-9]{{16}})(?![A-Za-z0-9_.-])",
        _cased,
    ),
    ("azure", ("AccountKey=", "SharedAccessKey="), "", r"([A-Za-z0-9+/]{86}==|[A-Za-z0-9+/]{43}=)", _mixed),
    ("jwt", ("eyJ",), _W, rf"{_W}{{10,}}+\.eyJ{_W}{{10,}}+\.{_W}{{10,}}+", _token),
    # With some of the key behind its first line, which alone is in every manual.
    (
        "private_key",
        ("-----BEGIN ",),
        "",
        rf"{_PEM}[\s\\nr]{{0,8}}(?:[A-Za-z0-9+/=]{{16}}|Proc-Type|Version)[A-Za-z0-9+/=\s\\]*+",
        _real,
    ),
    (
        "url_password",
        ("://",),
        "",
        r"(?<=[A-Za-z0-9]://)[\w.%+~-]{0,64}+:([^\s\0/@?#:<>()\"'`,，。]{3,128}+)@\w",
        _password,
    ),
    (
        "authorization",
        ("uthorization", "UTHORIZATION"),
        "",
        r"[\"']?\s{0,3}[:=：]\s{0,3}[\"']?(?i:bearer|basic|token)\s{1,3}([A-Za-z0-9._~+/=-]{16,}+)",
        _mixed,
    ),
    ("labelled", ("secret", "Secret", "SECRET"), "", rf"[A-Za-z_ -]{{0,24}}{_SAID}{_VALUE}", _random),
    ("labelled", ("api", "Api", "API"), "", rf"[_ -]?(?i:key|secret|token)[A-Za-z_ -]{{0,12}}{_SAID}{_VALUE}", _random),
    ("labelled", ("access", "Access", "ACCESS"), "", rf"[_ -]?(?i:key|token){_SAID}{_VALUE}", _random),
    ("labelled", ("subscription-key", "Subscription-Key"), "", rf"{_SAID}{_VALUE}", _random),
    ("labelled", ("密钥", "秘钥", "口令", "令牌"), "", rf"{_SAID}{_VALUE}", _random),
)


def _pattern(anchor: str, before: str, shape: str) -> re.Pattern[str]:
    """Begins with the anchor itself, which `re` searches for fast; what stands before it is looked at from behind."""
    start = re.escape(anchor)
    return re.compile(f"{start}(?<!{before}{start}){shape}" if before else start + shape, re.ASCII)


_FORMS = tuple(
    _Form(kind, anchor, _pattern(anchor, before, shape), holds)
    for kind, anchors, before, shape, holds in _TABLE
    for anchor in anchors
)
