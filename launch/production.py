"""What production is given from outside, said once: docker-compose.yml, the deployment check and the tests share it."""

import secrets

from launch import keys

# Every name the services read; deploy/example.env lists the same ones for a person to fill in.
NAMES = (
    "ALLOWED_HOSTS",
    "CLAMD_URL",
    "CSRF_TRUSTED_ORIGINS",
    "DATABASE_URL",
    "DEBUG",
    "DEMO",
    "EVIDENCE_DIR",
    "FIELD_KEYS",
    "HASH_KEY",
    "OWNER_DATABASE_URL",
    "PRODUCTION",
    "PUBLIC_URL",
    "REDIS_URL",
    "ROOTS_DIR",
    "SECRET_KEY",
    "STATIC_ROOT",
)


def rehearsal(env: dict[str, str]) -> dict[str, str]:
    """The environment of a test run, turned into production: no DEBUG, no demo, a host name, a fresh secret."""
    return env | {
        "PRODUCTION": "1",
        "DEMO": "0",
        "DEBUG": "0",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "ALLOWED_HOSTS": "portal.example",
        "PUBLIC_URL": "https://portal.example",
        "CSRF_TRUSTED_ORIGINS": "https://portal.example",
    }


def fresh_secrets() -> str:
    """Lines for deploy/portal.env, made on the spot."""
    made = keys.fresh()
    return "".join(f"{name}={made[name]}\n" for name in ("SECRET_KEY", "FIELD_KEYS", "HASH_KEY"))


if __name__ == "__main__":
    print(fresh_secrets(), end="")
