"""The marks a name in a register is found by: two neighbouring characters, pinyin initials, the spelling. Pure."""

import unicodedata
from functools import lru_cache
from itertools import product

from pypinyin import Style, pinyin

READINGS = 3  # of one character; the rarer ones would only find strangers
MOST = 24  # characters of a name that are looked at


def tidy(text: str) -> str:
    """Letters, digits and characters alone, every width brought to one: 阿依·古丽 and ＺＪＰ as they are looked for."""
    return "".join(one for one in unicodedata.normalize("NFKC", text).lower() if one.isalnum())


@lru_cache(maxsize=20_000)
def readings(character: str) -> tuple[str, ...]:
    """How a character may be read, without tones, the usual reading first: 曾 zeng, ceng; 单 dan, shan, chan."""
    if character.isascii():
        return (character,)
    found = pinyin(character, style=Style.NORMAL, heteronym=True)[0]
    return tuple(dict.fromkeys(one for one in found if one.isascii()))[:READINGS]


def marks_of(name: str) -> list[str]:
    """Everything the name answers to. A family name of several readings answers to each of them."""
    return list(_marks(tidy(name)[:MOST]))


@lru_cache(maxsize=20_000)
def _marks(tidied: str) -> tuple[str, ...]:
    found = {tidied[start : start + 2] for start in range(len(tidied) - 1)}
    spelt = [readings(one) for one in tidied]
    if len(spelt) < 2 or not all(spelt):
        return tuple(sorted(found))
    first, *given = spelt
    usual = [options[0] for options in given]
    found |= {"".join((family, *usual)) for family in first}
    letters = [tuple(dict.fromkeys(option[0] for option in options)) for options in spelt[:4]]
    later = "".join(options[0][0] for options in spelt[4:])
    for chosen in product(*letters):
        initials = "".join(chosen)
        found |= {initials[:length] for length in range(2, len(initials) + 1)}
        if later:
            found.add(initials + later)
    return tuple(sorted(found))


def asked_for(typed: str) -> list[str]:
    """The marks that a typed word needs all of; empty where it is too short to be looked for."""
    tidied = tidy(typed)[:MOST]
    if len(tidied) < 2:
        return []
    if tidied.isascii():
        return [tidied]
    return sorted({tidied[start : start + 2] for start in range(len(tidied) - 1)})
