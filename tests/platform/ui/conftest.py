"""Static files are found in place, not collected."""

import pytest


@pytest.fixture(autouse=True)
def _static_root(settings, tmp_path):
    settings.STATIC_ROOT = str(tmp_path)
