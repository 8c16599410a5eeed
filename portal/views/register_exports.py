"""The lists of registers, taken out as files."""

import datetime
import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from portal.actions import exporting
from portal.calendar import beijing_day
from portal.models import Post, RegisterExport
from portal.permissions import active_post
from portal.registers_out import REGISTERS, may_take_out, pairs_of, registers, takes_lists_out
from portal.views.exports import Asked, Pages

MASKS = _("Masked unless you ask for it in full: %(columns)s.")


def _exporter(request: HttpRequest, now: datetime.datetime) -> Post:
    post = active_post(request)
    if post is None or not takes_lists_out(post, beijing_day(now)):
        raise Http404
    return post


PAGES = Pages(REGISTERS, _exporter, back="portal:start", file_name=lambda export: export.register.partition(".")[2])
exports_list = require_safe(PAGES.index)
export = require_safe(PAGES.one)
agree_export = PAGES.agree
refuse_export = PAGES.refuse
export_file = require_POST(PAGES.file)


def new_export(request: HttpRequest, register: str) -> HttpResponse:
    """A register's list as it is filtered now."""
    now = timezone.now()
    today = beijing_day(now)
    post, found = _exporter(request, now), registers().get(register)
    if found is None or not may_take_out(post, register, today):
        raise Http404
    asked = found.asked(request.GET.dict())
    form: Any = found.form(asked)

    beside = [registers()[code] for code in found.beside if may_take_out(post, code, today)]

    def ask(values: dict[str, Any]) -> str:
        purpose = values.pop("purpose", "")
        export = RegisterExport(post=post, register=register, wanted=json.dumps(asked, ensure_ascii=False), **values)
        return exporting.ask(REGISTERS, export, purpose=purpose, now=now).code

    words = Asked(
        key=f"{register}?{urlencode(asked)}",
        address=reverse(found.address) + (f"?{urlencode(asked)}" if asked else ""),
        rows=found.rows(post, form.wanted, today).count(),
        filter_words=pairs_of(found, asked),
        columns=[str(column.word) for column in found.columns()],
        masks=str(MASKS) % {"columns": found.whole} if found.whole else "",
        ask=ask,
        whole=found.whole,
        tabs=[
            {
                "word": one.word,
                "url": reverse("portal:new_export", args=[one.code]) + f"?{urlencode(asked)}",
                "is_current": one is found,
            }
            for one in beside
        ],
    )
    return PAGES.new(request, words)
