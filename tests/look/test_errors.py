"""The error pages stand without database, session, user and context processors."""

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from portal.errors import Refused, Stale
from portal.views import errors


def a_request(method: str = "get") -> HttpRequest:
    request: HttpRequest = getattr(RequestFactory(), method)("/nowhere/")
    request.reference = "7F3A-22"  # type: ignore[attr-defined]
    return request


@pytest.mark.parametrize(
    ("view", "status", "words"),
    [
        (errors.bad_request, 400, "没看懂这次请求"),
        (errors.denied, 403, "这件事不归现在的身份办"),
        (errors.csrf_failure, 403, "没有提交成功"),
        (errors.not_found, 404, "没有找到，或您无权查看"),
        (errors.too_many, 429, "试的次数太多了"),
        (errors.broken, 500, "出错了，编号 7F3A-22"),
        (errors.unavailable, 503, "正在维护"),
    ],
)
def test_each_says_what_happened_and_its_number(view, status: int, words: str) -> None:  # type: ignore[no-untyped-def]
    response = view(a_request())
    page = response.content.decode()
    assert response.status_code == status
    assert words in page
    assert "7F3A-22" in page


def test_one_text_for_what_is_missing_and_what_one_may_not_see() -> None:
    missing = errors.not_found(a_request(), Exception("No Appeal matches the given query."))
    assert missing.content == errors.not_found(a_request()).content


def test_a_broken_post_says_that_nothing_was_sent() -> None:
    assert "您填的都还在上一页" in errors.broken(a_request("post")).content.decode()
    assert "以前提交的都还在" in errors.broken(a_request()).content.decode()


def test_a_request_without_a_number_still_gets_its_page() -> None:
    request = RequestFactory().get("/")
    assert "出错了" in errors.broken(request).content.decode()


def test_who_was_quicker_stands_above_and_my_text_is_kept() -> None:
    stale = Stale("李秀兰 10:32 已经答复", theirs="部分成立。平台补发 300 元。")
    response = errors.refused(
        a_request("post"), stale, [("答复", "第一行\n第二行"), ("备注", "  ")], back="/desk/appeals/X/"
    )
    page = response.content.decode()
    assert response.status_code == 409
    assert (
        page.index("李秀兰 10:32 已经答复") < page.index("部分成立。平台补发 300 元。") < page.index("第一行\n第二行")
    )
    assert 'href="/desk/appeals/X/"' in page
    assert "备注" not in page


def test_a_rule_that_says_no_keeps_the_text_too() -> None:
    page = errors.refused(
        a_request("post"), Refused("这件诉求已经撤回。"), [("留言", "<b>我的话</b>")]
    ).content.decode()
    assert "这件诉求已经撤回。" in page
    assert "&lt;b&gt;我的话&lt;/b&gt;" in page
    assert "什么都没改，写好的内容还在下面。" in page


def test_a_lockout_says_how_long() -> None:
    response = errors.too_many(a_request("post"), minutes=15)
    assert "15 分钟" in response.content.decode()
    assert response["Retry-After"] == "900"


def test_the_500_page_asks_no_manifest_and_no_frame() -> None:
    page = errors.broken(a_request()).content.decode()
    assert 'href="/static/look.css"' in page
    assert "<script" not in page
