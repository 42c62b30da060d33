"""The outermost frame of a command: every failure becomes a sentence, none a traceback."""

from __future__ import annotations

import os
import sys

from rongzhi.cli import speech
from rongzhi.kernel.errors import Rejected, RongzhiError

REJECTED, BROKEN, INTERRUPTED = 1, 70, 130


def run(arguments: list[str] | None = None) -> None:
    """Run the application and leave the process with an exit code."""
    from rongzhi.cli.app import app

    try:
        app(args=arguments, prog_name="rongzhi")
    except Rejected as error:
        speech.show_findings(error.findings)
        sys.exit(REJECTED)
    except RongzhiError as error:
        _tell(error.message.in_(speech.language()), error.where, error.fix.in_(speech.language()) if error.fix else "")
        sys.exit(REJECTED)
    except FileNotFoundError as error:
        _tell(speech.say("没有这个文件", "there is no such file"), str(error.filename or error))
        sys.exit(REJECTED)
    except OSError as error:
        reason = error.strerror or str(error)
        _tell(speech.say(f"无法读写文件：{reason}", f"cannot read or write: {reason}"), str(error.filename or ""))
        sys.exit(REJECTED)
    except (KeyboardInterrupt, SystemExit) as leaving:
        if isinstance(leaving, SystemExit) and leaving.code != INTERRUPTED:
            raise
        _tell(speech.say("已中断", "interrupted"))
        sys.exit(INTERRUPTED)
    except Exception as error:
        if os.environ.get("RONGZHI_DEBUG"):
            raise
        kind = f"{type(error).__name__}: {error}"
        fix = speech.say(
            "请报告此问题；设 RONGZHI_DEBUG=1 可看到详细信息", "please report it; RONGZHI_DEBUG=1 shows the details"
        )
        _tell(speech.say(f"程序出错：{kind}", f"unexpected error: {kind}"), fix=fix)
        sys.exit(BROKEN)


def run_and_leave() -> None:
    """Run the application as the process's last act; an interrupted search is not waited for."""
    try:
        run()
    except SystemExit as leaving:
        if leaving.code != INTERRUPTED:
            raise
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(INTERRUPTED)  # a search may still be in compiled code, which leaves no other way


def _tell(message: str, where: str = "", fix: str = "") -> None:
    out = speech.console(stderr=True)
    place = f"{where}: " if where else ""
    out.print(f"[red]{speech.plain(place + message)}[/]", soft_wrap=True)
    if fix:
        out.print(speech.plain(fix), soft_wrap=True)
