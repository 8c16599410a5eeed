"""Companies as offices and liaisons see them."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from platforms import permissions
from platforms.models import Company, liaisons_of
from portal.calendar import beijing_day
from portal.permissions import active_post

PAGE = 20


def companies(request: HttpRequest) -> HttpResponse:
    """The companies at work where the post is; a liaison's own. Without such a post there is no such page."""
    today, post = beijing_day(timezone.now()), active_post(request)
    if not permissions.may_see_companies(post, today):
        raise Http404
    page = Paginator(Company.objects.visible_to(post, today).listed(today), PAGE).get_page(request.GET.get("page"))
    return render(request, "platforms/companies.html", {"page": page, "post": post, "today": today})


def company(request: HttpRequest, code: str) -> HttpResponse:
    """One company: where it works, its published cap, its rules, and who answers for it."""
    today = beijing_day(timezone.now())
    rows = Company.objects.visible_to(active_post(request), today).listed(today)
    found = get_object_or_404(rows, organisation__code=code)
    words = {
        "company": found,
        "rules": found.rules.prefetch_related("versions").order_by("title"),
        "liaisons": liaisons_of(found, today),
        "today": today,
    }
    return render(request, "platforms/company.html", words)
