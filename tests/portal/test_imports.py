"""Registers filled from files: checked, written, written again, taken back."""

import csv
import datetime
import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from drivers.actions import forgetting
from drivers.models import Driver, Engagement
from platforms.models import Company
from portal.actions import importing, imports
from portal.errors import Refused
from portal.imports.tables import tables
from portal.models import Event, Import, ImportedRow, ImportProblem, Organisation, Post, Role, RowUndone
from tests import world

HEAD = ["姓名", "手机号", "驾驶证号", "区县", "从业起始日期"]
NOW = world.NOW


@pytest.fixture
def office(db: None) -> Post:
    return world.a_post(Role.SYSTEM_ADMIN, world.department())


def driver_row(number: int, **more: str) -> list[str]:
    return [
        more.get("name", "周建平"),
        more.get("phone", f"139{number:08d}"),
        more.get("licence", f"5105021990{number:08d}"),
        more.get("place", world.district().code),
        more.get("since", "2024-03-01"),
    ]


def csv_file(rows: list[list[Any]], head: list[str] = HEAD, encoding: str = "utf-8") -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows([head, *rows])
    return written.getvalue().encode(encoding)


def asked(office: Post, content: bytes, table: str = "drivers.drivers", name: str = "司机.csv") -> Import:
    """Handed in and checked."""
    run = imports.ask(tables()[table], [content], file_name=name, by=office.person, post=office, now=NOW)
    importing.work(run.pk, clock=lambda: NOW)
    run.refresh_from_db()
    return run


def written(office: Post, run: Import) -> Import:
    imports.start(run.pk, by=office.person, post=office, now=NOW)
    importing.work(run.pk, clock=lambda: NOW)
    run.refresh_from_db()
    return run


def undone(office: Post, run: Import) -> Import:
    imports.undo(run.pk, by=office.person, post=office, now=NOW)
    importing.work(run.pk, clock=lambda: NOW)
    run.refresh_from_db()
    return run


def counts(run: Import) -> tuple[int, int, int, int]:
    return run.created, run.changed, run.same, run.problems


def problems(run: Import) -> list[tuple[int, str, str]]:
    return list(ImportProblem.objects.filter(run=run).order_by("line", "pk").values_list("line", "column", "kind"))


def test_drivers_are_entered_once_and_the_same_file_changes_nothing(office: Post) -> None:
    content = csv_file([driver_row(1), driver_row(2)], encoding="gb18030")
    run = asked(office, content)
    assert (run.state, run.rows, counts(run), Driver.objects.count()) == ("checked", 2, (2, 0, 0, 0), 0)
    run = written(office, run)
    assert (run.state, counts(run), run.file_key) == ("done", (2, 0, 0, 0), "")
    driver = Driver.objects.with_licence("510502199000000001")
    assert driver is not None
    assert (driver.name, driver.phone, driver.place) == ("周建平", "13900000001", world.district())
    again = asked(office, content)
    assert (again.state, counts(again)) == ("checked", (0, 0, 2, 0))
    with pytest.raises(Refused):
        imports.start(again.pk, by=office.person, post=office, now=NOW)


def test_each_problem_says_where_it_is_and_the_rest_is_written(office: Post) -> None:
    rows = [
        driver_row(1),
        driver_row(1, name="吴小兵"),
        driver_row(3, name=""),
        driver_row(4, phone="1390000"),
        driver_row(5, licence="5.10502E+17"),
        driver_row(6, name='=HYPERLINK("http://x")'),
        driver_row(7, place="没有区"),
        driver_row(8, since="2024-02-30"),
        driver_row(9),
        ["", " ", "　", "", ""],
    ]
    run = asked(office, csv_file([*rows]))
    assert problems(run) == [
        (3, "", "twice"),
        (4, "name", "needed_for_new"),
        (5, "phone", "not_a_phone"),
        (6, "licence", "rounded"),
        (7, "name", "formula"),
        (8, "district", "no_such_district"),
        (9, "since_date", "no_such_day"),
    ]
    assert (run.rows, run.good, counts(run)) == (9, 2, (2, 0, 0, 7))
    shown = ImportProblem.objects.get(run=run, kind="not_a_phone").shown
    assert shown == "1****00"
    assert written(office, run).created == 2


def test_taking_back_restores_what_was_and_leaves_what_was_touched_since(office: Post) -> None:
    first = written(office, asked(office, csv_file([driver_row(number) for number in range(1, 5)])))
    second = written(
        office,
        asked(office, csv_file([driver_row(1, name="冯志强"), driver_row(2, name="陈桂兰"), driver_row(5)])),
    )
    assert counts(second) == (1, 2, 0, 0)
    touched = Driver.objects.get(name="陈桂兰")
    Driver.objects.filter(pk=touched.pk).update(name="陈桂芳")
    second = undone(office, second)
    assert (second.state, second.refused) == ("undone", 1)
    assert sorted(Driver.objects.values_list("name", flat=True)) == ["周建平", "周建平", "周建平", "陈桂芳"]
    restored = Driver.objects.with_licence("510502199000000001")
    assert restored is not None
    assert (restored.revision, restored.marks) == (2, Driver.objects.with_licence("510502199000000003").marks)  # type: ignore[union-attr]
    assert list(ImportedRow.objects.filter(run=second).order_by("line").values_list("undone", flat=True)) == [
        RowUndone.UNDONE, RowUndone.CHANGED, RowUndone.UNDONE,
    ]  # fmt: skip
    assert not ImportedRow.objects.filter(run=second).exclude(was="").exists()
    used = Driver.objects.with_licence("510502199000000004")
    Engagement.objects.create(driver=used, company=world.a_platform(), from_date=world.LONG_AGO)
    first = undone(office, first)
    assert (first.refused, Driver.objects.count()) == (2, 2)
    assert ImportedRow.objects.get(run=first, record=used.pk).undone == RowUndone.USED  # type: ignore[union-attr]
    with pytest.raises(Refused):
        imports.undo(first.pk, by=office.person, post=office, now=NOW)


def test_what_a_record_said_before_goes_with_the_person_and_is_not_brought_back(office: Post) -> None:
    written(office, asked(office, csv_file([driver_row(1), driver_row(2)])))
    second = written(office, asked(office, csv_file([driver_row(1, name="冯志强"), driver_row(2, name="陈桂兰")])))
    forgotten = Driver.objects.get(name="冯志强")
    forgotten.person = world.a_person()
    forgotten.save(update_fields=["person"])
    forgetting.forget(forgotten.person, now=NOW)
    assert list(ImportedRow.objects.filter(run=second, was="").values_list("record", flat=True)) == [forgotten.pk]
    second = undone(office, second)
    assert (second.refused, sorted(Driver.objects.values_list("name", flat=True))) == (1, ["冯志强", "周建平"])
    assert ImportedRow.objects.get(run=second, record=forgotten.pk).undone == RowUndone.GONE


def test_a_record_tells_which_files_filled_it(office: Post) -> None:
    for name in ("周建平", "冯志强"):
        written(office, asked(office, csv_file([driver_row(1, name=name)])))
    driver = Driver.objects.get()
    browser = world.signed_in(office.person, office)
    page = browser.get(f"/desk/drivers/{driver.code}/").content.decode()
    newer, older = page.index("从文件导入变更"), page.index("从文件导入登记")
    assert newer < older
    assert page.count("文件“司机.csv”第 2 行") == 2
    assert "周建平" not in page[newer:]
    assert page[newer:older].count("姓名") == 1
    assert page[newer:].count(office.person.name) == 2


COMPANY_HEAD = ["企业名称", "类型", "统一社会信用代码", "公司标识", "地址"]


def test_a_number_of_one_company_under_two_names_is_a_problem_of_the_row(office: Post) -> None:
    address = 'C:\\路径\\t "引号", {括号}'
    rows = [
        ["川行约车有限公司", "平台", "91510500MA6ABCDE1F", "CX01", address],
        ["川行租赁有限公司", "租赁", "91510500MA6ABCDE1F", "", ""],
        ["天府快驾有限公司", "平台", "91510500MA6ABCDE2F", "CX01", ""],
        ["蜀程出行有限公司", "平台", "91510500MA6ABCDE3F", "", ""],
        ["蜀运出行有限公司", "平台", "91510500MA6ABCDE4F", "", ""],
    ]
    run = asked(office, csv_file(rows, COMPANY_HEAD), "platforms.companies")
    assert problems(run) == [(3, "credit_code", "in_another_row"), (4, "feed_id", "in_another_row")]
    assert (run.good, written(office, run).state, Company.objects.filter(credit_code__startswith="9151").count()) == (
        3, "done", 3,
    )  # fmt: skip
    company = Company.objects.select_related("organisation").get(feed_id="CX01")
    assert (company.address, company.organisation.name) == (address, "川行约车有限公司")
    assert "川行" in company.marks
    assert Organisation.objects.get(pk=company.organisation_id).path == f"{company.code}/"


def killed_after(batches: int) -> Iterator[None]:
    for _number in range(batches):
        yield
    raise KeyboardInterrupt


def test_an_import_that_was_cut_off_goes_on_where_it_stood(office: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tables()["drivers.drivers"]
    monkeypatch.setattr(type(table), "batch_rows", 2)
    run = asked(office, csv_file([driver_row(number) for number in range(7)]))
    imports.start(run.pk, by=office.person, post=office, now=NOW)
    steps, write = killed_after(2), type(table).write

    def dying(self: Any, *given: Any) -> Any:
        next(steps)
        return write(self, *given)

    with monkeypatch.context() as patched:
        patched.setattr(type(table), "write", dying)
        with pytest.raises(KeyboardInterrupt):
            importing.work(run.pk, clock=lambda: NOW)
    run.refresh_from_db()
    assert (run.state, run.rows_done, Driver.objects.count()) == ("writing", 4, 4)
    assert importing.sweep(now=NOW + importing.SILENT) == 1
    importing.work(run.pk, clock=lambda: NOW)
    run.refresh_from_db()
    assert (run.state, counts(run), Driver.objects.count()) == ("done", (7, 0, 0, 0), 7)
    kinds = (
        Event.objects.filter(subject=f"portal.import:{run.code}").order_by("position").values_list("kind", flat=True)
    )
    assert [kind.partition(".")[2] for kind in kinds] == [
        "import_asked", "import_checked", "import_started", *["drivers_imported"] * 4, "import_written",
    ]  # fmt: skip


def test_a_file_that_kills_its_workers_is_given_up_and_can_be_gone_on_with(
    office: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = asked(office, csv_file([driver_row(1)]))
    imports.start(run.pk, by=office.person, post=office, now=NOW)
    table = type(tables()["drivers.drivers"])
    with monkeypatch.context() as patched:
        patched.setattr(table, "write", lambda *_given: next(killed_after(0)))
        for _try in range(importing.MOST_TRIES):
            with pytest.raises(KeyboardInterrupt):
                importing.work(run.pk, clock=lambda: NOW)
        importing.work(run.pk, clock=lambda: NOW)
    run.refresh_from_db()
    assert (run.state, run.fault) == ("failed", "given_up")
    assert written(office, run).state == "done"


def test_the_next_slice_is_asked_for_once_nobody_holds_the_import(
    office: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = asked(office, csv_file([driver_row(number) for number in range(3)]))
    monkeypatch.setattr(type(tables()["drivers.drivers"]), "batch_rows", 1)
    imports.start(run.pk, by=office.person, post=office, now=NOW)
    hours = (NOW + datetime.timedelta(hours=number) for number in range(99))
    held: list[bool] = []
    monkeypatch.setattr(importing, "knock", lambda _run: held.append(is_claimed(run)))
    importing.work(run.pk, clock=lambda: next(hours))
    run.refresh_from_db()
    assert (run.state, run.rows_done, held) == ("writing", 1, [False])


def is_claimed(run: Import) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s", [importing.CLAIM])
        return bool(cursor.fetchone()[0])


def test_what_stopped_goes_on_only_while_its_file_is_here(office: Post) -> None:
    run = asked(office, csv_file([driver_row(1)]))
    imports.start(run.pk, by=office.person, post=office, now=NOW)
    Import.objects.filter(pk=run.pk).update(state="failed")
    run.refresh_from_db()
    assert imports.goes_on(run)
    importing.sweep(now=NOW + datetime.timedelta(days=400))
    run.refresh_from_db()
    assert not imports.goes_on(run)
    with pytest.raises(Refused):
        imports.start(run.pk, by=office.person, post=office, now=NOW)


def test_one_import_of_a_register_writes_at_a_time(office: Post) -> None:
    first, second = (asked(office, csv_file([driver_row(number)])) for number in (1, 2))
    imports.start(first.pk, by=office.person, post=office, now=NOW)
    with pytest.raises(Refused):
        imports.start(second.pk, by=office.person, post=office, now=NOW)
    importing.work(first.pk, clock=lambda: NOW)
    assert written(office, second).state == "done"


def test_a_city_fills_its_own_register_only(office: Post) -> None:
    own = world.a_post(Role.SYSTEM_ADMIN, world.committee("LZ"))
    other = world.district("CD")
    written(office, asked(office, csv_file([driver_row(1, place=other.code)])))
    run = asked(own, csv_file([driver_row(1, name="冯志强"), driver_row(2, place=other.code), driver_row(3)]))
    assert problems(run) == [(2, "", "other_city"), (3, "district", "other_city")]
    assert run.good == 1


def test_whose_post_ended_meanwhile_writes_nothing(office: Post) -> None:
    run = asked(office, csv_file([driver_row(1)]))
    imports.start(run.pk, by=office.person, post=office, now=NOW)
    Post.objects.filter(pk=office.pk).update(until_date=world.LONG_AGO)
    importing.work(run.pk, clock=lambda: NOW)
    run.refresh_from_db()
    assert (run.state, run.fault, Driver.objects.count()) == ("failed", "not_allowed", 0)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", None),
        (b"\xd0\xcf\x11\xe0 an old one", "old_spreadsheet"),
        ("姓名,手机号".encode("utf-16"), "not_text"),
        (b"PK\x03\x04 not a zip", "broken_xlsx"),
        ("甲,乙\n1,2\n".encode(), "no_headings"),
        ("姓名,手机号\n周建平,13900000001\n".encode(), "heading_missing"),
        ("姓名,驾驶证号,驾驶证号码\n".encode(), "heading_twice"),
        ("姓名,驾驶证号\n".encode(), "no_rows"),
        (b"\xff\xff\x80\x80,\x81\x00", "not_text"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(office: Post, content: bytes, fault: str | None) -> None:
    if fault is None:
        with pytest.raises(Refused):
            asked(office, content)
        return
    run = asked(office, content)
    assert (run.state, run.fault, run.file_key) == ("unreadable", fault, "")
