"""The two headers of a request that makes something: done once, and on what was read."""

import hashlib
import re
from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from portal.api.errors import NotRead
from portal.once import once, replayed

KEY_HEADER, MATCH_HEADER, KNOWN_HEADER = "Idempotency-Key", "If-Match", "If-None-Match"
KEY = re.compile(r"[\x21-\x7e]{8,200}")
ETAG = re.compile(r'"(\d{1,9})"')


def etag(position: int) -> str:
    """A case's version: the position of the newest link of its log."""
    return f'"{position}"'


def is_known(request: Request, position: int) -> bool:
    """Whether the program has this very version already and asks only for a newer one."""
    sent = request.headers.get(KNOWN_HEADER, "")
    return any(one.strip().removeprefix("W/") in (etag(position), "*") for one in sent.split(","))


def key_of(request: Request) -> str:
    """The request's own key, bound to who sent it: two people may choose the same."""
    sent = request.headers.get(KEY_HEADER, "").strip()
    if not KEY.fullmatch(sent):
        words = _("A random key of 8 to 200 characters, the same for every try of the same request.")
        raise ValidationError({KEY_HEADER: [words]})
    post = getattr(request._request, "post", None)
    holder = f"{request.user.code}:{post.code if post else ''}:{sent}"
    return f"api-{hashlib.sha256(holder.encode()).hexdigest()[:60]}"


def seen_by(request: Request, *, is_needed: bool) -> int | None:
    """The version the program has read, as it says in If-Match."""
    sent = request.headers.get(MATCH_HEADER, "").strip().removeprefix("W/")
    if not sent:
        if is_needed:
            raise NotRead("")
        return None
    found = ETAG.fullmatch(sent)
    if found is None:
        raise ValidationError({MATCH_HEADER: [_("Send the ETag of the case as it was given.")]})
    return int(found[1])


def do_once(request: Request, *, verb: str, body: Any, do: Callable[[], str]) -> str:
    """Run `do` once for this request's key, and give its answer again to every later try."""
    return once(key_of(request), by=request.user, verb=f"api.{verb}", body=body, now=timezone.now(), do=do)


def before(request: Request, *, verb: str, body: Any) -> str:
    """The answer to an earlier try of this very request; empty when there was none."""
    return replayed(key_of(request), by=request.user, verb=f"api.{verb}", body=body)
