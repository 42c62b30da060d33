"""Starting the site loads no solver: what computes is imported when it is first asked."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("numpy", "numba", "scipy", "ortools", "rongzhi.engines.scheduling")
SCRIPT = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "rongzhi.web.settings"
import django
django.setup()
from django.urls import get_resolver
get_resolver().url_patterns
print(" ".join(name for name in sys.argv[1:] if name in sys.modules))
"""


def test_no_engine_is_loaded_when_the_site_starts():
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT, *HEAVY], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""
