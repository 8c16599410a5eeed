from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from appeals.models.appeal import Appeal, Category, Status
from portal.models import Organisation, Place, Post

# what lists filter and sort by: an index that carries it answers counts without touching a row
CARRIED = (
    "status", "tier", "category", "city", "district", "company", "holder", "is_urgent", "filed_at", "entered_at",
    "clock_date", "reply_date",
)  # fmt: skip
# a list's orders; and a filter that fits few of a committee's cases finds them by an index of its own, not by leafing
# through all of them
OF_A_LINE = {
    "sight_line": ("turn", "appeal"),
    "sight_entered": ("-entered_at", "-appeal"),
    "sight_filed": ("-filed_at", "-appeal"),
    "sight_state": ("status", "tier", "is_urgent", "category", "turn", "appeal"),
    "sight_company": ("company", "turn", "appeal"),
    "sight_place": ("city", "district", "turn", "appeal"),
    "sight_holder": ("holder", "turn", "appeal"),
    "sight_clock": ("clock_date", "turn", "appeal"),
    "sight_reply": ("reply_date", "turn", "appeal"),
}


def of_a_line(name: str, *columns: str) -> models.Index:
    """Of a whole line (`appeals.sights.WHOLE`), in this order; it carries what else a list asks about."""
    sorted_by = {column.removeprefix("-") for column in columns}
    carried = [column for column in (*CARRIED, "turn", "appeal", "is_here") if column not in sorted_by]
    whole = Q(kind="line", place__isnull=True)
    if "reply_date" in columns:  # few cases wait for a company
        whole &= Q(reply_date__isnull=False)
    return models.Index(fields=["organisation", *columns], name=name, include=carried, condition=whole)


def copied(model: type[models.Model]) -> "models.ForeignKey[models.Model | None, models.Model | None]":
    """A key that is a copy of the appeal's own: the database checks the original, not the copy."""
    return models.ForeignKey(
        model, null=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )


class Sight(models.Model):
    """Before whom an appeal lies: one row for each desk line, contact or duty that has it, with what lists ask about.

    A copy, for speed only: the database derives it anew whenever a leg, an answer, a hearing or the appeal itself
    changes (`appeals_resight`, docs/decisions/0009-inbox.md), so no action can forget it. Bars and ties are not in it:
    they are read at the moment of asking.
    """

    class Kind(models.TextChoices):
        LINE = "line", "line"  # an organisation it came to, and every organisation above that
        OWN = "own", "own"  # a contact who had it, or for whom it is meant
        FREE = "free", "free"  # all contacts of an organisation: meant for nobody in particular
        DUTY = "duty", "duty"  # whoever is on duty for urgent appeals of a city

    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="sights", db_index=False)
    kind = models.CharField(max_length=4, choices=Kind)
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    place = models.ForeignKey(Place, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    is_here = models.BooleanField(help_text="It lies at this very desk now; else only in its line.")

    status = models.CharField(max_length=12, choices=Status)
    tier = models.SmallIntegerField()
    category = models.CharField(max_length=10, choices=Category)
    city = copied(Place)
    district = copied(Place)
    company = copied(Organisation)
    holder = copied(Post)
    is_urgent = models.BooleanField()
    filed_at = models.DateTimeField()
    entered_at = models.DateTimeField(null=True, help_text="When it came to the tier where it is.")
    clock_date = models.DateField(null=True, help_text="The day by which its handler owes something, if he does.")
    reply_date = models.DateField(null=True, help_text="The day by which a company is to reply.")
    turn = models.BigIntegerField(
        help_text="Order of the lists: urgent and untaken, then by the clock that counts, then what owes nothing."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["appeal", "kind", "organisation", "post", "place"], name="one_sight", nulls_distinct=False
            )
        ]
        indexes = [
            models.Index(
                fields=["organisation", "turn", "appeal"],
                name="sight_here",
                include=CARRIED,
                condition=Q(kind="line", is_here=True),
            ),
            *(of_a_line(name, *columns) for name, columns in OF_A_LINE.items()),
            models.Index(fields=["organisation", "turn"], name="sight_free", condition=Q(kind="free")),
            models.Index(fields=["post", "turn"], name="sight_own", condition=Q(kind="own")),
            models.Index(fields=["place", "turn"], name="sight_duty", condition=Q(kind="duty")),
        ]


class Gist(models.Model):
    """What search looks through: keyed hashes of the pairs of characters in a case's title, story and answers, and of
    the number, company, phone, plate and order it may be found by.

    The words themselves stay sealed; when they are erased, the hashes are made anew from what is left.
    """

    appeal = models.OneToOneField(Appeal, primary_key=True, on_delete=models.CASCADE, related_name="gist")
    marks = ArrayField(models.BigIntegerField())
    edition = models.SmallIntegerField(db_default=1, help_text="Of the rules by which the marks were made.")

    class Meta:
        indexes = [GinIndex(fields=["marks"], name="gist_marks")]
