"""What a program reads when its request is turned down: problem+json (RFC 9457), in the reader's language."""

from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MEDIA_TYPE = "application/problem+json"
# status -> (the name in `type`, title, what is said when nothing more is known)
KINDS: dict[int, tuple[str, Promise, Promise]] = {
    400: ("invalid", _("Something in it is not right"), _("Correct the fields named below and send it again.")),
    401: ("not-signed-in", _("A valid key is needed"), _("Send it as “Authorization: Bearer …”.")),
    403: ("not-yours", _("Not yours to do"), _("You see this, and the move is somebody else's.")),
    404: ("not-here", _("Not here"), _("It does not exist, or it is not yours to see.")),
    405: ("method", _("Not possible in this way"), _("This address does not take this method.")),
    409: ("refused", _("Not possible now"), _("A rule does not allow it as things stand.")),
    412: ("moved-on", _("Somebody was faster"), _("Read it again, then decide.")),
    413: ("too-large", _("Too large"), _("What was sent is larger than what is taken here.")),
    415: ("media-type", _("Sent in a form that is not read here"), _("Send JSON, files as multipart/form-data.")),
    422: (
        "key-used",
        _("This key was used for something else"),
        _("Each thing that is to happen once gets an Idempotency-Key of its own."),
    ),
    428: (
        "not-read",
        _("Say which state you have read"),
        _("Send the ETag of the case as If-Match: nobody decides on a case he has not read."),
    ),
    429: ("too-many", _("Too many requests"), _("Wait as long as Retry-After says.")),
    500: ("broken", _("Something of ours failed"), _("It was written down. Try again later with the same key.")),
    503: ("closed", _("Closed for a while"), _("Try again later with the same key.")),
}


def problem(status: int, *, detail: Any = "", reference: str = "", **more: Any) -> dict[str, Any]:
    """The body: what kind of problem, said to a person in one sentence, and the number it is found by in our log."""
    kind, title, words = KINDS.get(status, KINDS[500])
    return {
        "type": f"{settings.PUBLIC_URL}/api/docs/#{kind}",
        "title": str(title),
        "status": status,
        "detail": str(detail or words),
        "reference": reference,
        **more,
    }
