"""What is beyond a cap: of each group so many stay, drawn by a hash, so that rows added elsewhere change nothing."""

from array import array

import numpy as np


def beyond(groups: "array[int]", draws: "array[int]", alive: np.ndarray, limit: int) -> list[int]:
    """The indexes, of those that are `alive`, that are not among the `limit` lowest draws of their group."""
    index = np.flatnonzero(alive)
    of, lot = np.asarray(groups)[index], np.asarray(draws)[index]
    order = np.lexsort((index, lot, of))
    starts = np.flatnonzero(np.diff(of[order], prepend=of[order][:1] + 1)) if len(order) else order
    place = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    return sorted(index[order[place >= limit]].tolist())
