"""Rongzhi 融制: service-oriented manufacturing, from the order to the ledger."""

__version__ = "0.1.0"
