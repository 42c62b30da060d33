"""Random streams: one seed for a run, one independent stream for each named cause."""

from __future__ import annotations

import zlib

import numpy as np


def stream(seed: int, *cause: str | int) -> np.random.Generator:
    """Return the random stream of one cause under a seed.

    The same seed and cause always give the same stream, and streams of different causes are independent, so two
    variants of a study can share random numbers cause by cause.

    Parameters
    ----------
    seed : int
        The run's seed, at least 0.
    *cause : str or int
        Names the stream, for example ``("breakdown", "M-07")``.
    """
    key = [zlib.crc32(part.encode()) if isinstance(part, str) else part for part in cause]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *key])))
