"""How texts stand in the journal: zstd frames, which `zstd -d` and every other zstd library unpack."""

import sys

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Damaged = zstd.ZstdError
_LEVEL = 1  # half a reply's JSON is prose: higher levels save 5 % and take twice as long


def pack(text: bytes) -> bytes:
    """The text as one frame."""
    return zstd.compress(text, level=_LEVEL)


def unpack(frame: bytes) -> bytes:
    """The text of a frame. Raises Damaged."""
    return zstd.decompress(frame)
