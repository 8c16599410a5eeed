"""Taking a list of cases out as a file, the portal's way."""

import datetime
import json
from functools import partial

from appeals.exports import CASES
from appeals.models import Export
from portal.actions import exporting
from portal.models import ExportFormat, Post

agree = partial(exporting.agree, CASES)
refuse = partial(exporting.refuse, CASES)
make = partial(exporting.make, CASES)
hand_out = partial(exporting.hand_out, CASES)
sweep = partial(exporting.sweep, CASES)


def ask(by: Post, *, wanted: dict[str, str], format: str, now: datetime.datetime, purpose: str = "") -> Export:
    """Ask for the list as a file. A short one is made; a long one needs a purpose, and somebody else who agrees."""
    asked = json.dumps(wanted, ensure_ascii=False)
    export = Export(post=by, wanted=asked, format=ExportFormat(format))
    return exporting.ask(CASES, export, purpose=purpose, now=now)
