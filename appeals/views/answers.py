"""Published answers, for everybody: the list with its search, and one answer, which prints on a page."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from appeals import publications
from appeals.models import Category

PER_PAGE, LONGEST_WORDS = 20, 40


@require_safe
@login_not_required
def answers(request: HttpRequest) -> HttpResponse:
    """All of them, the newest first, or those of a kind that hold these words."""
    words = request.GET.get("q", "").strip()[:LONGEST_WORDS]
    category = request.GET.get("category", "")
    if category not in Category.values:
        category = ""
    is_short = publications.is_too_short(words)
    rows = publications.found("" if is_short else words, category)
    context: dict[str, Any] = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "words": words,
        "category": category,
        "kinds": Category.choices,
        "is_short": is_short,
        "is_asked": bool(category or (words and not is_short)),
    }
    return render(request, "appeals/answers.html", context)


@require_safe
@login_not_required
def published(request: HttpRequest, code: str) -> HttpResponse:
    """One answer while it is out; taken down, it is not found."""
    return render(
        request, "appeals/published.html", {"answer": get_object_or_404(publications.released(), code=code)}
    )  # fmt: skip
