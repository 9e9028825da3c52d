"""Which side of the split a row stands on, and which rows of a config are left out; decided by hashes alone.

side("report-2019-17", 0.02, seed=17)  ->  "train", whatever other rows there are
left_out(candidates, spec.sft, seed=17)  ->  {"finqa:92": Drop("over_config_cap", "2,000 of the 6,251 rows of ...")}
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Literal

from curate.errors import UserError
from curate.records import Drop, content_number
from curate.release_spec import CapSpec, DifficultySpec, DrawSpec, MixSpec

Side = Literal["train", "validation"]
Kind = Literal["source", "module"]
Key = tuple[Kind, str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One row that may stand in a config. decided: of the student's answers those that are right or wrong; missing:
    those that did not come, as their call failed or was not sent; pass_rate: the right ones' share of the decided, None
    where there are none, where some are missing, or no student was asked."""

    id: str
    source: str
    module: str | None
    group: str
    pass_rate: float | None = None
    decided: int = 0
    missing: int = 0

    @property
    def keys(self) -> tuple[Key, Key]:
        return ("source", self.source), ("module", self.module or "")


def side(group: str, validation: float, seed: int) -> Side:
    """Where the rows of a group stand. It rests on nothing but these three, so that other rows never move any.

    "split" keeps this hash apart from that of a draw: where a row is its own group, a cap would otherwise keep the
    validation rows first, which have the smallest hashes."""
    return "validation" if content_number("split", str(seed), group) < validation * 2**64 else "train"


def left_out(
    candidates: Iterable[Candidate], draw: DrawSpec, seed: int, difficulty: DifficultySpec | None = None
) -> dict[str, Drop]:
    """The candidates that a config leaves out, by id, each with why: the band of pass rates, then caps, then the mix.

    Rows are taken in the order of their hashes, whatever order they come in, so that rows that are added change little.
    Under one cap, each at most takes the place of the kept row with the largest hash. A mix takes the rows of each name
    in the same way; more rows of its scarcest name only let more of all names in. Where a row stands under two caps,
    its leaving one of them makes room under the other, for rows further on.

    Raises UserError where the mix names what has no rows.
    """
    ordered = sorted(candidates, key=lambda one: (content_number("draw", str(seed), one.id), one.id))
    left = _out_of_band(ordered, difficulty) if difficulty else {}
    left |= _over_caps([one for one in ordered if one.id not in left], draw.caps)
    return left | _over_mix([one for one in ordered if one.id not in left], draw.mix)


def _out_of_band(candidates: Sequence[Candidate], difficulty: DifficultySpec) -> dict[str, Drop]:
    low, high = difficulty.keep
    answers = f"of {difficulty.samples} answers of {difficulty.model}"
    undecided = Drop("pass_rate_unknown", f"0 {answers} are right or wrong")
    drops: dict[str, Drop] = {}
    for one in candidates:
        if one.missing:
            drops[one.id] = Drop("pass_rate_unknown", f"{one.missing} {answers} are missing")
        elif one.pass_rate is None:
            drops[one.id] = undecided
        elif not low <= one.pass_rate <= high:
            right = f"{round(one.pass_rate * one.decided)} of {one.decided} answers of {difficulty.model} are right"
            drops[one.id] = Drop("pass_rate_out", f"{right}; kept are {low:.4g} to {high:.4g}")
    return drops


def _over_caps(candidates: Sequence[Candidate], caps: CapSpec) -> dict[str, Drop]:
    limits: dict[Key, int] = {("source", name): limit for name, limit in caps.sources.items()}
    limits |= {("module", name): limit for name, limit in caps.modules.items()}
    return _beyond(candidates, limits, "over_config_cap")


def _over_mix(candidates: Sequence[Candidate], mix: MixSpec) -> dict[str, Drop]:
    kind: Kind = "source" if mix.sources else "module"
    shares: dict[Key, Fraction] = {
        (kind, name): Fraction(str(share)) for name, share in (mix.sources or mix.modules).items()
    }
    if not shares or not candidates:
        return {}
    have = Counter(key for one in candidates for key in one.keys)
    _refuse_empty(shares, have)
    total = min(have[key] / share for key, share in shares.items())  # a fraction: its scarcest name gives all it has
    limits = {key: floor(share * total) for key, share in shares.items()}
    inside = [one for one in candidates if not shares.keys().isdisjoint(one.keys)]
    outside = {one.id for one in candidates} - {one.id for one in inside}
    drop = Drop("outside_mix", f"the mix is of {kind}s: {', '.join(name for _, name in shares)}")
    return _beyond(inside, limits, "over_mix") | dict.fromkeys(sorted(outside), drop)


def _refuse_empty(shares: Mapping[Key, Fraction], have: Mapping[Key, int]) -> None:
    if empty := [f"{kind} {name}" for kind, name in shares if not have[kind, name]]:
        raise UserError(
            f"the mix gives a share to {', '.join(empty)}, of which no row is there to take: nothing would be left. "
            f"Take it out of the mix, whose shares then have to add up to 1 again"
        )


def _beyond(candidates: Sequence[Candidate], limits: Mapping[Key, int], reason: str) -> dict[str, Drop]:
    """The candidates for which there is no room under one of their limits; those in front go first."""
    if not limits:
        return {}
    have = Counter(key for one in candidates for key in one.keys)
    drops = {key: Drop(reason, f"{limits[key]:,} of {have[key]:,} rows of {' '.join(key)} are kept") for key in limits}
    taken, left = Counter[Key](), dict[str, Drop]()
    for one in candidates:
        held = [key for key in one.keys if key in limits]
        if full := next((key for key in held if taken[key] >= limits[key]), None):
            left[one.id] = drops[full]
        else:
            taken.update(held)
    return left
