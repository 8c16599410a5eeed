"""Loading in two processes, and after a crash."""

import datetime

from appeals.models import Appeal
from demo import grouped, loading
from portal.models import JobRun
from tests import world
from tests.demo.ground import forget_the_world

NOW = datetime.datetime(2026, 11, 23, 15, 30, tzinfo=world.BEIJING)


def test_two_processes_file_a_part_each_and_a_lost_part_is_filed_the_next_time(committed: str) -> None:
    forget_the_world()
    lost = JobRun.objects.create(name="demo: appeals 2/2", started_at=NOW, finished_at=NOW)
    assert loading.load(now=NOW, number=8, parts=2)
    assert Appeal.objects.count() == 4 + grouped.CASES
    lost.delete()
    assert loading.load(now=NOW, number=8, parts=2)
    assert Appeal.objects.count() == 8 + grouped.CASES
    assert JobRun.objects.filter(name__startswith="demo: ").count() == 8
    assert not loading.load(now=NOW, number=8, parts=2)
