"""Names, telephone and licence numbers that look right and belong to nobody."""

import datetime
import json
from pathlib import Path
from random import Random

_LISTS = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
SURNAMES = _LISTS["frequent"] + _LISTS["common"] + _LISTS["rare"]
# the frequent ones are drawn more often, as they are met in Sichuan
WEIGHTS = [30] * len(_LISTS["frequent"]) + [14] * len(_LISTS["common"]) + [4] * len(_LISTS["rare"])
MEN = _LISTS["men"].split()
WOMEN = _LISTS["women"].split()

# 163 is a number segment that no operator has been given: the shape is right, nobody answers there.
PHONE_SEGMENT = "163"
# 519999 is no division of GB/T 2260: the number passes every check of its shape and is nobody's.
NOWHERE = "519999"
_FACTORS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def name(random: Random, *, share_of_women: float = 0.06) -> str:
    given = WOMEN if random.random() < share_of_women else MEN
    return random.choices(SURNAMES, WEIGHTS)[0] + random.choice(given)


def phone(number: int) -> str:
    return f"{PHONE_SEGMENT}{number:08d}"


def licence(number: int) -> str:
    """Eighteen digits with a right check digit, as a driver's licence number has them; another one for each number."""
    born = datetime.date(1967, 1, 1) + datetime.timedelta(days=number * 7919 % 13_000)
    body = f"{NOWHERE}{born:%Y%m%d}{number % 1000:03d}"
    return body + _CHECKS[sum(int(digit) * factor for digit, factor in zip(body, _FACTORS, strict=True)) % 11]
