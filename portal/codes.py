"""Codes that people and addresses carry: row codes, case numbers, secrets."""

import datetime
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base32: no I, L, O, U


def _random(length: int) -> str:
    # 32 letters go evenly into 256 bytes: one call to the system instead of one for each letter
    return "".join(ALPHABET[byte & 31] for byte in secrets.token_bytes(length))


def new_code() -> str:
    """16 random characters, 80 bits: the key of a row in every URL."""
    return _random(16)


class CodeInAddress:
    """A code as it stands in an address; anything else there is no page at all, and never reaches the database."""

    regex = f"[{ALPHABET}]{{16}}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


def new_secret() -> str:
    """8 random characters, 40 bits, that go with a case number on the receipt; tries on it are slowed down."""
    return _random(8)


def check_character(body: str) -> str:
    """One base32 character over a case number's letters and digits, so that a slip of the pen is seen at once.

    Weighted sum modulo 31 (a prime, so every weight 1..30 has an inverse), written as one of the first 31 characters:
    finds every slip and swap but those between characters whose base-36 values differ by 31 (0 and V, 1 and W ...).
    """
    values = [int(c, 36) for c in body if c.isalnum()]
    return ALPHABET[sum((i + 1) * v for i, v in enumerate(values)) % 31]


def new_case_number(letters: str, day: datetime.date) -> str:
    """`LZ-261112-7KQ2MX`: city letters, Beijing day, five random characters and a check character."""
    head = f"{letters}-{day:%y%m%d}-{_random(5)}"
    return head + check_character(head)


def tidy_case_number(typed: str) -> str | None:
    """A case number as a person types it (any case, O for 0, I and L for 1, no dashes) in its one form, or None."""
    raw = "".join(c for c in typed.upper() if c.isalnum())
    if len(raw) != 14:
        return None
    tail = raw[8:].replace("O", "0").replace("I", "1").replace("L", "1")
    number = f"{raw[:2]}-{raw[2:8]}-{tail}"
    return number if check_character(number[:-1]) == number[-1] else None
