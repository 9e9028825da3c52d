"""What servers and connections said, without what only their owner knows: addresses, paths, passwords, keys.

hide = Hiding(run.record["models"].values())
hide("HTTP 400 from http://10.0.0.7:8000/v1: no such model")        ->  "HTTP 400 from a private address: no such model"
hide("cannot connect to host gpu-07.corp:8000")                     ->  "cannot connect to host a private address"
hide("HTTP 401 from https://ada:moon@api.deepseek.com/v1?key=abc")  ->  "HTTP 401 from https://api.deepseek.com/v1"
"""

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from curate.identity import named, public_address
from curate.release.secrets import find_secrets

_PRIVATE, _SECRET = "a private address", "***"
_END = r"\s\"'<>()\[\]，。；：！？、（）《》“”"  # what is no part of an address; nor is a sentence's last sign
_ADDRESS = re.compile(
    rf"[a-z][a-z0-9+.-]{{1,20}}://(?:[^\s/@\"'<>]{{1,200}}@)?(?:\[[0-9a-z:.%]+\]|[^{_END}])(?:[^{_END}]*[^{_END}.,:;!?])?",
    re.IGNORECASE,
)
# Any number of a machine, be it of a model or of what a name stood for. Of a form as 12:30:45 ipaddress tells.
_V4 = re.compile(r"(?<![0-9.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9]|\.[0-9])(?::[0-9]{1,5})?")
_V6 = re.compile(
    r"(?<![0-9a-z:.])(\[?)([0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7})(?:%[0-9a-z]+)?(?:\](?::[0-9]{1,5})?)?(?![0-9a-z:])",
    re.IGNORECASE,
)


class Hiding:
    """Takes out of a text: private addresses, as curate.identity does of identities; of public ones user, password and
    query; the numbers of machines; and secrets, by curate.release.secrets.

    identities: of the run's models; their private hosts and their paths are taken out where they stand alone too."""

    def __init__(self, identities: Iterable[str]) -> None:
        words = {word for identity in identities for word in re.split("[ ,=@]", identity)}
        hosts = {host for word in words if (host := _host(word)) and not public_address(f"http://{host}")}
        plain = {word.removeprefix("vllm:").removeprefix("transformers:") for word in words - {""} if "://" not in word}
        # Edges are of ASCII: Chinese has no spaces around a name. Its user and password go with it.
        around = r"(?<![a-z0-9_-])(?:[^\s/@\"'<>]{{1,200}}@)?(?:{})(?::[0-9]{{1,5}})?(?![a-z0-9_-])"
        self._hosts = re.compile(around.format(_any_of(hosts)), re.IGNORECASE)
        self._paths = re.compile(_any_of(word for word in plain if named(word) != word))

    def __call__(self, text: str | None) -> str | None:
        if text is None:
            return None
        text = self._hosts.sub(_PRIVATE, _ADDRESS.sub(_address, text))
        text = _V6.sub(_number, _V4.sub(_PRIVATE, text))
        return _without_secrets(self._paths.sub(lambda found: named(found[0]), text))


def _host(word: str) -> str:
    return (urlsplit(word).hostname or "").rstrip(".") if "://" in word else ""


def _any_of(words: Iterable[str]) -> str:
    """A pattern of these words, the longest first; where there are none it matches nothing."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda one: (-len(one), one))) or "(?!)"


def _address(found: re.Match[str]) -> str:
    try:
        parts, public = urlsplit(found[0]), public_address(found[0])
    except ValueError:
        return _PRIVATE
    if not public or "@" in parts.path:  # as of a password with a slash
        return _PRIVATE
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _number(found: re.Match[str]) -> str:
    try:
        ipaddress.ip_address(found[2])
    except ValueError:
        return found[0]
    return _PRIVATE if found[2].strip(":") else found[0]


def _without_secrets(text: str) -> str:
    for one in reversed(find_secrets(text)):
        text = f"{text[: one.start]}{_SECRET}{text[one.end :]}"
    return text
