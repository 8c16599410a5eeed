"""What a text for everybody gives away, and what it does not."""

import pytest

from appeals import giveaways
from appeals.nameless import Known

PEOPLE = [Known(("周建平",), ("13800000000",), ("20261102881234567",), ("510502198001011234",)), Known(("李秀兰",))]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("周建平师傅的押金退了。", ["name"]),
        ("周师傅的押金退了。", ["name"]),
        ("联系人李秀兰去问了公司。", ["name"]),
        ("打 138-0000-0000 问。", ["phone"]),
        ("车牌川E·12345 的车。", ["plate"]),
        ("订单 20261102881234567 被扣。", ["order_number"]),
        ("证号 51050219800101123X。", ["licence"]),
        ("11月3日还的车。", ["date"]),
        ("十一月三日还的车。", ["date"]),
        ("2026-11-03 还的车。", ["date"]),
        ("2026年11月3日还的车。", ["date"]),
        ("17：42 那一单。", ["clock"]),
        ("晚上 8 点 15 分那一单。", ["clock"]),
        ("川行约车扣的。", ["company"]),
    ],
)
def test_what_tells_who_or_when_it_was_is_found(text: str, kinds: list[str]) -> None:
    assert [kind for kind in giveaways.found_in(text, PEOPLE, ["川行约车"]) if kind != "time"] == kinds


@pytest.mark.parametrize(
    "text",
    [
        "还车满 60 天，押金还没有退，怎么办？",
        "晚高峰 17:00 至 19:00 按距离派单。",
        "公司在 5 个工作日内退回 1,240 元。",
        "11月以来派单变少。",
        "平台公布的抽成上限是 29%，超过的部分要退。",
        "可以打 12333 问劳动监察。",
        "先拍下 3 张照片，再报给客服。",
    ],
)
def test_what_helps_others_passes(text: str) -> None:
    assert giveaways.found_in(text, PEOPLE, ["川行约车"]) == []


def test_every_kind_has_its_word() -> None:
    assert all(str(giveaways.WORDS[kind]) for kind in ("date", "clock", "company", "name"))
