"""A model's identity as it may be published: without addresses that only its owner knows.

published("https://api.deepseek.com deepseek-reasoner")   ->  "deepseek-reasoner at api.deepseek.com"
published("http://10.0.0.7:8000/v1 /models/judge-72b")    ->  "judge-72b at a private address"
published("vllm:Qwen/Qwen2.5-72B-Instruct@main")          ->  the same
"""

import ipaddress
import re
from urllib.parse import urlsplit

_SERVED = ("vllm:", "transformers:")
_SEPARATORS = {"/", "\\"}
_PATH = re.compile(r"/|\.{1,2}/|~|[A-Za-z]:/|[^/]+/[^/]+/")  # a Hub id has one slash and begins with a name
_PRIVATE = (
    *(".local", ".localdomain", ".localhost", ".internal", ".intranet", ".intra", ".private", ".lan", ".corp", ".home"),
    *(".svc", ".arpa", ".test", ".example", ".invalid"),
)


def published(identity: str) -> str:
    """The identity of a model, with the host of a public server, and no path of a machine."""
    address, space, model = identity.partition(" ")
    if not (space and address.lower().startswith(("http://", "https://"))):
        prefix = next((name for name in _SERVED if identity.startswith(name)), "")
        served, *arguments = identity.removeprefix(prefix).split(" ")
        return " ".join([prefix + named(served), *(word for word in arguments if not _SEPARATORS & set(word))])
    host = urlsplit(address).hostname or ""
    return f"{named(model)} at {host if _public(host) else 'a private address'}"


def public_address(address: str) -> str | None:
    """A server's address, where its host has a public name; else None."""
    return address if _public(urlsplit(address).hostname or "") else None


def named(model: str) -> str:
    """A model's name; of one that is called by its path the last part."""
    plain = model.replace("\\", "/").rstrip("/")
    return plain.rpartition("/")[2] if _PATH.match(plain) else model


def _public(host: str) -> bool:
    """Is it a name in the public DNS, as far as its form tells? A bare number is nobody's name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "." in host.rstrip(".") and not host.rstrip(".").endswith(_PRIVATE)
    return False
