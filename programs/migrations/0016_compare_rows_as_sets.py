"""Let the history find changed rows as a difference of sets, however many there are."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("programs", "0015_release_runs"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="carefact",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="confidentialaddress",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="coveragefact",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="facility",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="featurefact",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="federalrecord",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="medicationfact",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="opening",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="organization",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="phone",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="program",
            name="update_update",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="carefact",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_carefactevent" ("answer", "asam_edition", "asam_level", "confirmed_on", "hours_per_week_max", "hours_per_week_min", "id", "length_days_max", "length_days_min", "overnight", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "reported_on", "source_id", "term_id") SELECT new_values."answer", new_values."asam_edition", new_values."asam_level", new_values."confirmed_on", new_values."hours_per_week_max", new_values."hours_per_week_min", new_values."id", new_values."length_days_max", new_values."length_days_min", new_values."overnight", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."program_id", new_values."reported_on", new_values."source_id", new_values."term_id" FROM ( SELECT new_values.* FROM new_values EXCEPT SELECT old_values.* FROM old_values ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="a8ec0b816b199e71a06bc35a5569c528f75b8a95",
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
            model_name="confidentialaddress",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_confidentialaddressevent" ("facility_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "street1", "street2", "zip_code") SELECT new_values."facility_id", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."street1", new_values."street2", new_values."zip_code" FROM ( SELECT new_values.* FROM new_values EXCEPT SELECT old_values.* FROM old_values ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="1f14b0f5037365c29838a57642c31101248ec8b6",
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
            model_name="coveragefact",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_coveragefactevent" ("confirmed_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan", "program_id", "relation", "reported_on", "source_id", "state", "term_id") SELECT new_values."confirmed_on", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."plan", new_values."program_id", new_values."relation", new_values."reported_on", new_values."source_id", new_values."state", new_values."term_id" FROM ( SELECT new_values.* FROM new_values EXCEPT SELECT old_values.* FROM old_values ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="b379e2ee4fc02d5fc13d0916e844a5a747420d42",
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
            model_name="facility",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_facilityevent" ("address_confirmed_on", "address_is_public", "branch", "city", "county_id", "id", "is_invented", "latitude", "location_precision", "longitude", "name", "name_confirmed_on", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "street1", "street2", "website", "zip_code") SELECT new_values."address_confirmed_on", new_values."address_is_public", new_values."branch", new_values."city", new_values."county_id", new_values."id", new_values."is_invented", new_values."latitude", new_values."location_precision", new_values."longitude", new_values."name", new_values."name_confirmed_on", new_values."organization_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."state", new_values."street1", new_values."street2", new_values."website", new_values."zip_code" FROM ( SELECT new_values.* FROM new_values EXCEPT SELECT old_values.* FROM old_values ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="15024f81a1953b2e1b0ade03294aafe789e3299a",
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
            model_name="featurefact",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_featurefactevent" ("answer", "confirmed_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "reported_on", "source_id", "term_id") SELECT new_values."answer", new_values."confirmed_on", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."program_id", new_values."reported_on", new_values."source_id", new_values."term_id" FROM ( SELECT new_values.* FROM new_values EXCEPT SELECT old_values.* FROM old_values ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="808a7d10848a84c94e2f64805e9cb24b957d0947",
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
            model_name="federalrecord",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_federalrecordevent" ("fingerprint", "id", "missing_since_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "row", "row_number", "source_id") SELECT new_values."fingerprint", new_values."id", new_values."missing_since_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."program_id", new_values."row", new_values."row_number", new_values."source_id" FROM ( SELECT new_values.* FROM new_values EXCEPT SELECT old_values.* FROM old_values ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="085678669e54c883a00c1a31a8a81ce9231778d0",
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
            model_name="medicationfact",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_medicationfactevent" ("confirmed_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "relation", "reported_on", "source_id", "term_id") SELECT new_values."confirmed_on", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."program_id", new_values."relation", new_values."reported_on", new_values."source_id", new_values."term_id" FROM ( SELECT new_values.* FROM new_values EXCEPT SELECT old_values.* FROM old_values ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="6e7edfc643f0effb8c91bf2e82ebf448af2c20ed",
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
            model_name="opening",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_openingevent" ("can_start_today", "expires_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "places_count", "program_id", "source_id", "stated_at", "stated_by_id", "status", "term_id", "wait_days", "walk_in_hours") SELECT new_values."can_start_today", new_values."expires_at", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."places_count", new_values."program_id", new_values."source_id", new_values."stated_at", new_values."stated_by_id", new_values."status", new_values."term_id", new_values."wait_days", new_values."walk_in_hours" FROM ( SELECT new_values.* FROM new_values EXCEPT SELECT old_values.* FROM old_values ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="ce3de98e01a267b8b6c9dd1d1274d287868e4ee8",
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
            model_name="organization",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_organizationevent" ("id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "website") SELECT new_values."id", new_values."name", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."website" FROM ( SELECT new_values.* FROM new_values EXCEPT SELECT old_values.* FROM old_values ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="9dcf18a3456ccb86a46d347884a8d27c4f644bac",
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
            model_name="phone",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_phoneevent" ("confirmed_on", "extension", "facility_id", "id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "reported_on", "source_id", "use") SELECT new_values."confirmed_on", new_values."extension", new_values."facility_id", new_values."id", new_values."number", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."position", new_values."reported_on", new_values."source_id", new_values."use" FROM ( SELECT new_values.* FROM new_values EXCEPT SELECT old_values.* FROM old_values ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="77d540bff6400e6c41a584166a9446279cdfedf1",
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
            model_name="program",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_programevent" ("facility_id", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scope", "states_served", "status") SELECT new_values."facility_id", new_values."id", new_values."name", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."scope", new_values."states_served", new_values."status" FROM ( SELECT new_values.* FROM new_values EXCEPT SELECT old_values.* FROM old_values ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="bb37faa3a64cb1631c5c236ac062bbe5a740731f",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_7f86c",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="programs_program",
                    when="AFTER",
                ),
            ),
        ),
    ]
