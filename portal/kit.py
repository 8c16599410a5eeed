"""What the component page (/kit/, demonstrations only) is filled with: invented people, companies and appeals."""

import datetime
from typing import Any

from django import forms
from django.core.paginator import Paginator

from portal import wording
from portal.widgets import DayParts, Tiles

KINDS = [("dispatch", "派单"), ("settlement", "抽成与结算"), ("block", "封号与处罚"), ("safety", "安全")]


class KitForm(forms.Form):
    """One field of every sort the parts can draw."""

    key = forms.CharField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(
        label="遇到的是哪一类问题？",
        help_text="选最接近的一类就行，选错也不影响办理。",
        choices=KINDS,
        widget=Tiles(
            hints={
                "dispatch": "派得少、派得远，或规则看不明白",
                "settlement": "抽得多，到账慢，账对不上",
                "block": "停单、封号、扣分，没说清理由",
                "safety": "被威胁、殴打，或出了事故",
            },
            icons={"dispatch": "route", "settlement": "yuan", "block": "ban", "safety": "shield"},
        ),
    )
    is_urgent = forms.ChoiceField(
        label="现在有人身危险吗？", choices=[("yes", "有"), ("no", "没有")], widget=Tiles(css="yesno")
    )
    stars = forms.ChoiceField(
        label="这次办得怎么样？", choices=[(str(n), f"{n} 分") for n in range(1, 6)], widget=Tiles(css="stars")
    )
    day = forms.DateField(label="哪天发生的", help_text="例如 2026 年 11 月 10 日", widget=DayParts)
    phone = forms.CharField(label="手机号", min_length=11, error_messages={"min_length": "少了 4 位，请核对手机号"})
    company = forms.ChoiceField(label="哪家公司", choices=[("a", "蜀程出行"), ("b", "川行约车")])
    words = forms.CharField(
        label="说说经过",
        help_text="不用写电话和车牌。",
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        max_length=2000,
    )
    is_agreed = forms.BooleanField(label="答应把平台名字告诉平台", help_text="不告诉也照样办。", required=False)


def filled() -> KitForm:
    """The form as a driver meets it."""
    return KitForm(initial={"kind": "dispatch", "is_urgent": "no", "day": datetime.date(2026, 11, 10), "key": "kit"})


def came_back() -> KitForm:
    """The form as it comes back with something to mend."""
    sent = {
        "kind": "dispatch",
        "day_year": "2026",
        "day_month": "13",
        "day_day": "1",
        "phone": "1380000",
        "company": "a",
    }
    form = KitForm(sent, prefix="", auto_id="back_%s")
    form.add_error(None, "李秀兰已经接了这件诉求。")
    return form


def samples(*, today: datetime.date) -> dict[str, Any]:
    return {
        "dues": _dues(today),
        "soon": wording.due_state(today + datetime.timedelta(days=2), today=today),
        "until": wording.driver_date(today + datetime.timedelta(days=2), today=today),
        "levels": ["note", "yellow", "red", "none", "short"],
        "tiers": [0, 1, 2, 3],
        "skipped": [1],
        "entries": ENTRIES,
        "rows": ROWS,
        "verbs": VERBS,
        "pairs": [
            ("他的派单", "每在线小时 1.5 单，低 31%"),
            ("同城同平台", "低 27%，其他平台低 3%"),
            ("规则", "第 7 版"),
        ],
        "tabs": [
            {"url": "#", "word": "在办", "count": 18, "is_current": True},
            {"url": "#", "word": "等平台", "count": 5},
            {"url": "#", "word": "已答复", "count": 64},
        ],
        "search": {"name": "q", "value": "", "label": "搜索诉求", "hint": "编号、平台、关键词"},
        "chips": [
            {"url": "#", "word": "要我办", "count": 18, "is_current": True},
            {"url": "#", "word": "等平台", "count": 5},
            {"url": "#", "word": "等司机", "count": 1},
        ],
        "selects": [
            {"name": "company", "label": "平台", "options": [("", "平台：全部", True), ("a", "蜀程出行", False)]},
            {"name": "kind", "label": "类别", "options": [("", "类别：全部", True), ("route", "派单", False)]},
        ],
        "cases": _cases(today),
        "page": Paginator(range(230), 25).page(4),
        "icons": ICONS.split(),
        "form": filled(),
        "back_form": came_back(),
    }


def _dues(today: datetime.date) -> list[wording.Due | None]:
    def due(days: int, **state: Any) -> wording.Due | None:
        return wording.due_state(today + datetime.timedelta(days=days), today=today, **state)

    return [
        due(6),
        due(2),
        due(0),
        due(-1),
        due(-1, clock="carry_out"),
        due(-2, clock="platform"),
        due(3, resting=True),
        due(3, done=True),
        due(9, provisional=True),
    ]


def _cases(today: datetime.date) -> list[dict[str, Any]]:
    rows: list[tuple[str, str, str, str, str, int, dict[str, Any]]] = [
        (
            "答应退的 300 元“服务费”没到账",
            "李*",
            "LZ-261113-04Q2MX",
            "奖励与扣款",
            "川行约车",
            -1,
            {"clock": "carry_out"},
        ),
        ("被停单 3 天，只说“多次违规”", "刘**", "LZ-261116-55R8KD", "封号与处罚", "蜀程出行", 0, {}),
        ("派单少了三成，想知道原因", "周**", "LZ-261112-87KQ2M", "派单", "蜀程出行", 2, {}),
        ("退车 40 天，押金 8,000 元没退", "罗**", "LZ-261110-66H3WT", "租车与合同", "锦驾租赁", 3, {"resting": True}),
        ("夜间补贴少发 4 晚", "杨**", "LZ-261118-79C5NA", "奖励与扣款", "天府快驾", 7, {}),
    ]
    return [
        {
            "title": title,
            "name": name,
            "number": number,
            "kind": kind,
            "company": company,
            "due": wording.due_state(today + datetime.timedelta(days=days), today=today, **state),
        }
        for title, name, number, kind, company, days, state in rows
    ]


ENTRIES = [
    {
        "state": "now",
        "time": "今天 09:12",
        "title": "李秀兰给您留言",
        "say": "周师傅，手机里有11月10日晚高峰的派单截图吗？有的话补一张，我好跟平台对时间。期限照常走，不耽误。",
        "by": "李秀兰",
    },
    {
        "time": "11月20日 周五 16:40",
        "title": "平台作了说明",
        "say": "10月20日起启用派单规则第 7 版，服务分低于 90 分的，派单顺序会靠后。",
        "by": "蜀程出行，未看到您的姓名和车牌",
    },
    {"state": "done", "time": "11月18日 周三 10:20", "title": "支部已接手", "text": "李秀兰请平台在11月23日前说明"},
    {
        "state": "done",
        "time": "11月17日 周二 18:05",
        "title": "您不满意，接着往上走",
        "say": "只说是“大数据派的”，没说清为什么偏偏我少了。",
        "is_mine": True,
    },
    {
        "state": "done",
        "time": "11月12日 周四 12:36",
        "title": "您提交了诉求",
        "text": "附 3 张截图，仅办理人能看到您的名字",
    },
]
ROWS = [
    {
        "url": "#",
        "title": "补一张11月10日的派单截图",
        "sub": "李秀兰问您要，有的话越早越好",
        "icon": "camera",
        "tone": "amber",
    },
    {"url": "#", "title": "租车合同 12 天后到期", "sub": "先看清续签条款再签字", "icon": "file"},
    {
        "url": "#",
        "title": "城西客运站司机之家",
        "facts": ["1.2 公里", "开到 22:00", "有空位"],
        "icon": "cup",
        "tone": "green",
    },
]
VERBS = [
    {"url": "#", "title": "给李秀兰留言", "icon": "chat"},
    {"url": "#", "title": "换一位办理人，限一次", "icon": "people"},
    {"url": "#", "title": "看期限怎么算的", "icon": "cal"},
    {"url": "#", "title": "撤回诉求", "icon": "x"},
]
ICONS = (
    "home chat plus back right down wheel cup phone bell check x clock warn info pin bolt bed drop bowl park wifi aid "
    "scale car yuan route ban file gift shield more camera lock find inbox chart people user flag rules office save "
    "cal hash up scissors wrench heart menu out swap star key pen eye print"
)
