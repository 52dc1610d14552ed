"""Index the programs that serve states by program: it is known to be small, and plans are kept."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programs", "0021_add_update_links"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="searchrow",
            name="search_row_serves",
        ),
        migrations.AddIndex(
            model_name="searchrow",
            index=models.Index(
                condition=models.Q(("serves__isnull", False)),
                fields=["program"],
                name="search_row_serves",
            ),
        ),
    ]
