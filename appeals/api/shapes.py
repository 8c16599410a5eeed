"""What a program is given of a case: the same as its reader's page shows, under the names of the glossary."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from appeals import chain, outside
from appeals.models import Category, Finding, Identity, RespondentKind, Stance, Status
from appeals.models.appeal import DeductionKind

DUE_KINDS = ("take", "answer", "rest", "window", "come_back", "carry_out")
HEARING_STATES = ("waits", "replied", "replied_late", "silent")


class NamedSerializer(serializers.Serializer):
    """A place or an organisation."""

    code = serializers.CharField()
    name = serializers.CharField()


class DueSerializer(serializers.Serializer):
    """The one deadline that counts now."""

    kind = serializers.ChoiceField(choices=DUE_KINDS)
    due_date = serializers.DateField(help_text=_("The last day that counts."))
    due_at = serializers.DateTimeField(help_text=_("The moment after it; exclusive."))
    is_provisional = serializers.BooleanField(help_text=_("Counted past the last published holiday notice."))


class RespondentSerializer(serializers.Serializer):
    """Whom the appeal is about, as it was on the day it happened."""

    kind = serializers.ChoiceField(choices=RespondentKind.choices)
    organisation = NamedSerializer(allow_null=True)


class HandlingSerializer(serializers.Serializer):
    """Who has it now."""

    organisation = NamedSerializer()
    handler = serializers.CharField(allow_null=True, help_text=_("Null: nobody has taken it yet."))
    post = serializers.CharField(allow_null=True)


class AnswerSerializer(serializers.Serializer):
    """A tier's answer. Answered and carried out are two facts."""

    code = serializers.CharField()
    tier = serializers.ChoiceField(choices=chain.TIERS)
    finding = serializers.ChoiceField(choices=Finding.choices)
    reasons = serializers.CharField(allow_blank=True)
    remedy = serializers.CharField(allow_blank=True)
    carry_out_date = serializers.DateField(allow_null=True)
    carried_out_at = serializers.DateTimeField(allow_null=True)
    is_breached = serializers.BooleanField()
    rating = serializers.IntegerField(allow_null=True, min_value=1, max_value=5)
    at = serializers.DateTimeField()
    by = serializers.CharField()
    post = serializers.CharField()


class CaseSerializer(serializers.Serializer):
    """What every list and every page of a case has. `position` is its version, and the ETag in quotes."""

    code = serializers.CharField()
    number = serializers.CharField()
    title = serializers.CharField()
    category = serializers.ChoiceField(choices=Category.choices)
    identity = serializers.ChoiceField(choices=Identity.choices)
    status = serializers.ChoiceField(choices=Status.choices)
    tier = serializers.ChoiceField(choices=chain.TIERS)
    is_urgent = serializers.BooleanField()
    place = NamedSerializer()
    filed_at = serializers.DateTimeField()
    moved_at = serializers.DateTimeField()
    due = DueSerializer(allow_null=True)
    position = serializers.IntegerField()


class WholeCaseSerializer(CaseSerializer):
    """A case as one page shows it, to whomever."""

    story = serializers.CharField(allow_blank=True)
    happened_date = serializers.DateField()
    district = NamedSerializer(allow_null=True)
    respondent = RespondentSerializer()
    order_number = serializers.CharField(allow_blank=True)
    amount_fen = serializers.IntegerField(allow_null=True)
    deduction_kind = serializers.ChoiceField(choices=DeductionKind.choices, allow_null=True)
    handling = HandlingSerializer()
    round_number = serializers.IntegerField()
    breaches = serializers.IntegerField()
    accepted_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    transferred_to = serializers.ChoiceField(choices=outside.CHOICES, allow_null=True)
    reopened_from = serializers.CharField(allow_null=True, help_text=_("The case number it goes on from."))
    answers = AnswerSerializer(many=True)
    moves = serializers.ListField(child=serializers.CharField(), help_text=_("What the reader may do now."))


class OwnCaseSerializer(WholeCaseSerializer):
    """A driver's own case."""

    question = serializers.CharField(allow_null=True, help_text=_("What he was asked and has not answered yet."))


class RuleSerializer(serializers.Serializer):
    """A version of a company's rule."""

    code = serializers.CharField(help_text=_("What a reply names it by."))
    title = serializers.CharField()
    number = serializers.IntegerField()


class AdditionSerializer(serializers.Serializer):
    """What the company added to its reply later."""

    at = serializers.DateTimeField()
    is_late = serializers.BooleanField()
    facts = serializers.CharField(allow_blank=True)


class ReplySerializer(serializers.Serializer):
    """What the company replied: its words, and whatever of it can be counted."""

    at = serializers.DateTimeField()
    is_late = serializers.BooleanField()
    stance = serializers.ChoiceField(choices=Stance.choices, allow_null=True)
    rule = serializers.CharField(allow_blank=True)
    rule_version = RuleSerializer(allow_null=True)
    facts = serializers.CharField(allow_blank=True)
    offer = serializers.CharField(allow_blank=True)
    contact = serializers.CharField(allow_blank=True, help_text=_("Whom to ask at the company."))
    amount_fen = serializers.IntegerField(allow_null=True, help_text=_("What the company measured for the period."))
    from_date = serializers.DateField(allow_null=True)
    until_date = serializers.DateField(allow_null=True)
    offer_fen = serializers.IntegerField(allow_null=True)
    offer_date = serializers.DateField(allow_null=True)
    added = AdditionSerializer(many=True)


class HeardSerializer(serializers.Serializer):
    """A company that was asked, how that stands, and what it replied."""

    code = serializers.CharField()
    company = NamedSerializer()
    asked_at = serializers.DateTimeField()
    due_date = serializers.DateField()
    state = serializers.ChoiceField(choices=HEARING_STATES)
    question = serializers.CharField(allow_blank=True)
    reply = ReplySerializer(allow_null=True)


class DeskRowSerializer(CaseSerializer):
    """A case in the desk's list."""

    name = serializers.CharField(help_text=_("As staff see it: masked, or the number of a sealed case."))
    company = serializers.CharField(allow_blank=True)
    organisation = NamedSerializer(help_text=_("Where it lies."))
    is_taken = serializers.BooleanField()


class DeskCaseSerializer(WholeCaseSerializer):
    """A case at the desk."""

    name = serializers.CharField(help_text=_("As staff see it: masked, or the number of a sealed case."))
    is_sealed = serializers.BooleanField()
    hearings = HeardSerializer(many=True)


class EntrySerializer(serializers.Serializer):
    """One thing that happened."""

    kind = serializers.CharField(help_text=_("The event's name, as in the case log."))
    at = serializers.DateTimeField()
    title = serializers.CharField()
    text = serializers.CharField(allow_blank=True, help_text=_("What follows from it, in a sentence."))
    words = serializers.CharField(allow_blank=True, help_text=_("What was said."))
    by = serializers.CharField(allow_blank=True)


class TimelineSerializer(serializers.Serializer):
    """Everything the reader may see of what happened, the newest first."""

    entries = EntrySerializer(many=True)


class ReceiptSerializer(serializers.Serializer):
    """What a driver keeps: with number and secret the case is followed without an account."""

    number = serializers.CharField()
    secret = serializers.CharField()
    link = serializers.CharField(help_text=_("What the QR code holds."))
    check_code = serializers.CharField(allow_null=True, help_text=_("Position and hash of the filing in the case log."))


class ChoiceSerializer(serializers.Serializer):
    value = serializers.CharField()
    name = serializers.CharField()


class ChoiceGroupSerializer(serializers.Serializer):
    name = serializers.CharField()
    choices = ChoiceSerializer(many=True)


class ChoicesSerializer(serializers.Serializer):
    """What a filing may say, for this driver and the day it happened."""

    categories = ChoiceSerializer(many=True)
    identities = ChoiceSerializer(many=True)
    deductions = ChoiceSerializer(many=True)
    places = ChoiceGroupSerializer(many=True)
    respondents = ChoiceGroupSerializer(many=True)


class DetailSerializer(serializers.Serializer):
    """Something the driver agreed to show, in his own words of consent."""

    name = serializers.CharField()
    words = serializers.CharField()


class HearingSerializer(serializers.Serializer):
    """What a company is asked, in a paraphrase: never who asks, which case it is, nor when exactly."""

    code = serializers.CharField()
    question = serializers.CharField(allow_blank=True)
    category = serializers.ChoiceField(choices=Category.choices)
    city = NamedSerializer(allow_null=True)
    rule_version = RuleSerializer(allow_null=True, help_text=_("In force on the day it happened."))
    deduction_kind = serializers.ChoiceField(choices=DeductionKind.choices, allow_blank=True)
    from_date = serializers.DateField(allow_null=True)
    until_date = serializers.DateField(allow_null=True)
    fact_kinds = serializers.ListField(child=serializers.CharField())
    details = DetailSerializer(many=True)
    is_group = serializers.BooleanField()
    asked_date = serializers.DateField()
    due_date = serializers.DateField()
    state = serializers.ChoiceField(choices=HEARING_STATES)
    reply = ReplySerializer(allow_null=True)
