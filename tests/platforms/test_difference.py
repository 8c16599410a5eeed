"""Two versions of a rule, clause by clause."""

from hypothesis import given
from hypothesis import strategies as st

from platforms import difference
from platforms.difference import ADDED, CHANGED, GONE, KEPT, NEW, REMOVED, SAME

BEFORE = """派单顺序：距离占七成，服务分占三成。
低分处理：低于 80 分，提示改进。
长途单：可拒接 3 次。
休息：满 4 小时停派。"""
AFTER = """派单顺序：距离占五成，服务分占五成。
低分处理：低于 90 分，提示改进。
加分：最多 5 分。
休息：满 4 小时停派。"""


def test_clauses_are_matched_by_their_heading_and_keep_the_new_order() -> None:
    compared = difference.compare(BEFORE, AFTER)
    assert [(clause.heading, clause.state) for clause in compared] == [
        ("派单顺序", CHANGED),
        ("低分处理", CHANGED),
        ("长途单", REMOVED),
        ("加分", ADDED),
        ("休息", KEPT),
    ]
    assert difference.changes(BEFORE, AFTER) == {CHANGED: 2, ADDED: 1, REMOVED: 1}


def test_a_number_changes_as_a_whole_and_the_rest_stays() -> None:
    clause = difference.compare(BEFORE, AFTER)[1]
    assert [(piece.text, piece.kind) for piece in clause.old] == [
        ("低于 ", SAME),
        ("80", GONE),
        (" 分，提示改进。", SAME),
    ]
    assert [(piece.text, piece.kind) for piece in clause.new] == [
        ("低于 ", SAME),
        ("90", NEW),
        (" 分，提示改进。", SAME),
    ]


def test_a_line_without_a_heading_belongs_to_the_clause_above() -> None:
    assert difference.clauses("前言\n一：甲\n乙\n\n二：丙") == {"": "前言", "一": "甲\n乙", "二": "丙"}


def test_the_same_text_has_no_changes() -> None:
    assert {clause.state for clause in difference.compare(BEFORE, BEFORE)} == {KEPT}


@given(st.text("甲乙丙丁，。80 9A", max_size=40), st.text("甲乙丙丁，。80 9A", max_size=40))
def test_the_pieces_put_together_are_the_two_texts_again(old: str, new: str) -> None:
    for clause in difference.compare(f"条：{old}", f"条：{new}"):
        assert "".join(piece.text for piece in clause.old) == difference.clauses(f"条：{old}")["条"]
        assert "".join(piece.text for piece in clause.new) == difference.clauses(f"条：{new}")["条"]
        assert NEW not in {piece.kind for piece in clause.old}
        assert GONE not in {piece.kind for piece in clause.new}
