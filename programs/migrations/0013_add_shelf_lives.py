"""Say in days how long facts stay good, and keep how old they are, on every way of writing."""

import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

SHELF_LIFE_HELP = "After this, a page says when it was last checked and to call"
WEIGHT_HELP = "How much a searcher depends on it, 0 to 10: what weighs more is checked first"

#: Months of before, in days.
TO_DAYS = "UPDATE programs_facet SET shelf_life_days = round(shelf_life_days * 365.0 / 12)"
TO_MONTHS = "UPDATE programs_facet SET shelf_life_days = round(shelf_life_days * 12 / 365.0)"

REFRESH_FRESHNESS = """
CREATE FUNCTION programs_refresh_freshness(ids int[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
BEGIN
  DELETE FROM programs_freshnessrow WHERE ids IS NULL OR program_id = ANY(ids);
  INSERT INTO programs_freshnessrow
         (program_id, facet_id, part, oldest_on, is_confirmed, confirmed_on)
  SELECT program_id, term.facet_id, part, min(coalesce(confirmed_on, reported_on)),
         bool_and(confirmed_on IS NOT NULL), max(confirmed_on)
    FROM (
      SELECT program_id, term_id, '' AS part, confirmed_on, reported_on FROM programs_carefact
      UNION ALL
      SELECT program_id, term_id, '', confirmed_on, reported_on FROM programs_medicationfact
      UNION ALL
      SELECT program_id, term_id, CASE relation WHEN 'in_network' THEN 'in_network' ELSE '' END,
             confirmed_on, reported_on FROM programs_coveragefact
      UNION ALL
      SELECT program_id, term_id, '', confirmed_on, reported_on FROM programs_featurefact
    ) fact JOIN programs_term term ON term.id = fact.term_id
   WHERE ids IS NULL OR program_id = ANY(ids)
   GROUP BY program_id, term.facet_id, part;
END
$$
"""

REFRESH = """
CREATE OR REPLACE FUNCTION programs_refresh_search(ids int[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  -- An organization that is being renamed: wait, then read its new name.
  PERFORM 1 FROM programs_organization WHERE id IN (
    SELECT facility.organization_id FROM programs_facility facility
      JOIN programs_program program ON program.facility_id = facility.id
      WHERE ids IS NULL OR program.id = ANY(ids)) ORDER BY id FOR SHARE;
  PERFORM programs_refresh_search_rows(ids);
  PERFORM programs_refresh_search_names(ids);
  {freshness}
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("programs", "0012_add_states_served_to_history")]

    operations = [
        migrations.RenameField("facet", "shelf_life_months", "shelf_life_days"),
        migrations.AlterField(
            model_name="facet",
            name="shelf_life_days",
            field=models.PositiveSmallIntegerField(
                default=365,
                help_text=SHELF_LIFE_HELP,
                validators=[django.core.validators.MinValueValidator(1)],
                verbose_name="shelf life in days",
            ),
        ),
        migrations.RunSQL(TO_DAYS, TO_MONTHS),
        migrations.AddField(
            model_name="facet",
            name="weight",
            field=models.PositiveSmallIntegerField(
                default=1,
                help_text=WEIGHT_HELP,
                validators=[django.core.validators.MaxValueValidator(10)],
                verbose_name="weight",
            ),
        ),
        migrations.CreateModel(
            name="ShelfLife",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "part",
                    models.CharField(
                        choices=[
                            ("phones", "Phone numbers"),
                            ("address", "Address"),
                            ("name", "Name"),
                            ("in_network", "In network for a plan"),
                        ],
                        max_length=10,
                        unique=True,
                        verbose_name="part",
                    ),
                ),
                (
                    "days",
                    models.PositiveSmallIntegerField(
                        help_text=SHELF_LIFE_HELP,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="shelf life in days",
                    ),
                ),
                (
                    "weight",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text=WEIGHT_HELP,
                        validators=[django.core.validators.MaxValueValidator(10)],
                        verbose_name="weight",
                    ),
                ),
            ],
            options={
                "verbose_name": "shelf life",
                "verbose_name_plural": "shelf lives",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("part__in", ["phones", "address", "name", "in_network"])
                        ),
                        name="shelf_life_part_is_known",
                    )
                ],
            },
        ),
        # Days are part of the vocabulary that processes keep in memory.
        migrations.RunSQL(
            "CREATE TRIGGER programs_vocabulary_changed"
            " AFTER INSERT OR UPDATE OR DELETE ON programs_shelflife"
            " FOR EACH STATEMENT EXECUTE FUNCTION programs_bump_vocabulary_version()",
            "DROP TRIGGER programs_vocabulary_changed ON programs_shelflife",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="facility",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="facility",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="facility",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="facility",
            name="name_confirmed_on",
            field=models.DateField(blank=True, null=True, verbose_name="name confirmed on"),
        ),
        migrations.AddField(
            model_name="facility",
            name="address_confirmed_on",
            field=models.DateField(blank=True, null=True, verbose_name="address confirmed on"),
        ),
        migrations.AddField(
            model_name="facilityevent",
            name="name_confirmed_on",
            field=models.DateField(blank=True, null=True, verbose_name="name confirmed on"),
        ),
        migrations.AddField(
            model_name="facilityevent",
            name="address_confirmed_on",
            field=models.DateField(blank=True, null=True, verbose_name="address confirmed on"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="facility",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_facilityevent" ("address_confirmed_on", "address_is_public", "branch", "city", "county_id", "id", "is_invented", "latitude", "location_precision", "longitude", "name", "name_confirmed_on", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "street1", "street2", "website", "zip_code") SELECT new_values."address_confirmed_on", new_values."address_is_public", new_values."branch", new_values."city", new_values."county_id", new_values."id", new_values."is_invented", new_values."latitude", new_values."location_precision", new_values."longitude", new_values."name", new_values."name_confirmed_on", new_values."organization_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."state", new_values."street1", new_values."street2", new_values."website", new_values."zip_code" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="4ea5392b6f86ee1835a4d73baf5ff08b416481e2",
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
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_facilityevent" ("address_confirmed_on", "address_is_public", "branch", "city", "county_id", "id", "is_invented", "latitude", "location_precision", "longitude", "name", "name_confirmed_on", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "street1", "street2", "website", "zip_code") SELECT new_values."address_confirmed_on", new_values."address_is_public", new_values."branch", new_values."city", new_values."county_id", new_values."id", new_values."is_invented", new_values."latitude", new_values."location_precision", new_values."longitude", new_values."name", new_values."name_confirmed_on", new_values."organization_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."state", new_values."street1", new_values."street2", new_values."website", new_values."zip_code" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="d17501e24569798255ddde93fb0b8cfef5b078e0",
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
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programs_facilityevent" ("address_confirmed_on", "address_is_public", "branch", "city", "county_id", "id", "is_invented", "latitude", "location_precision", "longitude", "name", "name_confirmed_on", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "street1", "street2", "website", "zip_code") SELECT old_values."address_confirmed_on", old_values."address_is_public", old_values."branch", old_values."city", old_values."county_id", old_values."id", old_values."is_invented", old_values."latitude", old_values."location_precision", old_values."longitude", old_values."name", old_values."name_confirmed_on", old_values."organization_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."state", old_values."street1", old_values."street2", old_values."website", old_values."zip_code" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="7e4e81995f09dda17f8acb6fbad11268600fcac0",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_3879a",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="programs_facility",
                    when="AFTER",
                ),
            ),
        ),
        migrations.CreateModel(
            name="FreshnessRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="freshness",
                        to="programs.program",
                    ),
                ),
                (
                    "facet",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="programs.facet",
                    ),
                ),
                (
                    "part",
                    models.CharField(
                        blank=True, choices=[("in_network", "In network for a plan")], max_length=10
                    ),
                ),
                ("oldest_on", models.DateField()),
                ("is_confirmed", models.BooleanField()),
                ("confirmed_on", models.DateField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("program", "facet", "part"), name="freshness_of_a_facet_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(REFRESH_FRESHNESS, "DROP FUNCTION programs_refresh_freshness(int[])"),
        migrations.RunSQL(
            REFRESH.format(freshness="PERFORM programs_refresh_freshness(ids);"),
            REFRESH.format(freshness=""),
        ),
        migrations.RunSQL("SELECT programs_refresh_freshness(NULL)", migrations.RunSQL.noop),
        # What the two wrote is checked now, so that later migrations may alter the tables.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL IMMEDIATE"),
    ]
