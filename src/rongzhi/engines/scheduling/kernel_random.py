# mypy: disable-error-code="no-any-return"
"""Random numbers of the compiled search; their state is part of the plan in the making."""

from __future__ import annotations

import numpy as np

from rongzhi.engines.scheduling._jit import kernel
from rongzhi.engines.scheduling.arrays import Words


@kernel
def random_unit(rng: Words) -> float:
    """Return a random number in [0, 1) (xorshift; state in two words)."""
    x, y = rng[0], rng[1]
    x ^= x << np.uint64(23)
    x = x ^ y ^ (x >> np.uint64(17)) ^ (y >> np.uint64(26))
    rng[0], rng[1] = y, x
    return float((x + y) >> np.uint64(11)) / 9007199254740992.0


@kernel
def random_below(rng: Words, n: int) -> int:
    """Return a random number in ``range(n)``."""
    return int(random_unit(rng) * n)
