"""The service ledger: double entry, immutable, every line tagged so that services can be counted."""
