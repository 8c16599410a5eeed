"""A platform's rules and their versions."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from platforms import permissions
from platforms.models import Company, DispatchRule, RuleVersion
from portal import events
from portal.errors import Refused
from portal.models import OrganisationKind, Post, User


@transaction.atomic
def open_rule(company: Company, title: str, *, by: User, post: Post | None, now: datetime.datetime) -> DispatchRule:
    """Name a rule of a platform; its text follows as a version."""
    permissions.require_publisher(by, post, company, now)
    if company.organisation.kind != OrganisationKind.PLATFORM:
        raise Refused(_("Only a platform has dispatch rules."))
    if company.rules.filter(title=title).exists():
        raise Refused(_("This platform already has a rule of that name: publish a new version of it."))
    rule = DispatchRule.objects.create(company=company, title=title)
    events.record("platforms.rule_opened", rule, by=by, post=post, at=now, facts={"company": company.organisation.code})
    return rule


@transaction.atomic
def publish_version(
    rule: DispatchRule,
    text: str,
    *,
    published_date: datetime.date,
    from_date: datetime.date,
    by: User,
    post: Post | None,
    now: datetime.datetime,
) -> RuleVersion:
    """Publish the next version of a rule; the one before it ends the day before. A published text never changes."""
    permissions.require_publisher(by, post, rule.company, now)
    DispatchRule.objects.select_for_update().get(pk=rule.pk)
    newest = rule.versions.order_by("-number").first()
    if not text.strip():
        raise Refused(_("A version needs its text."))
    if from_date < published_date:
        raise Refused(_("A rule cannot hold before the day it was published."))
    if newest is not None and from_date <= newest.from_date:
        raise Refused(_("A new version begins after the one before it."))
    if newest is not None and text.strip() == newest.text:
        raise Refused(_("This is the text of the version before it: nothing was changed."))
    if newest is not None:
        newest.until_date = from_date - datetime.timedelta(days=1)
        newest.save(update_fields=["until_date"])
    version = RuleVersion.objects.create(
        rule=rule,
        number=newest.number + 1 if newest else 1,
        text=text.strip(),
        published_date=published_date,
        from_date=from_date,
    )
    events.record(
        "platforms.version_published",
        rule,
        by=by,
        post=post,
        at=now,
        facts={
            "number": version.number,
            "published_date": published_date.isoformat(),
            "from_date": from_date.isoformat(),
        },
        words={"text": version.text},
    )
    return version
