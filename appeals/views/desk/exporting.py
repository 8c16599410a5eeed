"""The list of cases, taken out as a file."""

import datetime
from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from appeals import exports, inbox, lists_out
from appeals.actions import exporting
from portal.calendar import beijing_day
from portal.models import Post
from portal.permissions import active_post
from portal.views.exports import Asked, Pages


def _exporter(request: HttpRequest, now: datetime.datetime) -> Post:
    post = active_post(request)
    if post is None or not exports.may_export(post, beijing_day(now)):
        raise Http404
    return post


PAGES = Pages(exports.CASES, _exporter, back="appeals:inbox", file_name=lambda _export: "appeals")
exports_list = require_safe(PAGES.index)
export = require_safe(PAGES.one)
agree_export = PAGES.agree
refuse_export = PAGES.refuse
export_file = require_POST(PAGES.file)


def new_export(request: HttpRequest) -> HttpResponse:
    """The list as it is filtered now."""
    now = timezone.now()
    post = _exporter(request, now)
    wanted = replace(inbox.Wanted.of(request.GET.dict()), page="1")
    asked = wanted.asked()
    found = Asked(
        key=urlencode(asked),
        address=reverse("appeals:inbox") + (f"?{urlencode(asked)}" if asked else ""),
        rows=inbox.found(post, wanted, now).count(),
        filter_words=lists_out.filter_words(wanted),
        columns=lists_out.header(wanted, post),
        masks=_("Names stay masked as in the list."),
        ask=lambda values: exporting.ask(post, wanted=asked, now=now, **values).code,
    )
    return PAGES.new(request, found)
