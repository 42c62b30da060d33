"""Kernel: what every floor shares and nothing in it knows about any floor above."""
