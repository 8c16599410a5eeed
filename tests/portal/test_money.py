"""Money as people type it: yuan outside, whole fen inside."""

import pytest
from django.core.exceptions import ValidationError

from portal.money import YuanField


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("128", 12800),
        ("128.5", 12850),
        ("128.05", 12805),
        ("1,240.50", 124050),
        ("¥1,240 元", 124000),
        ("１２８．５０元", 12850),
        ("0.01", 1),
        ("", None),
        ("  ", None),
    ],
)
def test_yuan_as_it_is_typed_becomes_whole_fen(typed: str, fen: int | None) -> None:
    assert YuanField(required=False).clean(typed) == fen


@pytest.mark.parametrize("typed", ["0", "0.00", "-5", "12.345", "一百", "1,24", "99999999", "12e3", "9" * 30])
def test_what_is_no_amount_is_said_to_be_none(typed: str) -> None:
    with pytest.raises(ValidationError):
        YuanField(required=False).clean(typed)


def test_a_required_amount_is_asked_for_and_a_stored_one_is_shown_in_yuan() -> None:
    with pytest.raises(ValidationError):
        YuanField().clean("")
    assert [YuanField().prepare_value(value) for value in (12850, 12800, "12,x")] == ["128.50", "128", "12,x"]
