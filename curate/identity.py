"""A model's identity as it may be published: without addresses that only its owner knows.

published("https://api.deepseek.com deepseek-reasoner")   ->  "deepseek-reasoner at api.deepseek.com"
published("http://10.0.0.7:8000/v1 /models/judge-72b")    ->  "judge-72b at a private address"
published("vllm:Qwen/Qwen2.5-72B-Instruct@main")          ->  the same
"""

import ipaddress
from urllib.parse import urlsplit

_PRIVATE = (".local", ".internal", ".lan", ".corp", ".intranet", ".home", ".svc", ".arpa", ".localhost")


def published(identity: str) -> str:
    """The identity of a model, with the host of a public server, and no path of a machine."""
    address, space, model = identity.partition(" ")
    if not (space and address.startswith(("http://", "https://"))):
        return " ".join(word for word in identity.split(" ") if "/" not in word or word.startswith("vllm:"))
    host = urlsplit(address).hostname or ""
    return f"{named(model)} at {host if _public(host) else 'a private address'}"


def public_address(address: str) -> str | None:
    """A server's address, where its host has a public name; else None."""
    return address if _public(urlsplit(address).hostname or "") else None


def named(model: str) -> str:
    """A model's name; of one that is called by its path the last part."""
    return model.rstrip("/").rpartition("/")[2] if model.startswith(("/", "./", "../", "~")) else model


def _public(host: str) -> bool:
    """Is it a name in the public DNS, as far as its form tells? A bare number is nobody's name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "." in host and not host.endswith(_PRIVATE)
    return False
