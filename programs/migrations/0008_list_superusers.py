"""List the superusers there are among the keepers: they are administrators."""

from django.db import migrations

ADMINISTRATOR = 3


def list_superusers(apps, schema_editor):
    Keeper = apps.get_model("programs", "Keeper")
    User = apps.get_model("auth", "User")
    Keeper.objects.bulk_create(
        Keeper(user=user, role=ADMINISTRATOR) for user in User.objects.filter(is_superuser=True)
    )


class Migration(migrations.Migration):
    dependencies = [
        ("programs", "0007_add_keepers"),
    ]

    operations = [
        migrations.RunPython(list_superusers, migrations.RunPython.noop, elidable=True),
    ]
