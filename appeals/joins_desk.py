"""What this room puts before staff: counts in the menu, cards on the start pages; for the department only figures."""

from django.http import HttpRequest
from django.utils import timezone

from appeals import figures, inbox, permissions, publications, readings, releases
from appeals.models import Alarm, Appeal, Hearing, Unsealing
from appeals.sights import OVERSEEING
from portal.calendar import beijing_day
from portal.front import Card
from portal.models import Post, Role, User
from portal.permissions import active_post, has_permission
from portal.roles import ANSWER_FOR_COMPANY, HANDLE, OVERSEE, READ_FIGURES, UNSEAL

SHOWN_ROWS = 3


def staff_cards(user: User, post: Post | None) -> list[Card]:
    """The card of the active post, if this room has something for it."""
    now = timezone.now()
    day = beijing_day(now)
    if post is None:
        return []
    if has_permission(post, READ_FIGURES, day):
        return department_cards(user, post)
    if post.role == Role.CONTACT and has_permission(post, HANDLE, day):
        listed = inbox.read(post, inbox.Wanted(), now, rows_a_page=SHOWN_ROWS)
        context = {"rows": listed.rows, "count": listed.counts[inbox.TODO], "asked": listed.counts[inbox.DRIVER]}
        return [Card("appeals/desk/_card_contact.html", context, order=10)]
    found = waiting(post)
    return [Card("appeals/desk/_card_counts.html", {"counts": found}, order=10)] if found else []


def department_cards(_user: User, _post: Post) -> list[Card]:
    """Counts by tier and city, rounded, and the share of clocks met: no case, no person."""
    context = {"figures": figures.of_today(timezone.now()), "tiers": figures.tiers()}
    return [Card("appeals/desk/_card_department.html", context)]


def counts(request: HttpRequest) -> dict[str, int]:
    """What waits for the active post, by URL name. A page that has counted already says so on the request."""
    post = active_post(request)
    if post is None:
        return {}
    return waiting(post, known=getattr(request, "desk_counts", {}))


def waiting(post: Post, known: dict[str, int] | None = None) -> dict[str, int]:
    """URL name -> how much waits there for this post."""
    now = timezone.now()
    day = beijing_day(now)
    found = dict(known or {})
    if has_permission(post, HANDLE, day) and "appeals:inbox" not in found:
        found["appeals:inbox"] = inbox.todo_count(post, now)
    seen = Appeal.objects.none()
    if has_permission(post, HANDLE, day) and post.role in OVERSEEING:
        seen = permissions.visible_appeals(post, day)
        found["appeals:release_list"] = releases.among(seen, post).count()
    if has_permission(post, OVERSEE, day):
        unseen = Alarm.objects.filter(organisation=post.organisation_id, seen_at=None, appeal__in=seen)
        found["appeals:alarms"] = unseen.count()
        found["appeals:publications"] = publications.count_to_decide(post, now)
        found["appeals:readings"] = readings.count_to_read(post, now)
    if has_permission(post, UNSEAL, day):
        asked = Unsealing.objects.filter(decided_at=None, appeal__in=permissions.sealed_appeals(post, day))
        others = asked.exclude(asked_by__person=post.person_id).exclude(for_person=post.person_id)
        found["appeals:sealed"] = others.count()
    if has_permission(post, ANSWER_FOR_COMPANY, day):
        found["appeals:hearings"] = Hearing.objects.filter(company=post.organisation_id, replied_at=None).count()
    return found
