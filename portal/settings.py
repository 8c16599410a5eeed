"""Settings, all from the environment (README, "Deployment"); nothing secret has a default outside the demo."""

import base64
import logging
import os
import sys
from pathlib import Path

import dj_database_url
import structlog
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from portal.logs import redact
from portal.settings_api import API_RATES, REST_FRAMEWORK, SPECTACULAR_SETTINGS  # noqa: F401
from portal.settings_limits import *  # noqa: F403
from portal.settings_policy import CONTENT_SECURITY_POLICY  # noqa: F401

ROOT_DIR = Path(__file__).resolve().parent.parent


def _flag(name: str) -> bool:
    return os.environ.get(name, "0").lower() in {"1", "true", "yes", "on"}


def _required(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set. `./run manage` sets it; in production set it in the environment."
        )
    return value


def _redis(url: str, scheme: str) -> str:
    return url.replace("unix://", f"{scheme}://", 1) if url.startswith("unix://") else url


DEMO = _flag("DEMO")
DEBUG = _flag("DEBUG")
PRODUCTION = _flag("PRODUCTION")
SECRET_KEY = _required("SECRET_KEY")
ALLOWED_HOSTS = [host for host in os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1").split(",") if host]
PUBLIC_URL = os.environ.get("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("CSRF_TRUSTED_ORIGINS", "").split(",") if origin]

# The keys of encrypted columns, "<id>:<base64 of 32 bytes>", the first one writes, all read; and of keyed hashes.
FIELD_KEYS = {
    key_id: base64.b64decode(key)
    for key_id, _sep, key in (p.partition(":") for p in _required("FIELD_KEYS").split(","))
}
HASH_KEY = base64.b64decode(_required("HASH_KEY"))
ROOTS_DIR = Path(os.environ.get("ROOTS_DIR", ROOT_DIR / ".run" / "roots"))
# Files people send lie here, sealed; never under a folder that a web server shows.
EVIDENCE_DIR = Path(os.environ.get("EVIDENCE_DIR", ROOT_DIR / ".run" / "evidence"))
# The virus scanner: a socket's path, or host:port. Empty: files are marked as not scanned.
CLAMD_URL = os.environ.get("CLAMD_URL", "")
UPLOAD_FILE_BYTES = 20 * 2**20
# ten files and the words beside them, for whoever sends a form without scripts
UPLOAD_BODY_BYTES = 10 * UPLOAD_FILE_BYTES + 2**20
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "portal.uploads.SealedUploadHandler",
]
FILE_UPLOAD_MAX_MEMORY_SIZE = 2**20
ROOT_WEBHOOK_URL = os.environ.get("ROOT_WEBHOOK_URL", "")

if PRODUCTION:
    if DEBUG:
        raise ImproperlyConfigured("DEBUG is on. Production does not start with it: unset DEBUG.")
    if DEMO:
        raise ImproperlyConfigured("DEMO is on. Production does not start with demo sign-in: unset DEMO.")
    if len(SECRET_KEY) < 50 or SECRET_KEY.startswith(("demo-", "test-", "django-insecure-")):
        raise ImproperlyConfigured("SECRET_KEY is a default or too short. Set one of 50 random characters or more.")
    if any(len(key) != 32 or len(set(key)) < 8 for key in [*FIELD_KEYS.values(), HASH_KEY]):
        raise ImproperlyConfigured("FIELD_KEYS and HASH_KEY must be 32 random bytes each, in base64.")

ROOMS = ["portal", "platforms", "drivers", "branches", "appeals"]
# What each room offers the front door, by string: portal never imports a room above it.
JOINS = [f"{room}.joins" for room in ROOMS]
NOTICES = [
    "portal.notices",
    "portal.notices_imports",
    "portal.notices_exports",
    "drivers.notices",
    "appeals.notices",
    "appeals.notices_hearing",
    "appeals.notices_digest",
    "appeals.notices_export",
]
# The registers each room fills from files, by string.
IMPORTS = ["platforms.importing", "drivers.importing"]
# The lists of registers each room lets out as files, by string.
LISTS_OUT = ["platforms.lists_out", "drivers.lists_out"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "pgtrigger",
    "guardian",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "django_structlog",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "csp",
    *[f"{room}.apps.{room.capitalize()}Config" for room in ROOMS],
]
if DEMO:
    INSTALLED_APPS.append("demo.apps.DemoConfig")
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "portal.middleware.ReferenceMiddleware",
    "portal.middleware.LanguageMiddleware",
    "portal.uploads.BodyLimitMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.middleware.SessionClockMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "portal.middleware.ActivePostMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.middleware.AddressMiddleware",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
FORM_RENDERER = "portal.widgets.LookRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "portal.context.frame",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "portal.templatetags.look"],
        },
    }
]

# Two roles of one database: the application's, which cannot change the event log, and the owner's, which migrates.
DATABASES = {
    "default": dj_database_url.parse(_required("DATABASE_URL"), conn_max_age=60, conn_health_checks=True),
    "owner": dj_database_url.parse(os.environ.get("OWNER_DATABASE_URL") or _required("DATABASE_URL")),
}
DATABASES["owner"]["TEST"] = {"MIRROR": "default"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = _required("REDIS_URL")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

AUTH_USER_MODEL = "portal.User"
AUTHENTICATION_BACKENDS = [
    "portal.sign_in.PhoneBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
# allauth keeps sign-in stages and second factors; phone and code are ours (docs/decisions/0004-sign-in.md).
# People have no e-mail address, no password and no user name.
ACCOUNT_ADAPTER = "portal.sign_in.AccountAdapter"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"phone"}
ACCOUNT_SIGNUP_FIELDS = ["phone*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_TIMEOUT = 600
# in production a proxy stands in front (docker-compose.yml): the client's address is the last one it wrote down
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("TRUSTED_PROXIES", "1" if PRODUCTION else "0"))
MFA_ADAPTER = "portal.sign_in.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = os.environ.get("TOTP_ISSUER", "司机之家")
MFA_FORMS = {
    "authenticate": "portal.factor_forms.GiveForm",
    "reauthenticate": "portal.factor_forms.GiveAgainForm",
    "activate_totp": "portal.factor_forms.AppForm",
    "add_webauthn": "portal.factor_forms.KeyForm",
    "edit_webauthn": "portal.factor_forms.KeyNameForm",
}
# a browser takes http://localhost for safe; in production there is TLS in front
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
# Posts at a desk need a second factor; contacts and volunteers act on their own phones with the code alone.
STAFF_SECOND_FACTOR = os.environ.get("STAFF_SECOND_FACTOR", "0" if DEMO else "1") == "1"
if PRODUCTION and not STAFF_SECOND_FACTOR:
    raise ImproperlyConfigured("STAFF_SECOND_FACTOR is off. Production does not start without it: unset it.")

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "portal_session"
CSRF_COOKIE_NAME = "portal_csrf"
CSRF_FAILURE_VIEW = "portal.views.errors.csrf_failure"
STAFF_IDLE_MINUTES = int(os.environ.get("STAFF_IDLE_MINUTES", "15"))
STAFF_SESSION_HOURS = 12
DRIVER_IDLE_DAYS = 30
DRIVER_SESSION_DAYS = 90
SHORT_IDLE_MINUTES = 60
SMS_DOOR = os.environ.get("SMS_DOOR", "portal.sms.DemoDoor" if DEMO else "portal.sms.ConsoleDoor")

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SECURE_SSL_REDIRECT = not _flag("PLAIN_HTTP_BEHIND_PROXY")
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

LANGUAGE_CODE = "zh-hans"
LANGUAGE_COOKIE_NAME = "portal_language"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [ROOT_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [ROOT_DIR / "static"]
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", ROOT_DIR / ".run" / "staticfiles"))
# names with a hash, once they have been collected (or are being collected)
IS_COLLECTING = bool({"prepare", "collectstatic"} & set(sys.argv[1:2]))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if (IS_COLLECTING or (STATIC_ROOT / "staticfiles.json").exists()) and not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not (STATIC_ROOT / "staticfiles.json").exists()

# a web-hook goes to public addresses only; in the demonstration also to a server on this machine
HOOKS_MAY_BE_INSIDE = DEMO

CELERY_BROKER_URL = _redis(REDIS_URL, "redis+socket")
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 120,
    "socket_timeout": 5,
    "retry_on_timeout": True,
    # deadlines go before deliveries, however many of those a busy midnight makes
    "queue_order_strategy": "priority",
}
CELERY_TASK_ROUTES = {"appeals.tick": {"queue": "clocks"}}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = os.environ.get("BEAT_SCHEDULE_FILE", str(ROOT_DIR / ".run" / "beat-schedule"))
# beat names tasks by string only; each is a door to one action
CELERY_BEAT_SCHEDULE = {
    "heartbeat": {"task": "portal.heartbeat", "schedule": 15.0, "options": {"expires": 14}},
    "sweep-deliveries": {"task": "portal.sweep_deliveries", "schedule": 20.0, "options": {"expires": 19}},
    "send-sms": {"task": "portal.send_sms", "schedule": 30.0, "options": {"expires": 29}},
    "send-hooks": {"task": "portal.send_hooks", "schedule": 20.0, "options": {"expires": 19}},
    "publish-root": {"task": "portal.publish_root", "schedule": 600.0, "options": {"expires": 590}},
    "erase-due": {"task": "portal.erase_due", "schedule": crontab(hour="2", minute="40")},
    "delete-past": {"task": "portal.delete_past", "schedule": crontab(hour="4", minute="50")},
    "clear-sessions": {"task": "portal.clear_sessions", "schedule": crontab(hour="3", minute="20")},
    # posts and leaves begin and end at midnight; the later runs make up for a beat that was down then
    "sync-grants": {"task": "portal.sync_grants", "schedule": crontab(hour="0,1,6", minute="1")},
    "sweep-imports": {"task": "portal.sweep_imports", "schedule": 30.0, "options": {"expires": 29}},
    "sweep-exports": {"task": "portal.sweep_exports", "schedule": 300.0, "options": {"expires": 290}},
    "appeals-tick": {"task": "appeals.tick", "schedule": 10.0, "options": {"expires": 9}},
    # in the morning of a working day; the later runs make up for a beat that was down, and tell nobody twice
    "appeals-remind": {"task": "appeals.remind", "schedule": crontab(hour="8,10,14", minute="30")},
    "evidence-sweep": {"task": "appeals.sweep_evidence", "schedule": 600.0, "options": {"expires": 590}},
    "evidence-orphans": {"task": "appeals.sweep_orphans", "schedule": crontab(hour="3", minute="40")},
    "appeals-exports": {"task": "appeals.sweep_exports", "schedule": 300.0, "options": {"expires": 290}},
    "appeals-release-answers": {"task": "appeals.release_answers", "schedule": crontab(minute="20")},
    # Monday early; the other days make up for a beat that was down, and draw no week twice
    "appeals-draw-readings": {"task": "appeals.draw_readings", "schedule": crontab(hour="4", minute="10")},
    "appeals-invariant": {"task": "appeals.check_invariant", "schedule": 3600.0, "options": {"expires": 3500}},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                redact,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            "foreign_pre_chain": [
                structlog.contextvars.merge_contextvars,
                structlog.processors.TimeStamper(fmt="iso"),
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
            ],
        }
    },
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["out"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    # one line a task is enough, and it is ours: the one that carries the request id
    "loggers": {"celery.app.trace": {"level": "WARNING"}, "celery.worker.strategy": {"level": "WARNING"}},
}
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_CELERY_TASK_START_LOG_LEVEL = logging.DEBUG
# ids only: an address or a user agent beside a time would place a driver
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
SILENCED_SYSTEM_CHECKS: list[str] = []
