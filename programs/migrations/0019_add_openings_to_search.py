"""Keep the openings in the projection: of which level, and until when they count.

When that is over is decided when somebody searches: nothing has to write.
"""

from importlib import import_module

import django.contrib.postgres.fields
from django.db import migrations, models

PROJECTION = import_module("programs.migrations.0002_search_projection")
REFRESH_ROWS = import_module("programs.migrations.0011_add_states_served").REFRESH_ROWS_WITH_STATES
REFRESH_ROWS_WITH_OPENINGS = (
    REFRESH_ROWS.replace(
        "county_id, serves, confirmed_on,\n",
        "county_id, serves, opening_slots, opening_until, confirmed_on,\n",
    )
    .replace(
        "'{}'), confirmed.confirmed_on,",
        "'{}'),\n         opening.slots, opening.until, confirmed.confirmed_on,",
    )
    .replace(
        "  ), confirmed AS (",
        """  ), opening AS (
    -- Of a level that the program is said to offer, or -1 for the program as a whole.
    SELECT opening.program_id,
           array_agg(coalesce(slot.number, -1)::smallint ORDER BY opening.id) AS slots,
           array_agg(opening.expires_at ORDER BY opening.id) AS until
      FROM programs_opening opening
      LEFT JOIN programs_carefact care ON care.program_id = opening.program_id
        AND care.term_id = opening.term_id AND care.answer = 'yes'
      LEFT JOIN programs_searchslot slot ON slot.term_id = care.term_id AND slot.aspect = 'offers'
      WHERE opening.status = 'open' AND (opening.term_id IS NULL OR slot.number IS NOT NULL)
        AND (ids IS NULL OR opening.program_id = ANY(ids))
      GROUP BY opening.program_id
  ), confirmed AS (""",
    )
    .replace(
        "    LEFT JOIN confirmed ON",
        "    LEFT JOIN opening ON opening.program_id = program.id\n    LEFT JOIN confirmed ON",
    )
)
PROGRAMS_OF_OPENINGS = "SELECT program_id FROM {rows}"
AFTER_OPENING = PROJECTION.TRIGGER_FUNCTION.format(
    table="opening",
    new=PROGRAMS_OF_OPENINGS.format(rows="new_rows"),
    old=PROGRAMS_OF_OPENINGS.format(rows="old_rows"),
    before="",
)


class Migration(migrations.Migration):
    dependencies = [
        ("programs", "0018_invitation_messages"),
    ]

    operations = [
        migrations.AddField(
            model_name="searchrow",
            name="opening_slots",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.SmallIntegerField(), null=True, size=None
            ),
        ),
        migrations.AddField(
            model_name="searchrow",
            name="opening_until",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.DateTimeField(), null=True, size=None
            ),
        ),
        migrations.RunSQL(REFRESH_ROWS_WITH_OPENINGS, REFRESH_ROWS),
        migrations.RunSQL(AFTER_OPENING, "DROP FUNCTION programs_search_after_opening()"),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER programs_search_{event.lower()} AFTER {event} ON programs_opening"
                f" REFERENCING {transition}"
                " FOR EACH STATEMENT EXECUTE FUNCTION programs_search_after_opening()",
                f"DROP TRIGGER programs_search_{event.lower()} ON programs_opening",
            )
            for event, transition in PROJECTION.TRANSITIONS.items()
        ),
        # What was said before.
        migrations.RunSQL(
            "SELECT programs_refresh_search(ARRAY(SELECT DISTINCT program_id FROM programs_opening))",
            migrations.RunSQL.noop,
        ),
    ]
