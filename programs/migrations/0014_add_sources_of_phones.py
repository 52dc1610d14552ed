"""A phone number says who stated it and when, as a fact does."""

from functools import partial

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

#: A number of before is that of the release that its facility is in, of the sample, or a keeper's.
SAY_WHO_STATED_THEM = """
UPDATE programs_phone phone SET source_id = said.source_id, reported_on = said.reported_on
  FROM (
    SELECT facility.id AS facility_id,
           coalesce(federal.id, made_up.id, staff.id) AS source_id,
           coalesce(federal.published_on, current_date) AS reported_on
      FROM programs_facility facility
      LEFT JOIN LATERAL (
        SELECT source.id, source.published_on FROM programs_program program
          JOIN programs_federalrecord record ON record.program_id = program.id
          JOIN programs_source source ON source.id = record.source_id
         WHERE program.facility_id = facility.id
         ORDER BY source.published_on DESC NULLS LAST, source.id LIMIT 1
      ) federal ON true
      LEFT JOIN programs_source made_up
        ON facility.is_invented AND made_up.slug = 'invented-sample'
      LEFT JOIN programs_source staff ON staff.slug = 'staff'
  ) said
 WHERE said.facility_id = phone.facility_id
"""


#: Events of numbers that are gone: all that can be said is when they were there.
SAY_SO_IN_THE_HISTORY = """
UPDATE programs_phoneevent event
   SET source_id = coalesce(
         (SELECT source_id FROM programs_phone phone WHERE phone.id = event.pgh_obj_id),
         (SELECT id FROM programs_source ORDER BY slug = 'staff' DESC, id LIMIT 1)),
       reported_on = coalesce(
         (SELECT reported_on FROM programs_phone phone WHERE phone.id = event.pgh_obj_id),
         event.pgh_created_at::date)
"""


#: Events refer to rows that may be gone.
EVENT_SOURCE = partial(
    models.ForeignKey,
    db_constraint=False,
    db_index=False,
    on_delete=django.db.models.deletion.DO_NOTHING,
    related_name="+",
    related_query_name="+",
    to="programs.source",
    verbose_name="source",
)


class Migration(migrations.Migration):
    dependencies = [("programs", "0013_add_shelf_lives")]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="phone",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="phone",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="phone",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="phone",
            name="source",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="programs.source",
                verbose_name="source",
            ),
        ),
        migrations.AddField(
            model_name="phone",
            name="reported_on",
            field=models.DateField(null=True, verbose_name="reported on"),
        ),
        migrations.AddField(
            model_name="phone",
            name="confirmed_on",
            field=models.DateField(blank=True, null=True, verbose_name="confirmed on"),
        ),
        migrations.AddField(
            model_name="phoneevent",
            name="source",
            field=EVENT_SOURCE(null=True),
        ),
        migrations.AddField(
            model_name="phoneevent",
            name="reported_on",
            field=models.DateField(null=True, verbose_name="reported on"),
        ),
        migrations.AddField(
            model_name="phoneevent",
            name="confirmed_on",
            field=models.DateField(blank=True, null=True, verbose_name="confirmed on"),
        ),
        migrations.RunSQL(SAY_WHO_STATED_THEM, migrations.RunSQL.noop),
        migrations.RunSQL(SAY_SO_IN_THE_HISTORY, migrations.RunSQL.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="phone",
            name="source",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="programs.source",
                verbose_name="source",
            ),
        ),
        migrations.AlterField(
            model_name="phone",
            name="reported_on",
            field=models.DateField(verbose_name="reported on"),
        ),
        migrations.AlterField(
            model_name="phoneevent",
            name="source",
            field=EVENT_SOURCE(),
        ),
        migrations.AlterField(
            model_name="phoneevent",
            name="reported_on",
            field=models.DateField(verbose_name="reported on"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="phone",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_phoneevent" ("confirmed_on", "extension", "facility_id", "id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "reported_on", "source_id", "use") SELECT new_values."confirmed_on", new_values."extension", new_values."facility_id", new_values."id", new_values."number", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."position", new_values."reported_on", new_values."source_id", new_values."use" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="0c718d23b6de74d6c475a4b826fd84a7c25723fb",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_556fc",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="programs_phone",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="phone",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_phoneevent" ("confirmed_on", "extension", "facility_id", "id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "reported_on", "source_id", "use") SELECT new_values."confirmed_on", new_values."extension", new_values."facility_id", new_values."id", new_values."number", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."position", new_values."reported_on", new_values."source_id", new_values."use" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="a4c920a6daf012512c03f4a8f4993154a9a81553",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_08a02",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="programs_phone",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="phone",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_phoneevent" ("confirmed_on", "extension", "facility_id", "id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "reported_on", "source_id", "use") SELECT old_values."confirmed_on", old_values."extension", old_values."facility_id", old_values."id", old_values."number", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."position", old_values."reported_on", old_values."source_id", old_values."use" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="daa48cbb5dd91ed08bcf9cd94d24755519af6ec1",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_5126e",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="programs_phone",
                    when="AFTER",
                ),
            ),
        ),
    ]
