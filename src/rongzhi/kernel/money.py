"""Money: an amount in Decimal with its currency. Binary floats never hold money."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from rongzhi.kernel.errors import Conflict
from rongzhi.kernel.text import Text

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency.

    Parameters
    ----------
    amount : Decimal
        Exact amount; round only where a document shows it.
    currency : str
        ISO 4217 code.
    """

    amount: Decimal
    currency: str = "CNY"

    @classmethod
    def of(cls, amount: str | int | Decimal, currency: str = "CNY") -> Money:
        """Build money from an exact number; floats are refused."""
        if isinstance(amount, float):
            msg = f"money is never a binary float, got {amount!r}; pass a Decimal, an int or a string"
            raise TypeError(msg)
        return cls(Decimal(amount), currency)

    def __add__(self, other: Money) -> Money:
        self._same_currency(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same_currency(other)
        return Money(self.amount - other.amount, self.currency)

    def __mul__(self, factor: int | Decimal) -> Money:
        return Money(self.amount * factor, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same_currency(other)
        return self.amount < other.amount

    def __le__(self, other: Money) -> bool:
        self._same_currency(other)
        return self.amount <= other.amount

    def rounded(self, step: Decimal = CENT) -> Money:
        """Return the amount rounded half up to a step (the currency's cent)."""
        return Money((self.amount / step).quantize(Decimal(1), ROUND_HALF_UP) * step, self.currency)

    def _same_currency(self, other: Money) -> None:
        if self.currency != other.currency:
            raise Conflict(
                Text(
                    zh=f"币种不同：{self.currency} 与 {other.currency}",
                    en=f"different currencies: {self.currency} and {other.currency}",
                ),
                fix=Text(zh="先按日期汇率换算", en="convert at the rate of the day first"),
            )
