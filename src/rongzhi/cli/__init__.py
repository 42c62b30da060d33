"""Commands at the terminal: ``rongzhi plan``, ``solve``, ``promise``, ``check``, ``gantt``, ``check-data``
and ``sample``.

Nothing heavy is imported before a command needs it, so that ``rongzhi --help`` answers at once.
"""

from __future__ import annotations


def main() -> None:
    """Run the command line and leave with its exit code: 0 done, 1 input rejected, 2 wrong use, 130 interrupted."""
    from rongzhi.cli.guard import run_and_leave

    run_and_leave()
