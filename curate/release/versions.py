"""Which versions made a release: of the packages that the run had, and of fincurate, which may have built it later; and
the order of its own.

versions({"fincurate": "0.1.0", "polars": "1.9"}, "0.2.0")
    ->  {"fincurate": "0.2.0", "polars": "1.9", "fincurate (run)": "0.1.0"}
"""

import re
from collections.abc import Mapping

_MINE = "fincurate"
_TAG = re.compile(r"v(\d+)\.(\d+)\.(\d+)")


def versions(of_run: Mapping[str, str], built_by: str) -> dict[str, str]:
    """The versions that a card states. of_run: package -> version in the run's record; built_by: of the fincurate that
    built the release; the run's own is kept beside it where it is another one."""
    return {**of_run, _MINE: built_by} | ({f"{_MINE} (run)": of_run[_MINE]} if of_run[_MINE] != built_by else {})


def ordered(tag: str) -> tuple[int, ...] | None:
    """What a tag such as v1.10.0 is sorted by; None for one that is no version's."""
    found = _TAG.fullmatch(tag)
    return tuple(map(int, found.groups())) if found else None
