"""A synthetic park of any size for scale and tests; everything follows from its parameters and one seed."""

from rongzhi.samples.synthetic.park import DEFAULT_START, park

__all__ = ["DEFAULT_START", "park"]
