"""When an endpoint only fails: the run is stopped, with the server's own words.

A wrong key, an empty account or an unknown model is told after a handful of calls; a server that cannot be reached
within seconds if it never answered, and after some minutes if it did; one that refuses everything, after ten.
"""

import time

_HANDFUL = 8
_BAD_REQUESTS = 100  # in a row, once other requests were answered: long prompts may stand together
_UNREACHED = 10.0  # seconds
_OUTAGE = 300.0
_REFUSING = 600.0


class Breaker:
    """Counts what fails in a row. `opened` is the server's last message once enough has failed, else None."""

    def __init__(self) -> None:
        self.opened: str | None = None
        self._answered = False
        self._row = self._rejected = 0
        self._since: float | None = None

    def good(self) -> None:
        """A call was answered."""
        self._answered = True
        self._row = self._rejected = 0
        self._since = None

    def rejected(self, status: int, message: str) -> None:
        """A call was answered by an error that asking again would not mend."""
        self._rejected += 1
        enough = _BAD_REQUESTS if self._answered and status in (400, 413, 422) else _HANDFUL
        if self._rejected >= enough:
            self.opened = message

    def failed(self, message: str, *, refused: bool) -> None:
        """A call failed in a way that may pass; refused: by HTTP 429."""
        now = time.monotonic()
        self._since = self._since if self._since is not None else now
        self._row += 1
        patience = _REFUSING if refused else _OUTAGE if self._answered else _UNREACHED
        if self._row >= _HANDFUL and now - self._since >= patience:
            self.opened = message
