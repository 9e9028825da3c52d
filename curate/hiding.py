"""What servers and connections said, without the addresses that only their owner knows.

hide = Hiding(run.record["models"].values())
hide("HTTP 400 from http://10.0.0.7:8000/v1: no such model")   ->  "HTTP 400 from a private address: no such model"
"""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from curate.identity import public_address

_ADDRESS = re.compile(r"https?://[^\s\"'<>()\[\]]*[^\s\"'<>()\[\].,:;!?]")
_PRIVATE = "a private address"


class Hiding:
    """Takes private addresses out of what servers and connections said, as curate.identity does of identities.

    identities: of the run's models, whose hosts are taken out where they stand without http:// too."""

    def __init__(self, identities: Iterable[str]) -> None:
        hosts = {urlsplit(one.partition(" ")[0]).netloc for one in identities if "://" in one.partition(" ")[0]}
        self._hosts = sorted((host for host in hosts if host and not public_address(f"http://{host}")), key=len)[::-1]

    def __call__(self, text: str | None) -> str | None:
        if text is None:
            return None
        text = _ADDRESS.sub(lambda found: found.group() if public_address(found.group()) else _PRIVATE, text)
        for host in self._hosts:
            text = text.replace(host, _PRIVATE)
        return text
