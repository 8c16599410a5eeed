"""The secrets of this clone: made once, kept in .run/secrets.json (0600), never in git."""

import base64
import json
import os
import secrets
from pathlib import Path

# the two roles of deploy/postgres/roles.sql
APPLICATION = "portal_app"
OWNER = "portal_owner"


def fresh() -> dict[str, str]:
    def key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    return {
        "SECRET_KEY": secrets.token_urlsafe(60),
        "FIELD_KEYS": f"k1:{key()}",
        "HASH_KEY": key(),
        "postgres": secrets.token_hex(20),
        OWNER: secrets.token_hex(20),
        APPLICATION: secrets.token_hex(20),
    }


def load(path: Path) -> dict[str, str]:
    if path.exists():
        return json.loads(path.read_text())
    made = fresh()
    part = path.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(made, file, indent=1)
    part.replace(path)
    return made
