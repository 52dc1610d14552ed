"""Keep the history of listings: an event for every row written, from now on."""

import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import phonenumber_field.modelfields
from django.conf import settings
from django.db import migrations, models

#: A row written before the history began: its first event says what it then was, and not by whom.
BEGIN_HISTORY = """
INSERT INTO programs_{model}event ({columns}, pgh_obj_id, pgh_label, pgh_created_at)
SELECT {columns}, id, 'known', now() FROM programs_{model}
"""
#: The newest change sets, for the page that lists them.
INDEX_CHANGE_SETS = "CREATE INDEX programs_change_set_newest ON pghistory_context (created_at, id)"


def begin_history(apps, schema_editor):
    tracked = [
        name
        for name in apps.all_models["programs"]
        if f"{name}event" in apps.all_models["programs"]
    ]
    for name in tracked:
        event = apps.get_model("programs", f"{name}event")
        columns = [f.column for f in event._meta.local_fields if not f.name.startswith("pgh_")]
        schema_editor.execute(BEGIN_HISTORY.format(model=name, columns=", ".join(columns)))


class Migration(migrations.Migration):
    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),
        ("programs", "0008_list_superusers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # Before the tables of events: Django loads anew what refers to the table of each trigger.
        pgtrigger.migrations.AddTrigger(
            model_name="carefact",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_carefactevent" ("answer", "asam_edition", "asam_level", "confirmed_on", "hours_per_week_max", "hours_per_week_min", "id", "length_days_max", "length_days_min", "overnight", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "reported_on", "source_id", "term_id") SELECT new_values."answer", new_values."asam_edition", new_values."asam_level", new_values."confirmed_on", new_values."hours_per_week_max", new_values."hours_per_week_min", new_values."id", new_values."length_days_max", new_values."length_days_min", new_values."overnight", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."program_id", new_values."reported_on", new_values."source_id", new_values."term_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="a5562d99c53259391a115f8452ac263d9e459046",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_76e2f",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="programs_carefact",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="carefact",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_carefactevent" ("answer", "asam_edition", "asam_level", "confirmed_on", "hours_per_week_max", "hours_per_week_min", "id", "length_days_max", "length_days_min", "overnight", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "reported_on", "source_id", "term_id") SELECT new_values."answer", new_values."asam_edition", new_values."asam_level", new_values."confirmed_on", new_values."hours_per_week_max", new_values."hours_per_week_min", new_values."id", new_values."length_days_max", new_values."length_days_min", new_values."overnight", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."program_id", new_values."reported_on", new_values."source_id", new_values."term_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="4eae5f872c2417ec5680dff863b342638a4a8d4b",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_44d42",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="programs_carefact",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="carefact",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_carefactevent" ("answer", "asam_edition", "asam_level", "confirmed_on", "hours_per_week_max", "hours_per_week_min", "id", "length_days_max", "length_days_min", "overnight", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "reported_on", "source_id", "term_id") SELECT old_values."answer", old_values."asam_edition", old_values."asam_level", old_values."confirmed_on", old_values."hours_per_week_max", old_values."hours_per_week_min", old_values."id", old_values."length_days_max", old_values."length_days_min", old_values."overnight", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."program_id", old_values."reported_on", old_values."source_id", old_values."term_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="5aeee7812211a7dba4cd63545d8f200b32d3d718",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_26671",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="programs_carefact",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="confidentialaddress",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_confidentialaddressevent" ("facility_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "street1", "street2", "zip_code") SELECT new_values."facility_id", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."street1", new_values."street2", new_values."zip_code" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="8c6270522e4eec273a9a587b49956dac300b4b45",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_9e1c0",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="programs_confidentialaddress",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="confidentialaddress",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_confidentialaddressevent" ("facility_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "street1", "street2", "zip_code") SELECT new_values."facility_id", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."street1", new_values."street2", new_values."zip_code" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="e11db3f82ab81f34ba0856137ad755efb1f4baf0",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_55ac0",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="programs_confidentialaddress",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="confidentialaddress",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_confidentialaddressevent" ("facility_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "street1", "street2", "zip_code") SELECT old_values."facility_id", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."street1", old_values."street2", old_values."zip_code" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="49f7d47f3dac8719e0a69bb388af194a885bebd8",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_0934c",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="programs_confidentialaddress",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="coveragefact",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_coveragefactevent" ("confirmed_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan", "program_id", "relation", "reported_on", "source_id", "state", "term_id") SELECT new_values."confirmed_on", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."plan", new_values."program_id", new_values."relation", new_values."reported_on", new_values."source_id", new_values."state", new_values."term_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="6b7f05f01afb817250440970843b37d8b35a3258",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_7a6bb",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="programs_coveragefact",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="coveragefact",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_coveragefactevent" ("confirmed_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan", "program_id", "relation", "reported_on", "source_id", "state", "term_id") SELECT new_values."confirmed_on", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."plan", new_values."program_id", new_values."relation", new_values."reported_on", new_values."source_id", new_values."state", new_values."term_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."confirmed_on" IS DISTINCT FROM (new_values."confirmed_on") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."plan" IS DISTINCT FROM (new_values."plan") OR old_values."program_id" IS DISTINCT FROM (new_values."program_id") OR old_values."relation" IS DISTINCT FROM (new_values."relation") OR old_values."reported_on" IS DISTINCT FROM (new_values."reported_on") OR old_values."source_id" IS DISTINCT FROM (new_values."source_id") OR old_values."state" IS DISTINCT FROM (new_values."state") OR old_values."term_id" IS DISTINCT FROM (new_values."term_id")) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="b2cdab53406227626394f151dc5e8703a15df667",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_c96af",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="programs_coveragefact",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="coveragefact",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_coveragefactevent" ("confirmed_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan", "program_id", "relation", "reported_on", "source_id", "state", "term_id") SELECT old_values."confirmed_on", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."plan", old_values."program_id", old_values."relation", old_values."reported_on", old_values."source_id", old_values."state", old_values."term_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="6636b6534661b196aa5790c05f99f4f61a694863",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_a8678",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="programs_coveragefact",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="facility",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_facilityevent" ("address_is_public", "branch", "city", "county_id", "id", "is_invented", "latitude", "location_precision", "longitude", "name", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "street1", "street2", "website", "zip_code") SELECT new_values."address_is_public", new_values."branch", new_values."city", new_values."county_id", new_values."id", new_values."is_invented", new_values."latitude", new_values."location_precision", new_values."longitude", new_values."name", new_values."organization_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."state", new_values."street1", new_values."street2", new_values."website", new_values."zip_code" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="fa98a5758f8f68eb61145e629153b8586e1c375b",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_4b2dc",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="programs_facility",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="facility",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_facilityevent" ("address_is_public", "branch", "city", "county_id", "id", "is_invented", "latitude", "location_precision", "longitude", "name", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "street1", "street2", "website", "zip_code") SELECT new_values."address_is_public", new_values."branch", new_values."city", new_values."county_id", new_values."id", new_values."is_invented", new_values."latitude", new_values."location_precision", new_values."longitude", new_values."name", new_values."organization_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."state", new_values."street1", new_values."street2", new_values."website", new_values."zip_code" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="7d7d7245121847fcb81a1d00b3b67e97551eb50d",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_cf2ef",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="programs_facility",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="facility",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_facilityevent" ("address_is_public", "branch", "city", "county_id", "id", "is_invented", "latitude", "location_precision", "longitude", "name", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "street1", "street2", "website", "zip_code") SELECT old_values."address_is_public", old_values."branch", old_values."city", old_values."county_id", old_values."id", old_values."is_invented", old_values."latitude", old_values."location_precision", old_values."longitude", old_values."name", old_values."organization_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."state", old_values."street1", old_values."street2", old_values."website", old_values."zip_code" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="afc13556b3f8e2f2b0e486eaedf465c4c69e5b95",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_3879a",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="programs_facility",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="featurefact",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_featurefactevent" ("answer", "confirmed_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "reported_on", "source_id", "term_id") SELECT new_values."answer", new_values."confirmed_on", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."program_id", new_values."reported_on", new_values."source_id", new_values."term_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="b22f9b1f2abe74abf81b126711666b816aea45b7",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_2aeb9",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="programs_featurefact",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="featurefact",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_featurefactevent" ("answer", "confirmed_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "reported_on", "source_id", "term_id") SELECT new_values."answer", new_values."confirmed_on", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."program_id", new_values."reported_on", new_values."source_id", new_values."term_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="4362ac524df52d47331450d7bda48bfbcc4cb528",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_da10a",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="programs_featurefact",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="featurefact",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_featurefactevent" ("answer", "confirmed_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "reported_on", "source_id", "term_id") SELECT old_values."answer", old_values."confirmed_on", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."program_id", old_values."reported_on", old_values."source_id", old_values."term_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="dcb5d8d333130e56055a6fa96c33f41f09b53758",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_430ae",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="programs_featurefact",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="federalrecord",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_federalrecordevent" ("fingerprint", "id", "missing_since_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "row", "row_number", "source_id") SELECT new_values."fingerprint", new_values."id", new_values."missing_since_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."program_id", new_values."row", new_values."row_number", new_values."source_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="1b343c30c88881a420f38d3cdfeaa6884f8e200c",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_3028c",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="programs_federalrecord",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="federalrecord",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_federalrecordevent" ("fingerprint", "id", "missing_since_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "row", "row_number", "source_id") SELECT new_values."fingerprint", new_values."id", new_values."missing_since_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."program_id", new_values."row", new_values."row_number", new_values."source_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="5916f5b74f6f1900bdb5f190eb7284421b825434",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_7dd09",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="programs_federalrecord",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="federalrecord",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_federalrecordevent" ("fingerprint", "id", "missing_since_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "row", "row_number", "source_id") SELECT old_values."fingerprint", old_values."id", old_values."missing_since_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."program_id", old_values."row", old_values."row_number", old_values."source_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="dc2b4de8b82e326a3a362ca46d06084a967a0265",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_62b74",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="programs_federalrecord",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="medicationfact",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_medicationfactevent" ("confirmed_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "relation", "reported_on", "source_id", "term_id") SELECT new_values."confirmed_on", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."program_id", new_values."relation", new_values."reported_on", new_values."source_id", new_values."term_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="6aab1d36042b8d179de6d1b71bd8a1343b1a6fb3",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_3538c",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="programs_medicationfact",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="medicationfact",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_medicationfactevent" ("confirmed_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "relation", "reported_on", "source_id", "term_id") SELECT new_values."confirmed_on", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."program_id", new_values."relation", new_values."reported_on", new_values."source_id", new_values."term_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."confirmed_on" IS DISTINCT FROM (new_values."confirmed_on") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."program_id" IS DISTINCT FROM (new_values."program_id") OR old_values."relation" IS DISTINCT FROM (new_values."relation") OR old_values."reported_on" IS DISTINCT FROM (new_values."reported_on") OR old_values."source_id" IS DISTINCT FROM (new_values."source_id") OR old_values."term_id" IS DISTINCT FROM (new_values."term_id")) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="6bcff5137a3577bb7cb9524804ec3bd85470a755",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_1f18c",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="programs_medicationfact",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="medicationfact",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_medicationfactevent" ("confirmed_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "relation", "reported_on", "source_id", "term_id") SELECT old_values."confirmed_on", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."program_id", old_values."relation", old_values."reported_on", old_values."source_id", old_values."term_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="b54e34e92dff59151942fb3ca7707613afe60022",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_fd26e",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="programs_medicationfact",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="opening",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_openingevent" ("can_start_today", "expires_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "places_count", "program_id", "source_id", "stated_at", "stated_by_id", "status", "term_id", "wait_days", "walk_in_hours") SELECT new_values."can_start_today", new_values."expires_at", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."places_count", new_values."program_id", new_values."source_id", new_values."stated_at", new_values."stated_by_id", new_values."status", new_values."term_id", new_values."wait_days", new_values."walk_in_hours" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="4e768975b26dda3c8b5db69eb1f281d68f63287b",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_b1c5a",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="programs_opening",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="opening",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_openingevent" ("can_start_today", "expires_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "places_count", "program_id", "source_id", "stated_at", "stated_by_id", "status", "term_id", "wait_days", "walk_in_hours") SELECT new_values."can_start_today", new_values."expires_at", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."places_count", new_values."program_id", new_values."source_id", new_values."stated_at", new_values."stated_by_id", new_values."status", new_values."term_id", new_values."wait_days", new_values."walk_in_hours" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="85214e31d2518537c13632fdfbd7b2c082235e59",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_4da91",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="programs_opening",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="opening",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_openingevent" ("can_start_today", "expires_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "places_count", "program_id", "source_id", "stated_at", "stated_by_id", "status", "term_id", "wait_days", "walk_in_hours") SELECT old_values."can_start_today", old_values."expires_at", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."places_count", old_values."program_id", old_values."source_id", old_values."stated_at", old_values."stated_by_id", old_values."status", old_values."term_id", old_values."wait_days", old_values."walk_in_hours" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="970cc11cf9efdb80b645118bc241cb1d4912a78d",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_51d30",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="programs_opening",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="organization",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_organizationevent" ("id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "website") SELECT new_values."id", new_values."name", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."website" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="bc2462c06224f0007b5833b1c7b56ec87cd7b4df",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_03ab0",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="programs_organization",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="organization",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_organizationevent" ("id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "website") SELECT new_values."id", new_values."name", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."website" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="5cd88b9a42e5dc4e6a10532010bdcac125fdf4cb",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_22ff2",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="programs_organization",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="organization",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_organizationevent" ("id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "website") SELECT old_values."id", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."website" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="bf7123e412ae512166a676411fa21bd89871a712",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_b7747",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="programs_organization",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="phone",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_phoneevent" ("extension", "facility_id", "id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "use") SELECT new_values."extension", new_values."facility_id", new_values."id", new_values."number", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."position", new_values."use" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="a8a17e82e84ded700a2faa19acc6d730b66e3b2a",
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
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_phoneevent" ("extension", "facility_id", "id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "use") SELECT new_values."extension", new_values."facility_id", new_values."id", new_values."number", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."position", new_values."use" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="a2f515ea6150c234a7ecebb1d7055b06f5306107",
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
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_phoneevent" ("extension", "facility_id", "id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "use") SELECT old_values."extension", old_values."facility_id", old_values."id", old_values."number", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."position", old_values."use" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="6f2860e98f5b6cc7883708038eb077943d522407",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_5126e",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="programs_phone",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="program",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_programevent" ("facility_id", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scope", "status") SELECT new_values."facility_id", new_values."id", new_values."name", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."scope", new_values."status" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="c8790ffef9a09e941d855d5dfef8c96f1a5fe4f7",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_5a554",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="programs_program",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="program",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_programevent" ("facility_id", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scope", "status") SELECT new_values."facility_id", new_values."id", new_values."name", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."scope", new_values."status" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="f5b0d4d394ab9dade8d364c22ad0fa10e24b13fd",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_7f86c",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="programs_program",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="program",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_programevent" ("facility_id", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scope", "status") SELECT old_values."facility_id", old_values."id", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."scope", old_values."status" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="41ce8a44e11b26024c4b33591ad0ad5375766027",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_7c1d4",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="programs_program",
                    when="AFTER",
                ),
            ),
        ),
        migrations.CreateModel(
            name="CareFactEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
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
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.carefact",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="programs.program",
                        verbose_name="program",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="programs.source",
                        verbose_name="source",
                    ),
                ),
                (
                    "term",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="programs.term",
                        verbose_name="term",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ConfidentialAddressEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
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
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="programs.facility",
                        verbose_name="facility",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.confidentialaddress",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CoverageFactEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
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
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.coveragefact",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="programs.program",
                        verbose_name="program",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="programs.source",
                        verbose_name="source",
                    ),
                ),
                (
                    "term",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="programs.term",
                        verbose_name="term",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="FacilityEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
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
                (
                    "county",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="programs.place",
                        verbose_name="county",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="programs.organization",
                        verbose_name="organization",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.facility",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="FeatureFactEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
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
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.featurefact",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="programs.program",
                        verbose_name="program",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="programs.source",
                        verbose_name="source",
                    ),
                ),
                (
                    "term",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="programs.term",
                        verbose_name="term",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="FederalRecordEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("row_number", models.PositiveIntegerField(verbose_name="row of the file")),
                ("row", models.JSONField(verbose_name="row")),
                ("fingerprint", models.CharField(max_length=64)),
                (
                    "missing_since",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="programs.source",
                        verbose_name="not in the list since",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.federalrecord",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="programs.program",
                        verbose_name="program",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="programs.source",
                        verbose_name="release",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MedicationFactEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
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
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.medicationfact",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="programs.program",
                        verbose_name="program",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="programs.source",
                        verbose_name="source",
                    ),
                ),
                (
                    "term",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="programs.term",
                        verbose_name="term",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="OpeningEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("waitlist", "Waitlist"),
                            ("full", "Full"),
                            ("not_taking", "Not taking new people"),
                        ],
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "wait_days",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="wait in days"
                    ),
                ),
                (
                    "places_count",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="open places"
                    ),
                ),
                (
                    "can_start_today",
                    models.BooleanField(blank=True, null=True, verbose_name="can start today"),
                ),
                (
                    "walk_in_hours",
                    models.CharField(blank=True, max_length=80, verbose_name="walk-in hours"),
                ),
                ("stated_at", models.DateTimeField(verbose_name="said")),
                ("expires_at", models.DateTimeField(verbose_name="counts until")),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.opening",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="programs.program",
                        verbose_name="program",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="programs.source",
                        verbose_name="source",
                    ),
                ),
                (
                    "stated_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="said by",
                    ),
                ),
                (
                    "term",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        help_text="Empty: the program as a whole",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="programs.term",
                        verbose_name="level of care",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="OrganizationEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("name", models.CharField(max_length=160, verbose_name="name")),
                ("website", models.URLField(blank=True, verbose_name="web site")),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.organization",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PhoneEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
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
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="programs.facility",
                        verbose_name="facility",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.phone",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ProgramEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.IntegerField()),
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
                (
                    "facility",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="programs.facility",
                        verbose_name="facility",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.program",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ChangeSet",
            fields=[],
            options={
                "verbose_name": "change set",
                "verbose_name_plural": "history",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("pghistory.context",),
        ),
        migrations.AddIndex(
            model_name="carefactevent",
            index=models.Index(fields=["program"], name="carefactevent_program"),
        ),
        migrations.AddIndex(
            model_name="confidentialaddressevent",
            index=models.Index(fields=["facility"], name="confidentialaddressevent_facil"),
        ),
        migrations.AddIndex(
            model_name="coveragefactevent",
            index=models.Index(fields=["program"], name="coveragefactevent_program"),
        ),
        migrations.AddIndex(
            model_name="featurefactevent",
            index=models.Index(fields=["program"], name="featurefactevent_program"),
        ),
        migrations.AddIndex(
            model_name="federalrecordevent",
            index=models.Index(fields=["program"], name="federalrecordevent_program"),
        ),
        migrations.AddIndex(
            model_name="medicationfactevent",
            index=models.Index(fields=["program"], name="medicationfactevent_program"),
        ),
        migrations.AddIndex(
            model_name="openingevent",
            index=models.Index(fields=["program"], name="openingevent_program"),
        ),
        migrations.AddIndex(
            model_name="phoneevent",
            index=models.Index(fields=["facility"], name="phoneevent_facility"),
        ),
        migrations.AddIndex(
            model_name="programevent",
            index=models.Index(fields=["facility"], name="programevent_facility"),
        ),
        migrations.RunPython(begin_history, migrations.RunPython.noop),
        migrations.RunSQL(INDEX_CHANGE_SETS, "DROP INDEX programs_change_set_newest"),
    ]
