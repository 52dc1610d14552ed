"""Settings, all from the environment. A bad value stops the start with a message that names it.

docs/deploy.md lists every variable; a test keeps that list complete.
"""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import Any

import pghistory
from django.core.exceptions import ImproperlyConfigured
from environs import Env

from directory.catalogue import compiled
from directory.database import django_database

env = Env()

BASE_DIR = Path(__file__).resolve().parent.parent
#: What the site writes: the embedded database, the generated key. Ignored by git.
VAR_DIR: Path = env.path("VAR_DIR", BASE_DIR / "var")
#: Federal releases put on the server by hand, for keepers to choose from.
RELEASES_DIR: Path = env.path("RELEASES_DIR", VAR_DIR / "releases")

DEBUG = env.bool("DEBUG", False)
#: Whether visitors reach the site over HTTPS: turns on secure cookies, HSTS and the redirect.
HTTPS = env.bool("HTTPS", False)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])


def secret_key() -> str:
    """Return SECRET_KEY, or the key this checkout made for itself on its first start."""
    given: str | None = env.str("SECRET_KEY", None)
    if given:
        return given
    key_file = VAR_DIR / "secret_key"
    if not key_file.exists():
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        key_file.touch(mode=0o600)
        key_file.write_text(secrets.token_urlsafe(64))
    return key_file.read_text()


SECRET_KEY = secret_key()
#: Keys of before: what they signed, such as one-tap links, still counts.
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])

INSTALLED_APPS = [
    "programs",
    "directory.desk.KeepersAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_filters",
    "django_htmx",
    "phonenumber_field",
    "csp",
    "pgtrigger",
    "pghistory",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    # Around all others: what they leave behind goes.
    "directory.privacy.PrivacyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    # Answers first, so that gzip is for browsers that do not read Brotli.
    "directory.compression.BrotliMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "directory.language.language_of_address",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "directory.urls"
WSGI_APPLICATION = "directory.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "programs.views.site.site",
            ],
        },
    },
]

DATABASES = {"default": django_database(env.str("DATABASE_URL", ""), VAR_DIR / "postgres")}

# The only one: what Django's own tables of permissions say counts for nothing.
AUTHENTICATION_BACKENDS = ["programs.upkeep.permissions.RoleBackend"]
LOGIN_URL = LOGOUT_REDIRECT_URL = "account_login"
LOGIN_REDIRECT_URL = "programs:account"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# An event holds every column of its row; only those that events are found by need an index.
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)

# Keepers sign in with their mail address and a password; nobody signs up by themselves.
ACCOUNT_ADAPTER = "programs.views.sign_in.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# An invitation has proved the address.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
# Five failures lock an account for a quarter of an hour, on every process and over restarts.
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,5/15m/key"}
MFA_ADAPTER = "programs.views.sign_in.SecondFactorAdapter"
MFA_TOTP_ISSUER = "Treatment Directory"
# Half a minute early or late: phones' clocks.
MFA_TOTP_TOLERANCE = 1

# The cookie goes with the browser's window; programs.views.keepers ends sessions sooner.
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

# Failures to sign in and codes already used. The table is made by a migration.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "sign_in_cache",
        # So many that nobody can push out what locks an account.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}


def mail_settings() -> dict[str, Any]:
    """Return Django's settings of mail: of EMAIL_URL, or to write mail into files.

    Raises ImproperlyConfigured if the URL names no way to send mail that we know.
    """
    if not env.str("EMAIL_URL", ""):
        backend = "django.core.mail.backends.filebased.EmailBackend"
        return {"EMAIL_BACKEND": backend, "EMAIL_FILE_PATH": VAR_DIR / "mail"}
    parsed: dict[str, Any] = env.dj_email_url("EMAIL_URL")
    if parsed.get("EMAIL_BACKEND", "").rpartition(".")[0] not in MAIL_BACKENDS:
        raise ImproperlyConfigured(
            "EMAIL_URL must be like submission://user:password@host:587, smtp://host or console:."
        )
    return parsed | {"EMAIL_TIMEOUT": parsed["EMAIL_TIMEOUT"] or 10}  # seconds


MAIL_BACKENDS = {f"django.core.mail.backends.{name}" for name in ("smtp", "console", "locmem")}
globals().update(mail_settings())
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("EMAIL_FROM", "directory@localhost")


def site_url() -> str:
    """Return where the site is, for links in mails; if nothing says so, what `make run` serves."""
    given: str = env.str("SITE_URL", "")
    return given.rstrip("/") or f"http://127.0.0.1:{env.int('PORT', 8000)}"


SITE_URL = site_url()

#: Who runs this copy, and how to reach them, as `/about/` says it.
OPERATOR_NAME = env.str("OPERATOR_NAME", "")
OPERATOR_CONTACT = env.str("OPERATOR_CONTACT", "")
if OPERATOR_CONTACT and not re.fullmatch(r"https://\S+|[^@\s:/]+@[^@\s]+", OPERATOR_CONTACT):
    raise ImproperlyConfigured("OPERATOR_CONTACT must be a mail address or begin with https://.")

# Of pages, the address says the language: directory/language.py. What has no address is in English.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [compiled(BASE_DIR / "locale", VAR_DIR / "locale")]
FORMAT_MODULE_PATH = "directory.formats"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Nothing leaves the site and nothing is framed, sniffed or referred.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
    },
}
# The location only, only for our own pages, and the browser still asks. Nothing else.
PERMISSIONS_POLICY: dict[str, list[str]] = {
    "geolocation": ["self"],
    **{
        name: []
        for name in (
            "accelerometer",
            "autoplay",
            "browsing-topics",
            "camera",
            "display-capture",
            "encrypted-media",
            "gyroscope",
            "hid",
            "idle-detection",
            "local-fonts",
            "magnetometer",
            "microphone",
            "midi",
            "payment",
            "serial",
            "usb",
            "xr-spatial-tracking",
        )
    },
}
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 63_072_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
TRUST_PROXY_HEADERS = env.bool("TRUST_PROXY_HEADERS", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUST_PROXY_HEADERS else None
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if TRUST_PROXY_HEADERS else 0

# A listing with all its facts is a form of more fields than Django's 1,000.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

PHONENUMBER_DEFAULT_REGION = "US"
PHONENUMBER_DB_FORMAT = "E164"

# What people search for is never written down: every line that we log loses its query strings.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"without_queries": {"()": "directory.logs.WithoutQueryStrings"}},
    "formatters": {"plain": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["without_queries"],
            "formatter": "plain",
        },
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        name: {"handlers": ["console"], "level": "INFO", "propagate": False}
        for name in ("django", "django.server")
    },
}
