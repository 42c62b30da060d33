"""Random numbers of searches: every search, lane and round has its own, and the same seed gives the same."""

from __future__ import annotations

import numpy as np

from rongzhi.engines.scheduling.arrays import Words

SEED_STEP = 10_007  # between the seeds of searches side by side; wide, since rounds add to a seed


def random_words(*key: int) -> Words:
    """Return the state of a compiled random generator.

    Parameters
    ----------
    key : int
        The caller's seed, then what tells this generator from all others.

    Returns
    -------
    ndarray (2,), never all zero
    """
    words: Words = np.random.SeedSequence(key).generate_state(2, np.uint64) | np.uint64(1)
    return words
