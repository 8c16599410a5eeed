"""An answer made with a template: nothing is left blank, and the answer names the version it used."""

import datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from appeals import blanks, libraries
from appeals.models import AnswerTemplate, AnswerTemplateVersion
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import Post
from portal.wording import listed


def require_filled(*texts: str) -> None:
    """No driver reads a blank. Also asked before the preview."""
    if left := blanks.labels(*texts):
        raise Refused(_("Still to be filled in: %(labels)s.") % {"labels": listed(left)})


def use(version: AnswerTemplateVersion | None, *, by: Post, now: datetime.datetime) -> dict[str, Any]:
    """Count the use of a template and give the facts that name its version; empty where the answer was written freely.

    One that was retired while the answer was written may still be used; one of a foreign library never.
    """
    if version is None:
        return {}
    if not libraries.readable(by, beijing_day(now)).filter(pk=version.template_id).exists():
        raise Refused(_("This template is not in a library you can use."))
    AnswerTemplate.objects.filter(pk=version.template_id).update(uses=F("uses") + 1)
    return {"template": version.template.code, "template_version": version.number}
