from django.db import migrations


class Migration(migrations.Migration):
    """The day's budget goes to the ground floor, where every register counts on it; today's counts go along."""

    dependencies = [("appeals", "0009_orders_and_hands"), ("portal", "0005_record_use")]

    operations = [
        migrations.RunSQL(
            "INSERT INTO portal_recorduse (person_id, date, records, stopped_at)"
            " SELECT person_id, date, records, stopped_at FROM appeals_recorduse",
            migrations.RunSQL.noop,
        ),
        migrations.DeleteModel(name="RecordUse"),
    ]
