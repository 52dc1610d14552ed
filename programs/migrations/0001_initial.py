import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import phonenumber_field.modelfields
from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations, models

import programs.models.vocabulary


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        migrations.CreateModel(
            name="Facility",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=160, verbose_name="name")),
                (
                    "branch",
                    models.CharField(
                        blank=True, max_length=160, verbose_name="branch or second name"
                    ),
                ),
                ("street1", models.CharField(blank=True, max_length=120, verbose_name="street")),
                (
                    "street2",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="street, second line"
                    ),
                ),
                ("city", models.CharField(max_length=80, verbose_name="city or town")),
                ("state", models.CharField(max_length=2, verbose_name="state")),
                (
                    "zip_code",
                    models.CharField(
                        blank=True,
                        max_length=5,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^\\d{5}$", "A ZIP code has five digits."
                            )
                        ],
                        verbose_name="ZIP code",
                    ),
                ),
                (
                    "latitude",
                    models.FloatField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(-90),
                            django.core.validators.MaxValueValidator(90),
                        ],
                        verbose_name="latitude in degrees",
                    ),
                ),
                (
                    "longitude",
                    models.FloatField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(-180),
                            django.core.validators.MaxValueValidator(180),
                        ],
                        verbose_name="longitude in degrees",
                    ),
                ),
                (
                    "location_precision",
                    models.CharField(
                        choices=[
                            ("address", "Street address"),
                            ("zip", "Middle of the ZIP code"),
                            ("city", "Middle of the town"),
                            ("county", "Middle of the county"),
                            ("none", "Not known"),
                        ],
                        default="none",
                        max_length=8,
                        verbose_name="location precision",
                    ),
                ),
                (
                    "address_is_public",
                    models.BooleanField(default=True, verbose_name="address is public"),
                ),
                ("website", models.URLField(blank=True, verbose_name="web site")),
                (
                    "is_invented",
                    models.BooleanField(default=False, editable=False, verbose_name="invented"),
                ),
            ],
            options={
                "verbose_name": "facility",
                "verbose_name_plural": "facilities",
            },
        ),
        migrations.CreateModel(
            name="ImportRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("dry_run", "Dry run: nothing was changed"),
                            ("applied", "Applied"),
                        ],
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                ("file_name", models.CharField(max_length=255, verbose_name="file")),
                (
                    "file_sha256",
                    models.CharField(max_length=64, verbose_name="SHA-256 of the file"),
                ),
                ("edition", models.PositiveSmallIntegerField(verbose_name="edition")),
                ("started_at", models.DateTimeField(verbose_name="started")),
                ("finished_at", models.DateTimeField(verbose_name="finished")),
                ("counts", models.JSONField(default=dict, verbose_name="counts")),
            ],
            options={
                "verbose_name": "import run",
                "verbose_name_plural": "import runs",
            },
        ),
        migrations.CreateModel(
            name="Organization",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=160, verbose_name="name")),
                ("website", models.URLField(blank=True, verbose_name="web site")),
            ],
            options={
                "verbose_name": "organization",
                "verbose_name_plural": "organizations",
            },
        ),
        migrations.CreateModel(
            name="Program",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(blank=True, max_length=160, verbose_name="name")),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("whole_site", "As reported for the whole site"),
                            ("program", "One program"),
                        ],
                        default="whole_site",
                        max_length=10,
                        verbose_name="scope",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("published", "Published"),
                            ("draft", "Draft"),
                            ("closed", "Closed"),
                        ],
                        default="published",
                        max_length=9,
                        verbose_name="status",
                    ),
                ),
            ],
            options={
                "verbose_name": "program",
                "verbose_name_plural": "programs",
            },
        ),
        migrations.CreateModel(
            name="Source",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("slug", models.SlugField(max_length=60, unique=True, verbose_name="slug")),
                ("name", models.CharField(max_length=160, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("facility", "The facility itself"),
                            ("staff", "Checked by our staff"),
                            ("federal_api", "Federal locator"),
                            ("federal_directory", "Federal directory"),
                            ("sample", "Invented sample"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("url", models.URLField(blank=True, verbose_name="web address")),
                (
                    "published_on",
                    models.DateField(blank=True, null=True, verbose_name="published on"),
                ),
                (
                    "date_precision",
                    models.CharField(
                        choices=[("day", "Day"), ("year", "Year")],
                        default="day",
                        max_length=4,
                        verbose_name="dates are known to the",
                    ),
                ),
            ],
            options={
                "verbose_name": "source",
                "verbose_name_plural": "sources",
            },
        ),
        migrations.CreateModel(
            name="Facet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "slug",
                    models.SlugField(
                        help_text="With underscores",
                        max_length=40,
                        unique=True,
                        validators=[programs.models.vocabulary.refuse_reserved],
                        verbose_name="slug",
                    ),
                ),
                ("label", models.CharField(max_length=80, verbose_name="label")),
                ("definition", models.TextField(blank=True, verbose_name="plain definition")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("care", "Level of care"),
                            ("medication", "Medicine"),
                            ("coverage", "Payment"),
                            ("feature", "Feature"),
                        ],
                        max_length=12,
                        verbose_name="kind of fact",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                (
                    "is_common",
                    models.BooleanField(
                        default=False,
                        help_text="Shown open in the search form",
                        verbose_name="most used",
                    ),
                ),
                (
                    "shelf_life_months",
                    models.PositiveSmallIntegerField(
                        default=12,
                        help_text="After this, a page says when the fact was last checked and to call",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="shelf life in months",
                    ),
                ),
            ],
            options={
                "verbose_name": "facet",
                "verbose_name_plural": "facets",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["care", "medication", "coverage", "feature"])
                        ),
                        name="facet_kind_is_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ConfidentialAddress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("street1", models.CharField(max_length=120, verbose_name="street")),
                (
                    "street2",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="street, second line"
                    ),
                ),
                (
                    "zip_code",
                    models.CharField(
                        blank=True,
                        max_length=5,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^\\d{5}$", "A ZIP code has five digits."
                            )
                        ],
                        verbose_name="ZIP code",
                    ),
                ),
                (
                    "facility",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="confidential_address",
                        to="programs.facility",
                        verbose_name="facility",
                    ),
                ),
            ],
            options={
                "verbose_name": "confidential address",
                "verbose_name_plural": "confidential addresses",
            },
        ),
        migrations.CreateModel(
            name="FederalCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("category", models.CharField(max_length=8, verbose_name="category")),
                ("code", models.CharField(max_length=8, verbose_name="code")),
                ("official_label", models.CharField(max_length=200, verbose_name="official label")),
                (
                    "editions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        size=None,
                        verbose_name="editions",
                    ),
                ),
                ("not_used_because", models.TextField(blank=True, verbose_name="not used because")),
            ],
            options={
                "verbose_name": "federal code",
                "verbose_name_plural": "federal codes",
                "constraints": [
                    models.UniqueConstraint(fields=("category", "code"), name="federal_code_unique")
                ],
            },
        ),
        migrations.AddField(
            model_name="facility",
            name="organization",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="facilities",
                to="programs.organization",
                verbose_name="organization",
            ),
        ),
        migrations.CreateModel(
            name="Place",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("zip", "ZIP code"),
                            ("city", "City or town"),
                            ("county", "County"),
                            ("state", "State"),
                        ],
                        max_length=6,
                        verbose_name="kind",
                    ),
                ),
                ("key", models.CharField(max_length=80)),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("state", models.CharField(max_length=2, verbose_name="state")),
                ("latitude", models.FloatField(verbose_name="latitude in degrees")),
                ("longitude", models.FloatField(verbose_name="longitude in degrees")),
                ("zip_count", models.PositiveIntegerField(default=1, verbose_name="ZIP codes")),
                (
                    "county",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="programs.place",
                        verbose_name="county",
                    ),
                ),
            ],
            options={
                "verbose_name": "place",
                "verbose_name_plural": "places",
            },
        ),
        migrations.AddField(
            model_name="facility",
            name="county",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                to="programs.place",
                verbose_name="county",
            ),
        ),
        migrations.CreateModel(
            name="SearchRow",
            fields=[
                (
                    "program",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="programs.program",
                    ),
                ),
                ("cell", models.IntegerField(null=True)),
                ("x", models.FloatField(null=True)),
                ("y", models.FloatField(null=True)),
                ("z", models.FloatField(null=True)),
                ("state", models.CharField(max_length=2)),
                ("confirmed_on", models.DateField(null=True)),
                ("word0", models.BigIntegerField()),
                ("word1", models.BigIntegerField()),
                ("word2", models.BigIntegerField()),
                ("word3", models.BigIntegerField()),
                ("word4", models.BigIntegerField()),
                ("word5", models.BigIntegerField()),
                ("denied0", models.BigIntegerField(null=True)),
                ("denied1", models.BigIntegerField(null=True)),
                ("denied2", models.BigIntegerField(null=True)),
                ("denied3", models.BigIntegerField(null=True)),
                ("denied4", models.BigIntegerField(null=True)),
                ("denied5", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="program",
            name="facility",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="programs",
                to="programs.facility",
                verbose_name="facility",
            ),
        ),
        migrations.CreateModel(
            name="ImportItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("changed", "Changed"),
                            ("unchanged", "Unchanged"),
                            ("gone", "Not in this file"),
                            ("conflict", "Conflict with a confirmed fact"),
                            ("review", "For a person to look at"),
                            ("rejected", "Rejected"),
                        ],
                        max_length=9,
                        verbose_name="action",
                    ),
                ),
                (
                    "row_number",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="row of the file"
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=330, verbose_name="name")),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                ("detail", models.JSONField(blank=True, default=dict, verbose_name="detail")),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="programs.importrun",
                        verbose_name="import run",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="programs.program",
                        verbose_name="program",
                    ),
                ),
            ],
            options={
                "verbose_name": "import line",
                "verbose_name_plural": "import lines",
            },
        ),
        migrations.AddField(
            model_name="importrun",
            name="source",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="import_runs",
                to="programs.source",
                verbose_name="source",
            ),
        ),
        migrations.CreateModel(
            name="FederalRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row_number", models.PositiveIntegerField(verbose_name="row of the file")),
                ("row", models.JSONField(verbose_name="row")),
                ("fingerprint", models.CharField(max_length=64)),
                (
                    "program",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="federal_record",
                        to="programs.program",
                        verbose_name="program",
                    ),
                ),
                (
                    "missing_since",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="programs.source",
                        verbose_name="not in the list since",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="programs.source",
                        verbose_name="release",
                    ),
                ),
            ],
            options={
                "verbose_name": "federal record",
                "verbose_name_plural": "federal records",
            },
        ),
        migrations.CreateModel(
            name="Term",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("slug", models.SlugField(help_text="With underscores", verbose_name="slug")),
                ("label", models.CharField(max_length=120, verbose_name="label")),
                ("definition", models.TextField(verbose_name="plain definition")),
                (
                    "synonyms",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        blank=True,
                        default=list,
                        help_text="What people type, separated by commas",
                        size=None,
                        verbose_name="search words",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                (
                    "facet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="terms",
                        to="programs.facet",
                        verbose_name="facet",
                    ),
                ),
            ],
            options={
                "verbose_name": "term",
                "verbose_name_plural": "terms",
            },
        ),
        migrations.CreateModel(
            name="SearchSlot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "aspect",
                    models.CharField(
                        choices=[
                            ("offers", "Gives it, or says it uses it"),
                            ("start", "Can start me on it"),
                            ("stay", "Lets me stay on it"),
                            ("any", "Any of these"),
                        ],
                        max_length=8,
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(unique=True)),
                (
                    "term",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="slots",
                        to="programs.term",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MedicationFact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reported_on", models.DateField(verbose_name="reported on")),
                (
                    "confirmed_on",
                    models.DateField(blank=True, null=True, verbose_name="confirmed on"),
                ),
                (
                    "relation",
                    models.CharField(
                        choices=[
                            ("starts_and_continues", "Can start you on it and keep you on it"),
                            ("continues_only", "Can continue it"),
                            ("time_limited", "For a set time"),
                            ("taper_only", "Only for withdrawal, not long-term"),
                            (
                                "accepts_elsewhere",
                                "You can keep taking it. Someone else prescribes it",
                            ),
                            ("reports_use_unspecified", "Reports using it. Ask how"),
                            ("does_not_use", "Doesn't use it. Ask if you can stay on yours"),
                            ("does_not_accept", "Does not accept people on this medicine"),
                            ("not_applicable", "Does not treat the condition this medicine is for"),
                        ],
                        max_length=24,
                        verbose_name="relation",
                    ),
                ),
                (
                    "answer",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(
                                relation__in=["does_not_accept", "does_not_use", "not_applicable"],
                                then=models.Value("no"),
                            ),
                            default=models.Value("yes"),
                        ),
                        output_field=models.CharField(
                            choices=[("yes", "Yes"), ("no", "No")], max_length=3
                        ),
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="programs.program",
                        verbose_name="program",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="programs.source",
                        verbose_name="source",
                    ),
                ),
                (
                    "term",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="programs.term",
                        verbose_name="term",
                    ),
                ),
            ],
            options={
                "verbose_name": "medicine",
                "verbose_name_plural": "medicines",
            },
        ),
        migrations.CreateModel(
            name="FeatureFact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reported_on", models.DateField(verbose_name="reported on")),
                (
                    "confirmed_on",
                    models.DateField(blank=True, null=True, verbose_name="confirmed on"),
                ),
                (
                    "answer",
                    models.CharField(
                        choices=[("yes", "Yes"), ("no", "No")],
                        default="yes",
                        max_length=3,
                        verbose_name="answer",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="programs.program",
                        verbose_name="program",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="programs.source",
                        verbose_name="source",
                    ),
                ),
                (
                    "term",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="programs.term",
                        verbose_name="term",
                    ),
                ),
            ],
            options={
                "verbose_name": "feature",
                "verbose_name_plural": "features",
            },
        ),
        migrations.CreateModel(
            name="CoverageFact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reported_on", models.DateField(verbose_name="reported on")),
                (
                    "confirmed_on",
                    models.DateField(blank=True, null=True, verbose_name="confirmed on"),
                ),
                (
                    "relation",
                    models.CharField(
                        choices=[
                            ("in_network", "In network"),
                            (
                                "accepts_network_unknown",
                                "Says it accepts this. Ask if it is in network for your plan",
                            ),
                            ("out_of_network_only", "Out of network only"),
                            ("accepts", "Offered"),
                            ("does_not_accept", "Does not accept this"),
                        ],
                        max_length=24,
                        verbose_name="relation",
                    ),
                ),
                (
                    "plan",
                    models.CharField(blank=True, max_length=120, verbose_name="plan or network"),
                ),
                (
                    "state",
                    models.CharField(blank=True, max_length=2, verbose_name="state of the plan"),
                ),
                (
                    "answer",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(relation="does_not_accept", then=models.Value("no")),
                            default=models.Value("yes"),
                        ),
                        output_field=models.CharField(
                            choices=[("yes", "Yes"), ("no", "No")], max_length=3
                        ),
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="programs.program",
                        verbose_name="program",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="programs.source",
                        verbose_name="source",
                    ),
                ),
                (
                    "term",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="programs.term",
                        verbose_name="term",
                    ),
                ),
            ],
            options={
                "verbose_name": "payment",
                "verbose_name_plural": "payment",
            },
        ),
        migrations.CreateModel(
            name="CodeStatement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        choices=[("yes", "Yes"), ("no", "No")], default="yes", max_length=3
                    ),
                ),
                (
                    "medication_relation",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("starts_and_continues", "Can start you on it and keep you on it"),
                            ("continues_only", "Can continue it"),
                            ("time_limited", "For a set time"),
                            ("taper_only", "Only for withdrawal, not long-term"),
                            (
                                "accepts_elsewhere",
                                "You can keep taking it. Someone else prescribes it",
                            ),
                            ("reports_use_unspecified", "Reports using it. Ask how"),
                            ("does_not_use", "Doesn't use it. Ask if you can stay on yours"),
                            ("does_not_accept", "Does not accept people on this medicine"),
                            ("not_applicable", "Does not treat the condition this medicine is for"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "network_relation",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("in_network", "In network"),
                            (
                                "accepts_network_unknown",
                                "Says it accepts this. Ask if it is in network for your plan",
                            ),
                            ("out_of_network_only", "Out of network only"),
                            ("accepts", "Offered"),
                            ("does_not_accept", "Does not accept this"),
                        ],
                        max_length=24,
                    ),
                ),
                ("detail", models.JSONField(blank=True, default=dict)),
                (
                    "only_with",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8),
                        blank=True,
                        default=list,
                        help_text="Counts only if the same row has one of these codes",
                        size=None,
                    ),
                ),
                (
                    "only_without",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8),
                        blank=True,
                        default=list,
                        help_text="Counts only if the same row has none of these codes",
                        size=None,
                    ),
                ),
                (
                    "needs_review_without",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8),
                        blank=True,
                        default=list,
                        help_text="Queued for a person if the same row has none of these codes",
                        size=None,
                    ),
                ),
                (
                    "code",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="statements",
                        to="programs.federalcode",
                    ),
                ),
                (
                    "term",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="federal_statements",
                        to="programs.term",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CareFact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reported_on", models.DateField(verbose_name="reported on")),
                (
                    "confirmed_on",
                    models.DateField(blank=True, null=True, verbose_name="confirmed on"),
                ),
                (
                    "answer",
                    models.CharField(
                        choices=[("yes", "Yes"), ("no", "No")],
                        default="yes",
                        max_length=3,
                        verbose_name="answer",
                    ),
                ),
                (
                    "hours_per_week_min",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="hours a week, from"
                    ),
                ),
                (
                    "hours_per_week_max",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="hours a week, to"
                    ),
                ),
                (
                    "length_days_min",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="length in days, from",
                    ),
                ),
                (
                    "length_days_max",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="length in days, to"
                    ),
                ),
                (
                    "overnight",
                    models.BooleanField(
                        blank=True, null=True, verbose_name="people stay overnight"
                    ),
                ),
                (
                    "asam_level",
                    models.CharField(blank=True, max_length=8, verbose_name="ASAM level"),
                ),
                (
                    "asam_edition",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[(3, "3rd"), (4, "4th")],
                        null=True,
                        verbose_name="ASAM edition",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="programs.program",
                        verbose_name="program",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="programs.source",
                        verbose_name="source",
                    ),
                ),
                (
                    "term",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="programs.term",
                        verbose_name="term",
                    ),
                ),
            ],
            options={
                "verbose_name": "level of care",
                "verbose_name_plural": "levels of care",
            },
        ),
        migrations.CreateModel(
            name="Phone",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "use",
                    models.CharField(
                        choices=[
                            ("main", "Main number"),
                            ("intake", "Intake (to start treatment)"),
                            ("hotline", "Hotline"),
                        ],
                        default="main",
                        max_length=8,
                        verbose_name="use",
                    ),
                ),
                (
                    "number",
                    phonenumber_field.modelfields.PhoneNumberField(
                        max_length=128, region="US", verbose_name="number"
                    ),
                ),
                (
                    "extension",
                    models.CharField(
                        blank=True,
                        max_length=8,
                        validators=[django.core.validators.RegexValidator("^\\d+$")],
                        verbose_name="extension",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                (
                    "facility",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="phones",
                        to="programs.facility",
                        verbose_name="facility",
                    ),
                ),
            ],
            options={
                "verbose_name": "phone",
                "verbose_name_plural": "phones",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("facility", "use", "number", "extension"), name="phone_listed_once"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="place",
            index=models.Index(fields=["key"], name="place_key"),
        ),
        migrations.AddIndex(
            model_name="place",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["key"], name="place_key_trigrams", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.UniqueConstraint(
                fields=("kind", "key", "state"), name="place_unique"
            ),
        ),
        migrations.AddIndex(
            model_name="facility",
            index=models.Index(fields=["state", "city"], name="facility_state_city"),
        ),
        migrations.AddIndex(
            model_name="facility",
            index=models.Index(
                condition=models.Q(("is_invented", True)),
                fields=["is_invented"],
                name="facility_invented",
            ),
        ),
        migrations.AddConstraint(
            model_name="facility",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("latitude__isnull", True),
                        ("location_precision", "none"),
                        ("longitude__isnull", True),
                    ),
                    models.Q(
                        ("latitude__range", (-90, 90)),
                        ("longitude__range", (-180, 180)),
                        models.Q(("location_precision", "none"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="facility_coordinates_fit_their_precision",
            ),
        ),
        migrations.AddConstraint(
            model_name="facility",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("address_is_public", True),
                    models.Q(
                        ("location_precision__in", ["county", "none"]),
                        ("street1", ""),
                        ("street2", ""),
                        ("zip_code", ""),
                    ),
                    _connector="OR",
                ),
                name="facility_confidential_address_is_kept_apart",
            ),
        ),
        migrations.AddField(
            model_name="searchrow",
            name="county",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="programs.place",
            ),
        ),
        migrations.AddConstraint(
            model_name="program",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["published", "draft", "closed"])),
                name="program_status_is_known",
            ),
        ),
        migrations.AddIndex(
            model_name="importitem",
            index=models.Index(fields=["run", "action", "row_number"], name="import_item_order"),
        ),
        migrations.AddConstraint(
            model_name="federalrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(("row_number__gte", 1)), name="federal_record_row_is_numbered"
            ),
        ),
        migrations.AddConstraint(
            model_name="term",
            constraint=models.UniqueConstraint(
                fields=("facet", "slug"), name="term_slug_unique_in_facet"
            ),
        ),
        migrations.AddConstraint(
            model_name="searchslot",
            constraint=models.UniqueConstraint(
                fields=("term", "aspect"), name="slot_unique_for_aspect"
            ),
        ),
        migrations.AddConstraint(
            model_name="searchslot",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__lt", 378)), name="slot_fits_the_projection"
            ),
        ),
        migrations.AddConstraint(
            model_name="medicationfact",
            constraint=models.UniqueConstraint(
                fields=("program", "term", "relation"), name="medication_relation_stated_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="medicationfact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "relation__in",
                        [
                            "starts_and_continues",
                            "continues_only",
                            "time_limited",
                            "taper_only",
                            "accepts_elsewhere",
                            "reports_use_unspecified",
                            "does_not_use",
                            "does_not_accept",
                            "not_applicable",
                        ],
                    )
                ),
                name="medication_relation_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="medicationfact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("relation", "does_not_accept"), _negated=True),
                    ("confirmed_on__isnull", False),
                    _connector="OR",
                ),
                name="medication_refusal_was_checked",
            ),
        ),
        migrations.AddConstraint(
            model_name="featurefact",
            constraint=models.UniqueConstraint(
                fields=("program", "term"), name="feature_stated_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="featurefact",
            constraint=models.CheckConstraint(
                condition=models.Q(("answer__in", ["yes", "no"])), name="feature_answer_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="coveragefact",
            constraint=models.UniqueConstraint(
                fields=("program", "term", "plan"), name="coverage_stated_once_a_plan"
            ),
        ),
        migrations.AddConstraint(
            model_name="coveragefact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "relation__in",
                        [
                            "in_network",
                            "accepts_network_unknown",
                            "out_of_network_only",
                            "accepts",
                            "does_not_accept",
                        ],
                    )
                ),
                name="coverage_relation_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="coveragefact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("relation", "in_network"), _negated=True),
                    models.Q(("plan", ""), _negated=True),
                    _connector="OR",
                ),
                name="coverage_in_network_names_a_plan",
            ),
        ),
        migrations.AddConstraint(
            model_name="codestatement",
            constraint=models.UniqueConstraint(
                fields=("code", "term", "medication_relation"), name="code_states_a_term_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="carefact",
            constraint=models.UniqueConstraint(fields=("program", "term"), name="care_stated_once"),
        ),
        migrations.AddConstraint(
            model_name="carefact",
            constraint=models.CheckConstraint(
                condition=models.Q(("answer__in", ["yes", "no"])), name="care_answer_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="carefact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("hours_per_week_min__isnull", True),
                    ("hours_per_week_max__isnull", True),
                    ("hours_per_week_min__lte", models.F("hours_per_week_max")),
                    _connector="OR",
                ),
                name="care_hours_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="carefact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("length_days_min__isnull", True),
                    ("length_days_max__isnull", True),
                    ("length_days_min__lte", models.F("length_days_max")),
                    _connector="OR",
                ),
                name="care_length_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="carefact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("asam_edition__isnull", True), ("asam_level", "")),
                    models.Q(
                        models.Q(("asam_level", ""), _negated=True), ("asam_edition__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="care_asam_level_has_its_edition",
            ),
        ),
        migrations.AddIndex(
            model_name="searchrow",
            index=models.Index(fields=["cell"], name="search_row_cell"),
        ),
        migrations.AddIndex(
            model_name="searchrow",
            index=models.Index(fields=["state"], name="search_row_state"),
        ),
    ]
