"""The sieve over every log line."""

import pytest

from portal.logs import clean, redact


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("called 13800001234 twice", "called [phone] twice"),
        ("+8613800001234", "[phone]"),
        ("138 0000 1234", "[phone]"),
        ("id 51050219800101123X", "id [number]"),
        ("plate 川A12345", "plate [plate]"),
        ("plate 川AD12345", "plate [plate]"),
        ("周建平 said", "[words] said"),
        ("KeyError: '李四，男'", "KeyError: '[words]'"),
        ("duplicate key\nDETAIL:  Key (phone)=(x) already exists.\nnext", "duplicate key\nnext"),
        ('column "x"\nLINE 1: SELECT "李四" FROM t\n               ^\nrest', 'column "x"\nrest'),
        ("Not Found: /r/LZ-261112-7KQ2MX-ABCDEFGH/", "Not Found: /r/[receipt]"),
        ("request 51050219-8001-4011-9380-000012340000", "request 51050219-8001-4011-9380-000012340000"),
        ("hash 13800001234abcdef", "hash 13800001234abcdef"),
        ("2026-11-23T16:17:12.304239Z", "2026-11-23T16:17:12.304239Z"),
        ("Task portal.deliver[94344eca-54b5-4f79-867b-06bd225d4fe9]", None),
    ],
)
def test_text_is_sieved(text: str, cleaned: str | None) -> None:
    assert clean(text) == (text if cleaned is None else cleaned)


def test_every_value_of_a_line_is_sieved() -> None:
    line = {
        "event": "x 周建平",
        "request": "GET /desk/?q=13800001234&page=2",
        "user_agent": "Phone/1",
        "nested": {"a": ["李四", 3], "周": None},
        "error": ValueError("李四"),
        "count": 5,
        "is_ok": True,
    }
    assert redact(None, "info", line) == {
        "event": "x [words]",
        "request": "GET /desk/?[query]",
        "nested": {"a": ["[words]", 3], "[words]": None},
        "error": "ValueError",
        "count": 5,
        "is_ok": True,
    }
