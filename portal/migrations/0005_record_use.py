import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portal", "0004_administering")]

    operations = [
        migrations.CreateModel(
            name="RecordUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("date", models.DateField()),
                ("records", models.IntegerField(default=0)),
                ("stopped_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="recorduse",
            constraint=models.UniqueConstraint(fields=("person", "date"), name="one_day_of_use_per_person"),
        ),
    ]
