"""Who comes to the desk, and which case he may open. What he may not see is the same 404 as what does not exist."""

import datetime
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from appeals import permissions
from appeals.actions import seeing
from appeals.models import Appeal
from portal.calendar import beijing_day
from portal.middleware import BACKGROUND
from portal.models import Post, Role
from portal.permissions import active_post, has_permission
from portal.roles import CODE_ONLY, HANDLE

PHONE_FRAME, STAFF_FRAME = "appeals/desk/frame_phone.html", "appeals/desk/frame_staff.html"
LIST_FRAME = "appeals/desk/frame_list.html"


def require_post(request: HttpRequest, permission: str, now: datetime.datetime) -> Post:
    """The post the page is made for; 404 for everybody else."""
    post = active_post(request)
    if post is None or not has_permission(post, permission, beijing_day(now)):
        raise Http404
    return post


def require_committee(request: HttpRequest, permission: str, now: datetime.datetime) -> Post:
    """The committee's own staff: who sees its alarms sets its clocks and duties."""
    post = require_post(request, permission, now)
    if not is_committee_staff(post):
        raise Http404
    return post


def is_committee_staff(post: Post) -> bool:
    return post.role == Role.COMMITTEE_STAFF


def seen_case(request: HttpRequest, code: str, now: datetime.datetime) -> tuple[Post, Appeal]:
    """The case a handler's page or program is about; that he had it before him, its driver reads."""
    post = require_post(request, HANDLE, now)
    rows = permissions.visible_appeals(post, beijing_day(now)).select_related(
        "filer", "driver", "place", "district__parent", "respondent_at_event", "rule_version__rule", "handling_org",
        "handler__person", "filed_by__organisation", "reopened_from",
    )  # fmt: skip
    appeal = get_object_or_404(rows, code=code)
    if BACKGROUND not in request.headers:
        page = "appeals.api" if request.path.startswith("/api/") else "appeals.case"
        seeing.case_shown(appeal, post, now=now, page=page)
    return post, appeal


def over_budget(request: HttpRequest, post: Post) -> HttpResponse:
    """Instead of one more record than a day has for one person."""
    words = {"budget": settings.DESK_RECORDS_A_DAY, "list_url": list_of(post), **frame_words(post)}
    response = render(request, "appeals/desk/over_budget.html", words, status=HTTPStatus.TOO_MANY_REQUESTS)
    response["HX-Retarget"] = response["HX-Reselect"] = "#main"
    response["HX-Reswap"] = "outerHTML"
    return response


def is_seen(post: Post, code: str, now: datetime.datetime) -> bool:
    return bool(permissions.visible_appeals(post, beijing_day(now)).filter(code=code).exists())


def is_on_phone(post: Post) -> bool:
    """Contacts and volunteers work on their own phones, in the driver's frame; everybody else at a desk."""
    return post.role in CODE_ONLY


def frame_words(post: Post) -> dict[str, Any]:
    """What a page that both use is drawn in."""
    is_phone = is_on_phone(post)
    return {
        "page_frame": PHONE_FRAME if is_phone else STAFF_FRAME,
        "list_frame": PHONE_FRAME if is_phone else LIST_FRAME,
        "is_phone": is_phone,
    }


def list_of(post: Post) -> str:
    """The address of the list this post works from."""
    return reverse("appeals:contact_inbox" if is_on_phone(post) else "appeals:inbox")


def case_or_list(post: Post, code: str, now: datetime.datetime) -> str:
    """Back to the case, or to the list when the move took it out of the reader's sight."""
    return reverse("appeals:case", args=[code]) if is_seen(post, code, now) else list_of(post)
