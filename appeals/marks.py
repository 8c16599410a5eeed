"""The marks a case can be found by: keyed hashes, so that nobody reads its words out of the search table. Pure.

Of words the pairs of neighbouring characters, of numbers every three; of a phone, plate, order or company the whole.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from portal import codes
from portal.models.people import phone_hash
from portal.sealing import keyed_hash

# as it is written on cars: the province's one character, a letter, five characters or six for a green plate
PLATE = re.compile("[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][A-Z0-9]{5,6}")
SEPARATORS = re.compile(r"[\s·•・.\-]")
SPACED_PLATE = re.compile(PLATE.pattern.replace("[A-Z]", r"\s*[A-Z][\s·•・.\-]*", 1), re.IGNORECASE)
RUN = re.compile(r"\w+")
PHONE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")
SPACED_PHONE = re.compile(r"(?<![A-Z0-9])(?:\+?86[\s\-]?)?1[3-9](?:[\s\-]?\d){9}(?![A-Z0-9])", re.IGNORECASE)
IDENTITY = re.compile(r"(?<![A-Z0-9])\d{14,}[\dX](?![A-Z0-9])", re.IGNORECASE)
TOKEN = re.compile("[0-9a-f]{16}(?:-[0-9a-f]{16})*")
LONG_NUMBER = re.compile(r"\d{7,}")  # a phone, an order, a licence: never taken apart into pairs
NUMBER_PART = 3  # characters of a case number are looked for from three on
Found = tuple[str, frozenset[int]]  # "all" or "any" of these marks


@lru_cache(maxsize=200_000)
def mark(kind: str, text: str) -> int:
    """A signed 64-bit number that needs the key to be guessed."""
    return int.from_bytes(bytes.fromhex(keyed_hash(f"mark-{kind}", text)[:16]), "big", signed=True)


def tidy(text: str) -> str:
    return unicodedata.normalize("NFKC", text).upper()


def joined(text: str) -> str:
    """A text in which 川Ｅ·12345 and 138 0000 0000 are found as what they are."""
    return SEPARATORS.sub("", tidy(text))


def parts(text: str, length: int) -> set[str]:
    """Every run of so many neighbouring characters; punctuation and spaces part them."""
    runs = RUN.findall(LONG_NUMBER.sub(" ", tidy(text).replace("_", " ")))
    return {run[start : start + length] for run in runs for start in range(len(run) - length + 1)}


def of_words(texts: Iterable[str]) -> set[int]:
    return {mark("word", pair) for text in texts for pair in parts(text, 2)}


def of_number(number: str) -> set[int]:
    """A case number or part of it, as it stands there, dashes aside."""
    whole = number.replace("-", "")
    return {mark("number", whole[start : start + NUMBER_PART]) for start in range(len(whole) - NUMBER_PART + 1)}


def of_company(organisation_id: int) -> int:
    return mark("company", str(organisation_id))


def of_phone(hashed: str) -> int:
    """From the keyed hash by which its account is found."""
    return mark("phone", hashed)


def of_plates(text: str) -> set[int]:
    return {mark("plate", plate) for plate in PLATE.findall(joined(text))}


def of_order(order_number: str) -> int:
    return mark("order", joined(order_number))


def without(text: str, hidden: Iterable[str]) -> str:
    """A text from which somebody's name, phone, plate or order is cut out, so that it is not found by them."""
    cut = tidy(text)
    for word in hidden:
        if word:
            cut = cut.replace(tidy(word), " ")
    return SPACED_PLATE.sub(" ", cut)


def asked_for(word: str, companies: Iterable[int]) -> list[Found]:
    """What a typed word may mean: any one of these is enough. Empty for what is too short to be looked for."""
    meanings: list[Found] = []
    words = of_words([word])
    if words:
        meanings.append(("all", frozenset(words)))
    compact = joined(word)
    number = codes.tidy_case_number(word)
    if number or (compact.isascii() and compact.isalnum() and len(compact) >= NUMBER_PART):
        meanings.append(("all", frozenset(of_number(number or compact))))
    named = frozenset(of_company(pk) for pk in companies)
    return [*meanings, ("any", named)] if named else meanings


def personal(word: str) -> frozenset[int]:
    """The same word as a phone, a plate or an order: what a sealed case is never found by."""
    compact = joined(word)
    phone = PHONE.fullmatch(compact)
    marks = of_plates(word) | ({of_order(word)} if compact else set())
    return frozenset(marks | {of_phone(phone_hash(phone[1]))} if phone else marks)


def parted(typed: str) -> tuple[str, list[str]]:
    """What was typed without the phones, plates and identity numbers in it, and a token for each of them.

    A token is made of marks: it may stand in an address and in a kept filter, where the number itself may not.
    """
    tokens: list[str] = []

    def keep(match: re.Match[str]) -> str:
        found = "-".join(f"{mark % 2**64:016x}" for mark in sorted(personal(match[0])))
        if found not in tokens:
            tokens.append(found)
        return " "

    rest = unicodedata.normalize("NFKC", typed)
    for pattern in (SPACED_PLATE, SPACED_PHONE, IDENTITY):
        rest = pattern.sub(keep, rest)
    return (" ".join(rest.split()) if tokens else rest.strip()), tokens


def of_token(token: str) -> frozenset[int]:
    """The marks of which any one is enough."""
    return frozenset((int(one, 16) ^ 1 << 63) - (1 << 63) for one in token.split("-"))
