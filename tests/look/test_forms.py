"""How a form comes out of the parts: labels, hints, errors, and what keeps it safe to send again."""

import re
from datetime import date

import pytest
from django import forms
from django.http import QueryDict

from portal.kit import KitForm, came_back
from portal.widgets import DayParts, TickTiles, Tiles


class DayForm(forms.Form):
    day = forms.DateField(label="哪天发生的", widget=DayParts)


def sent(**fields: str) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update(fields)
    return data


def test_three_number_fields_make_a_day() -> None:
    form = DayForm(sent(day_year="2026", day_month="11", day_day="10"))
    assert form.is_valid()
    assert form.cleaned_data["day"] == date(2026, 11, 10)


def test_a_day_may_come_whole() -> None:
    form = DayForm(sent(day="2026-11-10"))
    assert form.is_valid()
    assert form.cleaned_data["day"] == date(2026, 11, 10)


@pytest.mark.parametrize(
    "parts",
    [
        {"day_year": "2026", "day_month": "13", "day_day": "1"},
        {"day_year": "2026", "day_month": "", "day_day": "1"},
        {"day_year": "二〇二六", "day_month": "1", "day_day": "1"},
        {"day_year": "2026-01-01", "day_month": "1", "day_day": "1"},
    ],
)
def test_a_wrong_day_keeps_what_was_typed(parts: dict[str, str]) -> None:
    form = DayForm(sent(**parts))
    assert not form.is_valid()
    page = str(form)
    assert f'value="{parts["day_year"].split("-")[0]}"' in page
    assert "请核对日期" in page


def test_no_day_at_all_is_missing_not_wrong() -> None:
    form = DayForm(sent(day_year="", day_month="", day_day=""))
    assert form.errors["day"] == ["请补上这一项"]


def test_a_day_shows_its_initial_value() -> None:
    page = str(DayForm(initial={"day": date(2026, 3, 9)}))
    assert re.findall(r'name="day_(\w+)" value="(\d+)"', page) == [("year", "2026"), ("month", "3"), ("day", "9")]


def test_every_label_and_error_is_tied_to_its_field() -> None:
    page = str(came_back())
    ids = set(re.findall(r' id="([^"]+)"', page))
    for described in re.findall(r'aria-describedby="([^"]+)"', page):
        assert set(described.split()) <= ids
    assert set(re.findall(r' for="([^"]+)"', page)) <= ids
    assert set(re.findall(r'href="#([^"]+)"', page)) <= ids
    assert len(re.findall(r' id="([^"]+)"', page)) == len(ids)


def test_the_summary_names_refusal_and_fields_first() -> None:
    page = str(came_back())
    summary = page[: page.index("</section>")]
    assert "李秀兰已经接了这件诉求。" in summary
    assert "手机号：少了 4 位，请核对手机号" in summary
    assert "现在有人身危险吗：请补上这一项" in summary
    assert "填的都还在" in summary


def test_a_form_that_came_back_keeps_the_values() -> None:
    page = str(came_back())
    assert 'value="1380000"' in page
    assert re.search(r'value="dispatch"[^>]* checked', page)


def test_hints_stand_before_the_input_and_errors_after() -> None:
    page = str(came_back())
    hint, field, error = (page.index(f'id="back_day{end}"') for end in ("_helptext", "_year", "_error"))
    assert hint < field < error


def test_optional_fields_say_so() -> None:
    page = str(KitForm())
    assert '说说经过<span class="opt">（选填）' in page
    assert "手机号<span" not in page


def test_the_idempotency_key_is_fresh_and_survives() -> None:
    fresh = re.findall(r'name="key" value="([^"]+)"', str(KitForm()) + str(KitForm()))
    assert len(set(fresh)) == 2
    assert all(len(key) >= 32 for key in fresh)
    assert re.findall(r'name="key" value="([^"]+)"', str(KitForm(sent(key="my-own-key")))) == ["my-own-key"]


def test_tiles_carry_hints_and_icons_of_their_choice() -> None:
    class Form(forms.Form):
        kind = forms.ChoiceField(
            label="类别",
            choices=[("a", "派单"), ("b", "其他")],
            widget=Tiles(hints={"a": "派得少"}, icons={"a": "route"}),
        )
        more = forms.MultipleChoiceField(label="还有", choices=[("1", "照片")], widget=TickTiles)

    page = str(Form())
    first, second = page.split("<label ", 3)[1:3]
    assert "派得少" in first
    assert "#route" in first
    assert '<span class="hint' not in second
    assert 'type="checkbox" name="more"' in page


def test_words_from_people_are_escaped() -> None:
    class Form(forms.Form):
        words = forms.CharField(label="<b>经过</b>", help_text="<i>提示</i>", initial="<script>1</script>")

    page = str(Form())
    assert "<script>" not in page
    assert "<i>" not in page
    assert "&lt;b&gt;经过" in page
