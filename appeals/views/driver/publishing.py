"""The driver of a case reads what is to be published of it, and says no if he does not want it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from appeals import publications
from appeals.actions import publishing
from appeals.forms.driver import MoveForm
from appeals.models import Publishing
from appeals.views.doors import make_move
from appeals.views.driver.cases import own_appeal


def publication(request: HttpRequest, code: str) -> HttpResponse:
    """As others read it or will read it, when it appears, and the button that keeps it back or takes it down."""
    appeal = own_appeal(request, code)
    found = publications.for_driver(appeal)
    if found is None:
        raise Http404

    def to(_code: str) -> str:
        messages.success(request, _("It is not published. Nothing else of your case changes."))
        return reverse("appeals:publication", args=[appeal.code])

    return make_move(
        request,
        MoveForm(request.POST or None),
        verb="appeals.object_to",
        subject=found.code,
        do=lambda _values: publishing.object_to(found.pk, by=request.user, now=timezone.now()).code,  # type: ignore[arg-type]
        to=to,
        template="appeals/publication.html",
        context={
            "appeal": appeal,
            "answer": found,
            "may_object": found.state in (Publishing.ANNOUNCED, Publishing.RELEASED),
        },
    )
