"""The public rules: every version, as it was published."""

from itertools import pairwise

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from platforms import difference
from platforms.forms import RuleFilter
from platforms.models import RuleVersion
from portal.calendar import beijing_day
from portal.models import Place

PAGE = 20


@login_not_required
def public_rules(request: HttpRequest) -> HttpResponse:
    """Every platform's dispatch rules as they are in force today; no account needed."""
    today = beijing_day(timezone.now())
    cities = Place.objects.cities().open_on(today)
    form = RuleFilter(request.GET, cities=cities)
    rows = RuleVersion.objects.in_force(today).listed(today).fitting(**form.wanted)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    words = {"page": page, "form": form, "wanted": form.wanted, "cities": cities, "today": today}
    return render(request, "platforms/public_rules.html", words)


@login_not_required
def current_rule(request: HttpRequest, code: str) -> HttpResponse:
    """A rule's address without a number leads to the version in force, else to the newest."""
    versions = RuleVersion.objects.filter(rule__code=code).order_by("-number")
    version = versions.in_force(beijing_day(timezone.now())).first() or versions.first()
    if version is None:
        raise Http404
    return redirect("platforms:public_rule", code, version.number)


@login_not_required
def public_rule(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One version: its text, what it changed, and the versions before and after."""
    today = beijing_day(timezone.now())
    version = get_object_or_404(RuleVersion.objects.listed(today), rule__code=code, number=number)
    versions = list(RuleVersion.objects.filter(rule=version.rule_id).order_by("-number"))
    before = {later.number: earlier for later, earlier in pairwise(versions)}
    compared = difference.compare(before[number].text, version.text) if number in before else []
    words = {
        "version": version,
        "company": version.rule.company,
        "before": before.get(number),
        "compared": [clause for clause in compared if clause.state != difference.KEPT],
        "clauses": difference.clauses(version.text),
        "versions": [(row, difference.changes(before[row.number].text, row.text) if row.number in before else {})
                     for row in versions],
        "in_force": next((row for row in versions if row.is_in_force(today)), None),
        "notice_days": (version.from_date - version.published_date).days,
        "today": today,
    }  # fmt: skip
    return render(request, "platforms/public_rule.html", words)


@login_not_required
def rule_text(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The text as a file, just as it was published."""
    version = get_object_or_404(
        RuleVersion.objects.select_related("rule__company__organisation"), rule__code=code, number=number
    )
    words = {"company": version.rule.company, "rule": version.rule.title, "number": version.number}
    head = _("%(company)s, %(rule)s, version %(number)s") % words
    dates = _("Published %(published)s, in force from %(start)s") % {
        "published": version.published_date.isoformat(),
        "start": version.from_date.isoformat(),
    }
    response = HttpResponse(f"{head}\n{dates}\n\n{version.text}\n", content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="rule-{code}-{number}.txt"'
    return response
