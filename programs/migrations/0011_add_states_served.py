"""Keep the states that a program serves by phone or video, in the projection too."""

from importlib import import_module

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

#: As it stands since 0004, which renamed it.
REFRESH_ROWS = import_module("programs.migrations.0002_search_projection").REFRESH.replace(
    "CREATE FUNCTION programs_refresh_search(",
    "CREATE OR REPLACE FUNCTION programs_refresh_search_rows(",
)
REFRESH_ROWS_WITH_STATES = REFRESH_ROWS.replace(
    "county_id, confirmed_on,\n", "county_id, serves, confirmed_on,\n"
).replace(
    "facility.county_id, confirmed.confirmed_on,",
    "facility.county_id, nullif(program.states_served::text[], '{}'), confirmed.confirmed_on,",
)


class Migration(migrations.Migration):
    dependencies = [
        ("programs", "0010_add_corrections"),
    ]

    operations = [
        migrations.AddField(
            model_name="program",
            name="states_served",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("AL", "Alabama"),
                        ("AK", "Alaska"),
                        ("AZ", "Arizona"),
                        ("AR", "Arkansas"),
                        ("CA", "California"),
                        ("CO", "Colorado"),
                        ("CT", "Connecticut"),
                        ("DE", "Delaware"),
                        ("DC", "District of Columbia"),
                        ("FL", "Florida"),
                        ("GA", "Georgia"),
                        ("HI", "Hawaii"),
                        ("ID", "Idaho"),
                        ("IL", "Illinois"),
                        ("IN", "Indiana"),
                        ("IA", "Iowa"),
                        ("KS", "Kansas"),
                        ("KY", "Kentucky"),
                        ("LA", "Louisiana"),
                        ("ME", "Maine"),
                        ("MD", "Maryland"),
                        ("MA", "Massachusetts"),
                        ("MI", "Michigan"),
                        ("MN", "Minnesota"),
                        ("MS", "Mississippi"),
                        ("MO", "Missouri"),
                        ("MT", "Montana"),
                        ("NE", "Nebraska"),
                        ("NV", "Nevada"),
                        ("NH", "New Hampshire"),
                        ("NJ", "New Jersey"),
                        ("NM", "New Mexico"),
                        ("NY", "New York"),
                        ("NC", "North Carolina"),
                        ("ND", "North Dakota"),
                        ("OH", "Ohio"),
                        ("OK", "Oklahoma"),
                        ("OR", "Oregon"),
                        ("PA", "Pennsylvania"),
                        ("RI", "Rhode Island"),
                        ("SC", "South Carolina"),
                        ("SD", "South Dakota"),
                        ("TN", "Tennessee"),
                        ("TX", "Texas"),
                        ("UT", "Utah"),
                        ("VT", "Vermont"),
                        ("VA", "Virginia"),
                        ("WA", "Washington"),
                        ("WV", "West Virginia"),
                        ("WI", "Wisconsin"),
                        ("WY", "Wyoming"),
                        ("AS", "American Samoa"),
                        ("GU", "Guam"),
                        ("MP", "Northern Mariana Islands"),
                        ("PR", "Puerto Rico"),
                        ("VI", "U.S. Virgin Islands"),
                        ("FM", "Federated States of Micronesia"),
                        ("MH", "Marshall Islands"),
                        ("PW", "Palau"),
                    ],
                    max_length=2,
                ),
                blank=True,
                db_default=[],
                default=list,
                help_text="People anywhere in these states find the program. It needs a license in each. Two letters, separated by commas: AZ, NM. Empty: nobody said.",
                size=None,
                verbose_name="states served by phone or video",
            ),
        ),
        migrations.AddField(
            model_name="searchrow",
            name="serves",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(), null=True, size=None
            ),
        ),
        migrations.AddIndex(
            model_name="place",
            index=models.Index(
                condition=models.Q(("kind", "zip")), fields=["latitude"], name="place_zip_latitude"
            ),
        ),
        migrations.AddIndex(
            model_name="searchrow",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("serves__isnull", False)),
                fastupdate=False,
                fields=["serves"],
                name="search_row_serves",
            ),
        ),
        migrations.AddConstraint(
            model_name="program",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "states_served__contained_by",
                        [
                            "AK",
                            "AL",
                            "AR",
                            "AS",
                            "AZ",
                            "CA",
                            "CO",
                            "CT",
                            "DC",
                            "DE",
                            "FL",
                            "FM",
                            "GA",
                            "GU",
                            "HI",
                            "IA",
                            "ID",
                            "IL",
                            "IN",
                            "KS",
                            "KY",
                            "LA",
                            "MA",
                            "MD",
                            "ME",
                            "MH",
                            "MI",
                            "MN",
                            "MO",
                            "MP",
                            "MS",
                            "MT",
                            "NC",
                            "ND",
                            "NE",
                            "NH",
                            "NJ",
                            "NM",
                            "NV",
                            "NY",
                            "OH",
                            "OK",
                            "OR",
                            "PA",
                            "PR",
                            "PW",
                            "RI",
                            "SC",
                            "SD",
                            "TN",
                            "TX",
                            "UT",
                            "VA",
                            "VI",
                            "VT",
                            "WA",
                            "WI",
                            "WV",
                            "WY",
                        ],
                    )
                ),
                name="program_serves_known_states",
            ),
        ),
        migrations.RunSQL(REFRESH_ROWS_WITH_STATES, REFRESH_ROWS),
    ]
