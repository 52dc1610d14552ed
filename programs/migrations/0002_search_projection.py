"""Keep the search projection equal to the facts, whoever writes them.

`programs_refresh_search(ids)` derives the `programs_searchrow` rows of these programs (of all, for
NULL) anew. Statement triggers call it for every program that an INSERT, UPDATE or DELETE touched,
so the admin, a load, a shell and psql all keep it right. A bulk load may say
`SET LOCAL programs.search_refresh = 'off'` and call the function once before it commits.
"""

from django.db import migrations

FACT_TABLES = ("carefact", "medicationfact", "coveragefact", "featurefact")

#: The rule of `programs.models.effective_relations`, strongest first.
EFFECTIVE_RELATIONS = """
CREATE FUNCTION programs_effective_relations(stated text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN stated <@ ARRAY['does_not_use', 'accepts_elsewhere']
      AND stated @> ARRAY['does_not_use', 'accepts_elsewhere']
      THEN ARRAY['accepts_elsewhere']
    WHEN stated && ARRAY['does_not_use', 'does_not_accept', 'not_applicable']
      THEN ARRAY(SELECT unnest(stated) INTERSECT
                 SELECT unnest(ARRAY['does_not_use', 'does_not_accept', 'not_applicable']))
    WHEN stated <@ ARRAY['reports_use_unspecified'] THEN stated
    ELSE array_remove(stated, 'reports_use_unspecified')
  END
$$
"""

#: What a search can ask of a medicine, from the relations that count.
SEARCH_ASPECTS = """
CREATE FUNCTION programs_search_aspects(relations text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN relations && ARRAY['starts_and_continues', 'continues_only', 'time_limited',
                                      'taper_only', 'reports_use_unspecified']
           THEN ARRAY['offers'] ELSE '{}' END
      || CASE WHEN relations && ARRAY['starts_and_continues'] THEN ARRAY['start'] ELSE '{}' END
      || CASE WHEN relations && ARRAY['starts_and_continues', 'continues_only',
                                      'accepts_elsewhere']
           THEN ARRAY['stay'] ELSE '{}' END
      || CASE WHEN relations && ARRAY['starts_and_continues', 'continues_only', 'time_limited',
                                      'taper_only', 'reports_use_unspecified',
                                      'accepts_elsewhere']
           THEN ARRAY['any'] ELSE '{}' END
$$
"""

REFRESH = """
CREATE FUNCTION programs_refresh_search(ids int[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
BEGIN
  -- Two writers of one program take turns; the second then reads what the first committed.
  PERFORM 1 FROM programs_program WHERE ids IS NULL OR id = ANY(ids)
    ORDER BY id FOR NO KEY UPDATE;
  DELETE FROM programs_searchrow WHERE ids IS NULL OR program_id = ANY(ids);
  INSERT INTO programs_searchrow (program_id, cell, x, y, z, state, county_id, confirmed_on,
                                  word0, word1, word2, word3, word4, word5,
                                  denied0, denied1, denied2, denied3, denied4, denied5)
  WITH medicine AS (
    SELECT program_id, term_id,
           programs_effective_relations(array_agg(relation::text)) AS relations
      FROM programs_medicationfact WHERE ids IS NULL OR program_id = ANY(ids)
      GROUP BY program_id, term_id
  ), stated AS (
    SELECT program_id, term_id, 'offers' AS aspect, answer = 'yes' AS is_yes
      FROM programs_carefact WHERE ids IS NULL OR program_id = ANY(ids)
    UNION ALL
    -- Out of one plan's network is no refusal of the payer: a yes of any plan counts.
    SELECT program_id, term_id, 'offers', bool_or(answer = 'yes')
      FROM programs_coveragefact WHERE ids IS NULL OR program_id = ANY(ids)
      GROUP BY program_id, term_id
    UNION ALL
    SELECT program_id, term_id, 'offers', answer = 'yes'
      FROM programs_featurefact WHERE ids IS NULL OR program_id = ANY(ids)
    UNION ALL
    SELECT program_id, term_id, unnest(programs_search_aspects(relations)), true FROM medicine
    UNION ALL
    SELECT program_id, term_id, unnest(ARRAY['offers', 'start', 'stay', 'any']), false
      FROM medicine
      WHERE relations && ARRAY['does_not_use', 'does_not_accept', 'not_applicable']
  ), words AS (
    SELECT stated.program_id, slot.number / 63 AS word,
           bit_or(1::bigint << (slot.number % 63)) FILTER (WHERE is_yes) AS bits,
           bit_or(1::bigint << (slot.number % 63)) FILTER (WHERE NOT is_yes) AS denied
      FROM stated JOIN programs_searchslot slot
        ON slot.term_id = stated.term_id AND slot.aspect = stated.aspect
      GROUP BY 1, 2
  ), row_of_words AS (
    SELECT program_id,
           max(bits) FILTER (WHERE word = 0) AS word0,
           max(bits) FILTER (WHERE word = 1) AS word1,
           max(bits) FILTER (WHERE word = 2) AS word2,
           max(bits) FILTER (WHERE word = 3) AS word3,
           max(bits) FILTER (WHERE word = 4) AS word4,
           max(bits) FILTER (WHERE word = 5) AS word5,
           max(denied) FILTER (WHERE word = 0) AS denied0,
           max(denied) FILTER (WHERE word = 1) AS denied1,
           max(denied) FILTER (WHERE word = 2) AS denied2,
           max(denied) FILTER (WHERE word = 3) AS denied3,
           max(denied) FILTER (WHERE word = 4) AS denied4,
           max(denied) FILTER (WHERE word = 5) AS denied5
      FROM words GROUP BY program_id
  ), confirmed AS (
    SELECT program_id, max(confirmed_on) AS confirmed_on FROM (
      SELECT program_id, confirmed_on FROM programs_carefact
      UNION ALL SELECT program_id, confirmed_on FROM programs_medicationfact
      UNION ALL SELECT program_id, confirmed_on FROM programs_coveragefact
      UNION ALL SELECT program_id, confirmed_on FROM programs_featurefact
    ) facts
    WHERE confirmed_on IS NOT NULL AND (ids IS NULL OR program_id = ANY(ids))
    GROUP BY program_id
  )
  SELECT program.id,
         (least(719, floor((facility.latitude + 90) * 4)) * 1440
          + floor((facility.longitude + 180) * 4)::int % 1440)::int AS cell,
         cos(radians(facility.latitude)) * cos(radians(facility.longitude)),
         cos(radians(facility.latitude)) * sin(radians(facility.longitude)),
         sin(radians(facility.latitude)),
         facility.state, facility.county_id, confirmed.confirmed_on,
         coalesce(word0, 0), coalesce(word1, 0), coalesce(word2, 0),
         coalesce(word3, 0), coalesce(word4, 0), coalesce(word5, 0),
         denied0, denied1, denied2, denied3, denied4, denied5
    FROM programs_program program
    JOIN programs_facility facility ON facility.id = program.facility_id
    LEFT JOIN row_of_words ON row_of_words.program_id = program.id
    LEFT JOIN confirmed ON confirmed.program_id = program.id
    WHERE program.status = 'published' AND (ids IS NULL OR program.id = ANY(ids))
    ORDER BY cell, program.id;  -- neighbours share pages
END
$$
"""

#: {changed} selects the program ids of the rows of the transition table {rows}.
TRIGGER_FUNCTION = """
CREATE FUNCTION programs_search_after_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ids int[];
BEGIN
  IF current_setting('programs.search_refresh', true) = 'off' THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'INSERT' THEN
    ids := ARRAY({new});
  ELSIF TG_OP = 'DELETE' THEN
    ids := ARRAY({old});
  ELSE
    ids := ARRAY({new} UNION {old});
  END IF;
  IF ids <> '{{}}' THEN
    {before}
    PERFORM programs_refresh_search(ids);
  END IF;
  RETURN NULL;
END
$$
"""

#: A program that is added while its facility moves waits, and is placed where the facility went.
WAIT_FOR_FACILITY = """
    PERFORM 1 FROM programs_facility WHERE id IN (
      SELECT facility_id FROM programs_program WHERE id = ANY(ids)) ORDER BY id FOR SHARE;"""

TRANSITIONS = {
    "INSERT": "NEW TABLE AS new_rows",
    "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
}

PROGRAMS_OF = {
    **dict.fromkeys(FACT_TABLES, "SELECT program_id FROM {rows}"),
    "program": "SELECT id FROM {rows}",
    "facility": (
        "SELECT program.id FROM programs_program program"
        " JOIN {rows} ON {rows}.id = program.facility_id"
    ),
    "searchslot": " UNION ".join(
        f"SELECT program_id FROM programs_{table} WHERE term_id IN (SELECT term_id FROM {{rows}})"
        for table in FACT_TABLES
    ),
}


def _function(table: str) -> migrations.RunSQL:
    select = PROGRAMS_OF[table]
    sql = TRIGGER_FUNCTION.format(
        table=table,
        new=select.format(rows="new_rows"),
        old=select.format(rows="old_rows"),
        before=WAIT_FOR_FACILITY if table == "program" else "",
    )
    return migrations.RunSQL(sql, f"DROP FUNCTION programs_search_after_{table}()")


def _trigger(table: str, event: str, referencing: str = "") -> migrations.RunSQL:
    name = f"programs_search_{event.lower()}"
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} AFTER {event} ON programs_{table} {referencing}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION programs_search_after_{table}()",
        f"DROP TRIGGER {name} ON programs_{table}",
    )


class Migration(migrations.Migration):
    dependencies = [("programs", "0001_initial")]

    operations = [
        migrations.RunSQL(
            EFFECTIVE_RELATIONS, "DROP FUNCTION programs_effective_relations(text[])"
        ),
        migrations.RunSQL(SEARCH_ASPECTS, "DROP FUNCTION programs_search_aspects(text[])"),
        migrations.RunSQL(REFRESH, "DROP FUNCTION programs_refresh_search(int[])"),
        *(_function(table) for table in PROGRAMS_OF),
        *(
            _trigger(table, event, f"REFERENCING {transition}")
            for table in PROGRAMS_OF
            for event, transition in TRANSITIONS.items()
        ),
    ]
