"""Make the table of the cache that counts failures to sign in, so that `migrate` is enough."""

from django.core.management import call_command
from django.db import migrations


def make_cache_table(apps, schema_editor):
    call_command(
        "createcachetable", "sign_in_cache", database=schema_editor.connection.alias, verbosity=0
    )


class Migration(migrations.Migration):
    dependencies = [
        ("programs", "0016_compare_rows_as_sets"),
    ]

    operations = [
        migrations.RunPython(make_cache_table, migrations.RunPython.noop),
    ]
