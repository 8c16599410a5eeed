"""Encryption of columns and keyed hashes of what must be found again without being readable.

AES-256-GCM with a key id in front of the token, so keys can be rotated: the first key of FIELD_KEYS writes, all read.
Token: `<key id>:<base64url of 12 bytes nonce + ciphertext + tag>`; the associated data is the purpose, so a token
copied into another column does not open.
"""

import base64
import hmac
import os
import unicodedata
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings


def seal(text: str, purpose: str) -> str:
    key_id, key = next(iter(settings.FIELD_KEYS.items()))
    nonce = os.urandom(12)
    sealed = _cipher(key).encrypt(nonce, text.encode(), purpose.encode())
    return f"{key_id}:{base64.urlsafe_b64encode(nonce + sealed).decode()}"


def unseal(token: str, purpose: str) -> str:
    """The text again. Raises KeyError when the key was retired, InvalidTag when the token was altered or moved."""
    key_id, _sep, body = token.partition(":")
    raw = base64.urlsafe_b64decode(body)
    return _cipher(settings.FIELD_KEYS[key_id]).decrypt(raw[:12], raw[12:], purpose.encode()).decode()


@lru_cache(maxsize=16)
def _cipher(key: bytes) -> AESGCM:
    # making one takes longer than sealing a cell with it
    return AESGCM(key)


def keyed_hash(kind: str, text: str) -> str:
    """The same text of the same kind always gives the same 64 hex characters, which need the key to be guessed."""
    cleaned = unicodedata.normalize("NFKC", text).strip().upper()
    return hmac.digest(settings.HASH_KEY, f"{kind}:{cleaned}".encode(), "sha256").hex()
