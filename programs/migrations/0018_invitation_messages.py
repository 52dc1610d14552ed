"""Keep addresses as short as names of accounts, and say what a constraint refuses."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programs", "0017_sign_in_cache"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="invitation",
            name="email",
            field=models.EmailField(max_length=150, verbose_name="email address"),
        ),
        migrations.AlterConstraint(
            model_name="invitation",
            name="invitation_names_the_organization_of_staff",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("organization__isnull", False), ("role", 1)),
                    models.Q(("organization__isnull", True), ("role__in", [2, 3])),
                    _connector="OR",
                ),
                name="invitation_names_the_organization_of_staff",
                violation_error_message="Facility staff need an organization; editors and administrators have none.",
            ),
        ),
    ]
