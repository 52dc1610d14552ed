"""Number the states of the vocabulary, so that a process knows when its copy is old."""

from django.db import migrations, models

BUMP = """
CREATE FUNCTION programs_bump_vocabulary_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE programs_vocabularyversion SET number = number + 1;
  RETURN NULL;
END
$$
"""

TABLES = ("facet", "term", "searchslot")


class Migration(migrations.Migration):
    dependencies = [("programs", "0002_search_projection")]

    operations = [
        migrations.CreateModel(
            name="VocabularyVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveBigIntegerField(default=1)),
            ],
        ),
        migrations.RunSQL(
            "INSERT INTO programs_vocabularyversion (number) VALUES (1)", migrations.RunSQL.noop
        ),
        migrations.RunSQL(BUMP, "DROP FUNCTION programs_bump_vocabulary_version()"),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER programs_vocabulary_changed"
                f" AFTER INSERT OR UPDATE OR DELETE ON programs_{table}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION programs_bump_vocabulary_version()",
                f"DROP TRIGGER programs_vocabulary_changed ON programs_{table}",
            )
            for table in TABLES
        ),
    ]
