"""Claims: of all processes one asks, and one that dies, however it dies, stands in nobody's way."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from curate.chat.claims import Claims
from curate.errors import UserError

ROOT = Path(__file__).parents[3]

# A process that takes and releases what it is told, a line at a time, and says for each key whether it did.
CLAIMANT = """
import sys
from pathlib import Path
from curate.chat.claims import Claims

claims = Claims(Path(sys.argv[1]))
print("ready", flush=True)
for line in sys.stdin:
    verb, *keys = line.split()
    print(*(int(getattr(claims, verb)(bytes.fromhex(key)) is not False) for key in keys), flush=True)
"""


class Claimant:
    """Another process, with claims of its own on the same journal."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", CLAIMANT, str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.hear() == ["ready"]

    def say(self, verb: str, *keys: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(" ".join([verb, *(key.hex() for key in keys)]) + "\n")
        self.process.stdin.flush()

    def hear(self) -> list[str]:
        assert self.process.stdout is not None
        return self.process.stdout.readline().split()

    def take(self, *keys: bytes) -> list[bool]:
        self.say("take", *keys)
        return [said == "1" for said in self.hear()]

    def release(self, *keys: bytes) -> None:
        self.say("release", *keys)
        self.hear()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Claimant]:
    claimant = Claimant(tmp_path / "claims")
    yield claimant
    claimant.kill()


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[Claims]:
    with closing(Claims(tmp_path / "claims")) as claims:
        yield claims


def keys(count: int, seed: int) -> list[bytes]:
    chance = random.Random(seed)
    return [chance.randbytes(16) for _ in range(count)]


def test_a_key_that_another_process_claimed_cannot_be_taken_until_it_is_released(ours: Claims, other: Claimant) -> None:
    first, second = keys(2, seed=1)
    assert other.take(first) == [True]
    assert not ours.take(first)
    assert ours.take(second)
    assert other.take(second) == [False]
    other.release(first)
    assert ours.take(first)
    ours.release(second)
    assert other.take(first, second) == [False, True]


def test_a_key_is_free_again_after_kill_9_of_its_claimant(ours: Claims, other: Claimant) -> None:
    claimed = keys(100, seed=2)
    assert all(other.take(*claimed))
    assert not any(map(ours.take, claimed))
    other.kill()
    assert all(map(ours.take, claimed))


def test_a_key_is_free_again_when_its_claimant_closes(tmp_path: Path, other: Claimant) -> None:
    claimed = keys(100, seed=3)
    with closing(Claims(tmp_path / "claims")) as claims:
        assert all(map(claims.take, claimed))
        assert not any(other.take(*claimed))
    assert all(other.take(*claimed))


def test_thousands_of_claims_of_two_processes_do_not_touch_each_other(ours: Claims, other: Claimant) -> None:
    theirs, mine = keys(2000, seed=4), keys(2000, seed=5)
    assert all(other.take(*theirs))
    files = len(os.listdir("/dev/fd"))
    assert all(map(ours.take, mine))
    assert len(os.listdir("/dev/fd")) < files + 100
    assert not any(map(ours.take, theirs))
    assert not any(other.take(*mine))
    for key in mine[::2]:
        ours.release(key)
    assert other.take(*mine) == [True, False] * 1000
    other.kill()
    assert all(map(ours.take, [*theirs, *mine]))


@pytest.mark.parametrize(
    ("claimed", "free"),
    [
        (bytes(16), b"\xff" * 16),
        (b"\xff" * 16, bytes(16)),
        (bytes(16), bytes(15) + b"\x01"),
        (bytes(16), bytes(7) + b"\x04" + bytes(8)),
        (b"\x80" + bytes(15), bytes(16)),
        (b"\xff" * 16, b"\x7f" + b"\xff" * 15),
    ],
    ids=lambda key: key.hex(),
)
def test_keys_at_the_ends_and_beside_each_other_are_told_apart(
    ours: Claims, other: Claimant, claimed: bytes, free: bytes
) -> None:
    assert other.take(claimed) == [True]
    assert not ours.take(claimed)
    assert ours.take(free)
    ours.release(free)
    assert not ours.take(claimed)
    assert other.take(free) == [True]


def test_of_processes_that_reach_for_the_same_keys_each_key_goes_to_one(tmp_path: Path) -> None:
    wanted = keys(5000, seed=6)
    claimants = [Claimant(tmp_path / "claims") for _ in range(3)]
    for seed, claimant in enumerate(claimants):
        order = random.Random(seed).sample(range(5000), 5000)
        claimant.say("take", *(wanted[place] for place in order))
    taken = list[int]()
    for seed, claimant in enumerate(claimants):
        order = random.Random(seed).sample(range(5000), 5000)
        taken += [place for place, said in zip(order, claimant.hear(), strict=True) if said == "1"]
    for claimant in claimants:
        claimant.kill()
    assert sorted(taken) == list(range(5000))


def test_what_was_never_taken_may_be_released(ours: Claims, other: Claimant) -> None:
    (key,) = keys(1, seed=7)
    ours.release(key)
    assert other.take(key) == [True]
    ours.release(key)
    assert not ours.take(key)


def test_claims_that_cannot_be_placed_are_told(tmp_path: Path) -> None:
    (tmp_path / "claims").touch()
    with closing(Claims(tmp_path / "claims")) as claims, pytest.raises(UserError, match="claims' cannot be used"):
        claims.take(bytes(16))
    (tmp_path / "folders" / "00").mkdir(parents=True)
    with closing(Claims(tmp_path / "folders")) as claims, pytest.raises(UserError, match="folders' cannot be used"):
        claims.take(bytes(16))
