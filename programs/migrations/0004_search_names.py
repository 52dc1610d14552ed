"""Keep the words that names are searched by, on every way of writing, like the search rows.

`programs_refresh_search(ids)` stays the one function that triggers and loads call. It now refreshes
the search rows, by what was its body until here, and the names.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

#: The rule of `programs.search.place_names.plain_words`.
PLAIN_WORDS = r"""
CREATE FUNCTION programs_plain_words(name text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT array_remove(string_to_array(regexp_replace(
    regexp_replace(lower(normalize(name, NFKD)), U&'[''`\00B4\2018\2019\0300-\036F]', '', 'g'),
    '[^a-z0-9]+', ' ', 'g'), ' '), '')
$$
"""

REFRESH_NAMES = """
CREATE FUNCTION programs_refresh_search_names(ids int[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
BEGIN
  DELETE FROM programs_searchname WHERE ids IS NULL OR program_id = ANY(ids);
  INSERT INTO programs_searchname (program_id, words)
  SELECT program.id,
         ARRAY(SELECT DISTINCT unnest(programs_plain_words(concat_ws(' ',
           program.name, facility.name, facility.branch, organization.name,
           facility.city, facility.state))) ORDER BY 1)
    FROM programs_program program
    JOIN programs_facility facility ON facility.id = program.facility_id
    LEFT JOIN programs_organization organization ON organization.id = facility.organization_id
    WHERE program.status = 'published' AND (ids IS NULL OR program.id = ANY(ids));
  -- In order, so that two writers never wait for each other in turn.
  INSERT INTO programs_nameword (word)
  SELECT DISTINCT unnest(words) FROM programs_searchname
    WHERE ids IS NULL OR program_id = ANY(ids)
    ORDER BY 1
  ON CONFLICT DO NOTHING;
END
$$
"""

REFRESH = """
CREATE FUNCTION programs_refresh_search(ids int[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  -- An organization that is being renamed: wait, then read its new name.
  PERFORM 1 FROM programs_organization WHERE id IN (
    SELECT facility.organization_id FROM programs_facility facility
      JOIN programs_program program ON program.facility_id = facility.id
      WHERE ids IS NULL OR program.id = ANY(ids)) ORDER BY id FOR SHARE;
  PERFORM programs_refresh_search_rows(ids);
  PERFORM programs_refresh_search_names(ids);
END
$$
"""

AFTER_ORGANIZATION = """
CREATE FUNCTION programs_search_after_organization() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ids int[];
BEGIN
  IF current_setting('programs.search_refresh', true) = 'off' THEN
    RETURN NULL;
  END IF;
  ids := ARRAY(SELECT program.id FROM programs_program program
                 JOIN programs_facility facility ON facility.id = program.facility_id
                 JOIN new_rows ON new_rows.id = facility.organization_id);
  IF ids <> '{}' THEN
    PERFORM programs_refresh_search(ids);
  END IF;
  RETURN NULL;
END
$$
"""

# A facility is made after its organization and keeps it from being deleted: only updates matter.
TRIGGER = """
CREATE TRIGGER programs_search_update AFTER UPDATE ON programs_organization
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION programs_search_after_organization()
"""


class Migration(migrations.Migration):
    dependencies = [("programs", "0003_vocabulary_version")]

    operations = [
        migrations.CreateModel(
            name="NameWord",
            fields=[("word", models.TextField(primary_key=True, serialize=False))],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["word"], name="name_word_trigrams", opclasses=["gin_trgm_ops"]
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchName",
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
                (
                    "words",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["words"], name="search_name_words"
                    )
                ],
            },
        ),
        migrations.RunSQL(PLAIN_WORDS, "DROP FUNCTION programs_plain_words(text)"),
        migrations.RunSQL(REFRESH_NAMES, "DROP FUNCTION programs_refresh_search_names(int[])"),
        migrations.RunSQL(
            "ALTER FUNCTION programs_refresh_search(int[]) RENAME TO programs_refresh_search_rows",
            "ALTER FUNCTION programs_refresh_search_rows(int[]) RENAME TO programs_refresh_search",
        ),
        migrations.RunSQL(REFRESH, "DROP FUNCTION programs_refresh_search(int[])"),
        migrations.RunSQL(AFTER_ORGANIZATION, "DROP FUNCTION programs_search_after_organization()"),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER programs_search_update ON programs_organization"),
        # What is already there.
        migrations.RunSQL("SELECT programs_refresh_search_names(NULL)", migrations.RunSQL.noop),
    ]
