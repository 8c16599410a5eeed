"""How a person is greeted: pure."""

_DOUBLE = frozenset(
    [
        *("欧阳", "司马", "上官", "诸葛", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "东方", "南宫", "西门"),
        *("司徒", "司空", "长孙", "宇文", "独孤", "轩辕", "申屠", "太史", "端木", "澹台", "钟离", "闻人"),
    ]
)


def family_name(name: str) -> str:
    """周 of 周建平, 欧阳 of 欧阳锋; a name with a dot or in another script is kept as far as the dot or whole."""
    name = name.strip()
    if not name:
        return ""
    if "·" in name:
        return name.partition("·")[0]
    if not all("\u4e00" <= character <= "\u9fff" for character in name):
        return name
    return name[:2] if name[:2] in _DOUBLE and len(name) > 2 else name[:1]


def part_of_day(hour: int) -> str:
    """Which greeting belongs to a Beijing hour."""
    if hour < 5:
        return "night"
    if hour < 11:
        return "morning"
    if hour < 13:
        return "noon"
    return "afternoon" if hour < 18 else "evening"
