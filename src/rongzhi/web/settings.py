"""Settings, by environment. Every variable begins with RONGZHI_ and has a default that works on one machine."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

ROOT = Path(os.environ.get("RONGZHI_ROOT", Path(__file__).resolve().parents[3]))
DATA_DIR = Path(os.environ.get("RONGZHI_DATA_DIR", ROOT / "var"))
DEBUG = os.environ.get("RONGZHI_DEBUG", "0") == "1"


def _secret_key() -> str:
    given = os.environ.get("RONGZHI_SECRET_KEY")
    if given:
        return given
    kept = DATA_DIR / "secret_key"
    if kept.exists():
        return kept.read_text(encoding="ascii")
    made = secrets.token_urlsafe(50)
    try:
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        draft = DATA_DIR / f"secret_key.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(made, encoding="ascii")
        try:
            os.link(draft, kept)  # atomic: of two processes that start together, one wins and both read the same key
        except FileExistsError:
            made = kept.read_text(encoding="ascii")
        finally:
            draft.unlink()
    except OSError:
        return made
    return made


def database(url: str) -> dict[str, Any]:
    """Return Django's database setting for ``sqlite:///path`` or ``postgresql://user:password@host:port/name``."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path.removeprefix("/")) or ":memory:",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
            },
        }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.removeprefix("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = os.environ.get("RONGZHI_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("RONGZHI_TRUSTED_ORIGINS", "").split(",") if o]
DATABASES = {"default": database(os.environ.get("RONGZHI_DATABASE_URL", f"sqlite:///{DATA_DIR / 'rongzhi.sqlite3'}"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "ninja",
    "rongzhi.platform.accounts",
    "rongzhi.platform.events",
    "rongzhi.platform.jobs",
    "rongzhi.platform.files",
    "rongzhi.platform.ui",
    "rongzhi.foundation.terms",
    "rongzhi.foundation.ledger",
    "rongzhi.elements.resources",
    "rongzhi.business.sharing",
    "rongzhi.api",
    "rongzhi.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "rongzhi.platform.access.middleware.LanguageMiddleware",
    "rongzhi.web.middleware.ContentSecurityPolicyMiddleware",
    "rongzhi.platform.rest.problems.ProblemMiddleware",
    "rongzhi.web.middleware.CleanAddressMiddleware",
    "rongzhi.platform.files.upload.UploadLimitMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "rongzhi.platform.access.middleware.ActorMiddleware",
]

ROOT_URLCONF = "rongzhi.web.urls"
WSGI_APPLICATION = "rongzhi.web.wsgi.application"
AUTH_USER_MODEL = "accounts.Person"
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "rongzhi.web.context.frame",
            ],
            "builtins": ["rongzhi.platform.ui.templatetags.ui"],
        },
    }
]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
TIME_ZONE = os.environ.get("RONGZHI_TIME_ZONE", "Asia/Shanghai")
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [("vendor", ROOT / "node_modules")] if (ROOT / "node_modules").is_dir() else []
MEDIA_ROOT = DATA_DIR / "media"
FILE_UPLOAD_HANDLERS = ["rongzhi.platform.files.upload.LimitedUploadHandler"]
MAX_UPLOAD_BYTES = int(os.environ.get("RONGZHI_MAX_UPLOAD_BYTES", str(20 * 1024 * 1024)))
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

TASKS = {"default": {"BACKEND": os.environ.get("RONGZHI_TASK_BACKEND", "django_tasks_db.DatabaseBackend")}}

# Whether the last address in X-Forwarded-For is that of the caller: only behind a proxy of one's own.
TRUST_PROXY = os.environ.get("RONGZHI_TRUST_PROXY", "0") == "1"
CSRF_FAILURE_VIEW = "rongzhi.platform.access.refusals.csrf_failure"
SESSION_COOKIE_AGE = 7 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if os.environ.get("RONGZHI_HTTPS", "0") == "1":
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31536000

# What goes wrong is written to standard error, with its traceback, also outside debugging.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django": {"handlers": []}, "django.request": {"level": "ERROR"}},
}

# A running job whose worker has shown no life for this long is marked as failed and may be retried.
JOB_LOST_AFTER_S = float(os.environ.get("RONGZHI_JOB_LOST_AFTER_S", "60"))

SAMPLE_PARK = os.environ.get("RONGZHI_SAMPLE_PARK", "1") == "1"
