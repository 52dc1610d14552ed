"""Index the projection as pages are ordered: a strip of latitude in a cell, or last confirmed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programs", "0004_search_names"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="searchrow",
            name="search_row_cell",
        ),
        migrations.RemoveIndex(
            model_name="searchrow",
            name="search_row_state",
        ),
        migrations.AddIndex(
            model_name="searchrow",
            index=models.Index(fields=["cell", "z"], name="search_row_cell_z"),
        ),
        migrations.AddIndex(
            model_name="searchrow",
            index=models.Index(
                models.F("state"),
                models.OrderBy(models.F("confirmed_on"), descending=True, nulls_last=True),
                models.F("program"),
                name="search_row_state_confirmed",
            ),
        ),
        migrations.AddIndex(
            model_name="searchrow",
            index=models.Index(
                models.OrderBy(models.F("confirmed_on"), descending=True, nulls_last=True),
                models.F("program"),
                name="search_row_confirmed",
            ),
        ),
    ]
