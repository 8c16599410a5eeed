"""What a program sends. Shapes only: what is allowed the page's own forms and the actions say."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from appeals import chain, inbox, outside
from appeals.forms.driver import REASON_LENGTH, WORDS_LENGTH
from appeals.forms.filing import STORY_LENGTH, TITLE_LENGTH
from appeals.forms.hearing import SHORT_LENGTH, wrong_figures
from appeals.models import Category, Finding, Identity, Stance, Status
from appeals.models.appeal import DeductionKind
from portal.api.paging import PagedSerializer
from portal.codes import ALPHABET
from portal.money import MOST_FEN

CODE = f"^[{ALPHABET}]{{16}}$"
WHY = ("solved", "elsewhere", "mistake", "pressed", "other")


class FilingSerializer(serializers.Serializer):
    """An appeal as a driver says it; `place` and `respondent` come from the choices."""

    category = serializers.ChoiceField(choices=Category.choices)
    title = serializers.CharField(max_length=TITLE_LENGTH)
    story = serializers.CharField(max_length=STORY_LENGTH)
    happened_date = serializers.DateField()
    place = serializers.CharField(max_length=6, help_text=_("A district's or city's code."))
    respondent = serializers.CharField(max_length=60, help_text=_("A value of the choices, as company:CODE or none."))
    identity = serializers.ChoiceField(choices=Identity.choices, default=Identity.NAMED.value)
    order_number = serializers.CharField(max_length=60, allow_blank=True, default="")
    is_urgent = serializers.BooleanField(default=False)
    skips_contact = serializers.BooleanField(default=False)
    wants_enterprise = serializers.BooleanField(default=False)
    amount_fen = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=MOST_FEN)
    deduction_kind = serializers.ChoiceField(choices=DeductionKind.choices, required=False, allow_null=True)
    evidence = serializers.ListField(
        child=serializers.RegexField(CODE),
        max_length=10,
        default=list,
        help_text=_("Codes of files that were sent before."),
    )


class EvidenceCodesSerializer(serializers.Serializer):
    evidence = serializers.ListField(child=serializers.RegexField(CODE), min_length=1, max_length=10)


class NothingSerializer(serializers.Serializer):
    """An empty object: the move itself says it all."""


class WordsSerializer(serializers.Serializer):
    words = serializers.CharField(max_length=WORDS_LENGTH)


class ShortReasonSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=REASON_LENGTH)


class WithdrawalSerializer(serializers.Serializer):
    why = serializers.ChoiceField(choices=WHY)
    words = serializers.CharField(max_length=REASON_LENGTH, allow_blank=True, default="")


class RatingSerializer(serializers.Serializer):
    stars = serializers.IntegerField(min_value=1, max_value=5)
    words = serializers.CharField(max_length=REASON_LENGTH, allow_blank=True, default="")


class QuestionSerializer(serializers.Serializer):
    question = serializers.CharField(max_length=WORDS_LENGTH)


class ReasonSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=WORDS_LENGTH)


class AnswerBodySerializer(serializers.Serializer):
    """A finding with reasons. What is promised needs a day, and a day a promise."""

    finding = serializers.ChoiceField(choices=Finding.choices)
    reasons = serializers.CharField(max_length=WORDS_LENGTH)
    remedy = serializers.CharField(max_length=WORDS_LENGTH, allow_blank=True, default="")
    carry_out_date = serializers.DateField(allow_null=True, default=None)
    evidence = serializers.ListField(
        child=serializers.RegexField(CODE),
        max_length=10,
        default=list,
        help_text=_("Codes of files that were sent before."),
    )


class TransferSerializer(serializers.Serializer):
    target = serializers.ChoiceField(choices=outside.CHOICES)
    note = serializers.CharField(max_length=WORDS_LENGTH)


class NoteSerializer(serializers.Serializer):
    note = serializers.CharField(max_length=WORDS_LENGTH)


class NoteTextSerializer(serializers.Serializer):
    text = serializers.CharField(max_length=WORDS_LENGTH)


class AssignSerializer(serializers.Serializer):
    to = serializers.RegexField(CODE, help_text=_("Code of a colleague's post, one of the appeal's colleagues."))


class HearingReplySerializer(serializers.Serializer):
    """A company's reply: the rule in force, the facts, what it offers; whatever can be counted as figures."""

    facts_given = serializers.CharField(max_length=WORDS_LENGTH)
    rule_given = serializers.CharField(max_length=200, allow_blank=True, default="")
    offer = serializers.CharField(max_length=WORDS_LENGTH, allow_blank=True, default="")
    contact = serializers.CharField(
        max_length=SHORT_LENGTH, allow_blank=True, default="", help_text=_("Only the handlers read it.")
    )
    rule_version = serializers.RegexField(
        r"^[0-9A-Z]{16}/[0-9]{1,4}$",
        allow_null=True,
        default=None,
        help_text=_("Code of one of the company's own versions."),
    )
    stance = serializers.ChoiceField(choices=Stance.choices, allow_null=True, default=None)
    amount_fen = serializers.IntegerField(allow_null=True, default=None, min_value=1, max_value=MOST_FEN)
    from_date = serializers.DateField(allow_null=True, default=None)
    until_date = serializers.DateField(allow_null=True, default=None)
    offer_fen = serializers.IntegerField(allow_null=True, default=None, min_value=1, max_value=MOST_FEN)
    offer_date = serializers.DateField(allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        wrong = wrong_figures(attrs)
        if wrong:
            raise ValidationError({name: [words] for name, words in wrong.items()})
        return attrs


class HearingAdditionSerializer(serializers.Serializer):
    facts_given = serializers.CharField(max_length=WORDS_LENGTH)


class OwnListSerializer(PagedSerializer):
    """Which of a driver's own cases."""

    state = serializers.ChoiceField(choices=("open", "over", "all"), default="all")


class DeskListSerializer(PagedSerializer):
    """The desk's own filters: the rows are those of its list, in its order."""

    show = serializers.ChoiceField(choices=list(inbox.CHIPS.items()), required=False)
    q = serializers.CharField(max_length=60, required=False, help_text=_("Number, or words of title or company."))
    due = serializers.ChoiceField(choices=list(inbox.DUES.items()), required=False)
    category = serializers.ChoiceField(choices=Category.choices, required=False)
    state = serializers.ChoiceField(choices=Status.choices, required=False)
    tier = serializers.ChoiceField(choices=chain.TIERS, required=False)
    place = serializers.RegexField(r"^[0-9]{6}$", required=False, help_text=_("Code of a city or district."))
    company = serializers.RegexField(CODE, required=False, help_text=_("Code of an organisation."))
    holder = serializers.CharField(max_length=16, required=False, help_text=_("nobody, me, or a post's code."))
    waits = serializers.ChoiceField(choices=list(inbox.WAITS.items()), required=False)
    urgent = serializers.BooleanField(required=False)
    from_date = serializers.DateField(required=False, help_text=_("Filed on this day or later."))
    until_date = serializers.DateField(required=False, help_text=_("Filed on this day or earlier."))
    sort = serializers.ChoiceField(choices=list(inbox.SORTS.items()), required=False)


# what the list's own address calls some of them
LIST_NAMES = {"from_date": "from", "until_date": "to"}


class HearingListSerializer(PagedSerializer):
    """Which questions to the company."""

    state = serializers.ChoiceField(choices=("waits", "replied", "all"), default="all")


class ChoicesQuerySerializer(serializers.Serializer):
    happened_date = serializers.DateField(required=False, help_text=_("The day it happened; today when left out."))
