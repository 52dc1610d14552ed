"""Order the index of the search projection by latitude inside a cell, for circles in crowded ones."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programs", "0003_vocabulary_version"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="searchrow",
            name="search_row_cell",
        ),
        migrations.AddIndex(
            model_name="searchrow",
            index=models.Index(fields=["cell", "z"], name="search_row_cell_z"),
        ),
    ]
