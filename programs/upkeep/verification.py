"""Which listings to check by phone first, and who is on the phone.

The order is by what is past its shelf life and how much a searcher depends on it. How often a
listing is looked at plays no part: that is not recorded.
"""

# What is put into a statement here is a constant of this file.
# ruff: noqa: S608

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction

from programs.models import CallSheet

#: How long a sheet stays with whoever took it up.
HOLD = timedelta(hours=1)
RETRY_WORKING_DAYS = 3
SATURDAY = 5
RETRIES_WHEN_RACING = 5

# Weights of what is past its shelf life, summed for each facility that has a published program.
# What nobody ever stood by, such as a name that no release states, is past it too.
_WAITING = """
WITH good AS (
  SELECT facet.id AS facet_id, '' AS part, facet.weight,
         %(today)s::date - facet.shelf_life_days::int AS since
    FROM programs_facet facet
   UNION ALL
  SELECT facet.id, life.part, life.weight, %(today)s::date - life.days::int
    FROM programs_facet facet CROSS JOIN programs_shelflife life
   WHERE facet.kind = 'coverage' AND life.part = 'in_network'
), facts AS (
  SELECT program_id, min(oldest_on) AS oldest_on,
         sum(weight) FILTER (WHERE oldest_on <= since) AS urgency
    FROM programs_freshnessrow JOIN good USING (facet_id, part) GROUP BY program_id
), site AS (
  SELECT program.facility_id, min(facts.oldest_on) AS oldest_on,
         coalesce(sum(facts.urgency), 0) AS urgency
    FROM programs_program program LEFT JOIN facts ON facts.program_id = program.id
   WHERE program.status = 'published' GROUP BY program.facility_id
), phones AS (
  SELECT facility_id, min(coalesce(confirmed_on, reported_on)) AS oldest_on
    FROM programs_phone GROUP BY facility_id
), release AS (
  SELECT program.facility_id, max(source.published_on) AS published_on
    FROM programs_federalrecord record
    JOIN programs_program program ON program.id = record.program_id
    JOIN programs_source source ON source.id = record.source_id
   GROUP BY program.facility_id
), place AS (
  SELECT %(today)s::date - max(days) FILTER (WHERE part = 'phones') AS phones_since,
         max(weight) FILTER (WHERE part = 'phones') AS phones_weight,
         %(today)s::date - max(days) FILTER (WHERE part = 'address') AS address_since,
         max(weight) FILTER (WHERE part = 'address') AS address_weight,
         %(today)s::date - max(days) FILTER (WHERE part = 'name') AS name_since,
         max(weight) FILTER (WHERE part = 'name') AS name_weight
    FROM programs_shelflife
), queue AS MATERIALIZED (
  SELECT facility.id, facility.name, facility.branch, facility.city, facility.state,
         facility.is_invented, least(site.oldest_on, phones.oldest_on) AS oldest_on,
         site.urgency
           + CASE WHEN phones.oldest_on <= place.phones_since
               THEN place.phones_weight ELSE 0 END
           + CASE WHEN coalesce(
                 greatest(facility.address_confirmed_on, release.published_on), '-infinity')
               <= place.address_since THEN place.address_weight ELSE 0 END
           + CASE WHEN coalesce(
                 greatest(facility.name_confirmed_on, release.published_on), '-infinity')
               <= place.name_since THEN place.name_weight ELSE 0 END AS urgency,
         sheet.assigned_to_id, sheet.unanswered_count, sheet.retry_on,
         CASE WHEN sheet.held_until > %(now)s::timestamptz THEN sheet.held_by_id END AS held_by_id
    FROM site CROSS JOIN place
    JOIN programs_facility facility ON facility.id = site.facility_id
    LEFT JOIN phones ON phones.facility_id = facility.id
    LEFT JOIN release ON release.facility_id = facility.id
    LEFT JOIN programs_callsheet sheet ON sheet.facility_id = facility.id
   WHERE (%(state)s::text = '' OR facility.state = %(state)s::text)
     AND (sheet.retry_on IS NULL OR sheet.retry_on <= %(today)s::date)
)
"""
_QUEUE = f"""{_WAITING}
SELECT id, concat_ws(', ', name, nullif(branch, '')), city, state, is_invented, urgency, oldest_on,
       assigned_to_id, coalesce(unanswered_count, 0), retry_on, held_by_id, count(*) OVER ()
  FROM queue
 WHERE (urgency > 0 OR retry_on IS NOT NULL)
   AND (%(assigned_to)s::int IS NULL OR assigned_to_id = %(assigned_to)s::int)
   AND (NOT %(is_due)s::bool OR retry_on IS NOT NULL)
   AND (%(free_for)s::int IS NULL OR held_by_id IS NULL OR held_by_id = %(free_for)s::int)
 ORDER BY retry_on NULLS LAST, urgency DESC, oldest_on, id
 LIMIT %(limit)s OFFSET %(offset)s
"""
_COUNTS = f"""{_WAITING}
SELECT count(*), count(retry_on), count(*) FILTER (WHERE assigned_to_id = %(user_id)s::int)
  FROM queue WHERE urgency > 0 OR retry_on IS NOT NULL
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which sheets: of a state, of a person, those that were to be called again by today."""

    state: str = ""
    assigned_to: int | None = None
    is_due: bool = False


@dataclass(frozen=True, slots=True)
class QueuedSheet:
    """A facility to call. `urgency` is the weight of all that is past its shelf life there."""

    facility_id: int
    name: str
    city: str
    state: str
    is_invented: bool
    urgency: int
    #: The longest that anybody has not stood by something; None where nothing is stated.
    oldest_on: date | None
    assigned_to_id: int | None
    unanswered_count: int
    retry_on: date | None
    held_by_id: int | None


class HeldByAnotherError(Exception):
    """Somebody else is on the phone with this place."""

    def __init__(self, sheet: CallSheet) -> None:
        super().__init__(f"sheet {sheet.pk} is held until {sheet.held_until}")
        self.sheet = sheet


def queue(
    wanted: Wanted,
    *,
    now: datetime,
    today: date,
    limit: int,
    offset: int = 0,
    free_for: int | None = None,
) -> tuple[list[QueuedSheet], int]:
    """Return a stretch of the queue, and how long the queue is. One statement.

    Calls that were promised for today come first. A sheet that is to be called again later is not
    in it; with `free_for`, a user's id, neither is one that somebody else works on.
    """
    parameters: dict[str, Any] = {
        "today": today, "now": now, "state": wanted.state, "assigned_to": wanted.assigned_to,
        "is_due": wanted.is_due, "free_for": free_for, "limit": limit, "offset": offset,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_QUEUE, parameters)
        rows = cursor.fetchall()
    return [QueuedSheet(*row[:-1]) for row in rows], rows[0][-1] if rows else 0


@dataclass(frozen=True, slots=True)
class CallCounts:
    """How many sheets wait: all, those promised for today, those of one person."""

    all: int
    due: int
    assigned: int


def count_calls(user_id: int, *, now: datetime, today: date) -> CallCounts:
    """Return how long the queues are. One statement."""
    parameters: dict[str, Any] = {"today": today, "now": now, "state": "", "user_id": user_id}
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, parameters)
        return CallCounts(*cursor.fetchone())


@transaction.atomic
def take(facility_id: int, *, user: User, now: datetime) -> CallSheet:
    """Give the sheet to the user for an hour. Raises HeldByAnotherError."""
    sheet = locked_sheet(facility_id)
    if sheet.is_held_by_another(user.pk, now):
        raise HeldByAnotherError(sheet)
    sheet.held_by, sheet.held_until = user, now + HOLD
    sheet.save()
    return sheet


def take_next(wanted: Wanted, *, user: User, now: datetime, today: date) -> CallSheet | None:
    """Take the first sheet of the queue that nobody else works on, or None when it is empty."""
    # Two people at once: the second gets the sheet after.
    for _attempt in range(RETRIES_WHEN_RACING):
        sheets, _total = queue(wanted, now=now, today=today, limit=1, free_for=user.pk)
        if not sheets:
            return None
        try:
            return take(sheets[0].facility_id, user=user, now=now)
        except HeldByAnotherError:
            continue
    return None


@transaction.atomic
def record_no_answer(facility_id: int, retry_on: date, *, user: User, now: datetime) -> CallSheet:
    """Count a call that nobody answered, to be tried again. Raises HeldByAnotherError."""
    sheet = own_sheet(facility_id, user=user, now=now)
    sheet.unanswered_count += 1
    end_call(sheet, user=user, now=now, retry_on=retry_on)
    return sheet


@transaction.atomic
def put_off(facility_id: int, retry_on: date, *, user: User, now: datetime) -> None:
    """Give the sheet back without a call, until a later day. Raises HeldByAnotherError."""
    sheet = own_sheet(facility_id, user=user, now=now)
    sheet.held_by = sheet.held_until = None
    sheet.retry_on = retry_on
    sheet.save()


def end_call(sheet: CallSheet, *, user: User, now: datetime, retry_on: date | None) -> None:
    sheet.called_by, sheet.called_at = user, now
    sheet.held_by = sheet.held_until = None
    sheet.retry_on = retry_on
    sheet.save()


def own_sheet(facility_id: int, *, user: User, now: datetime) -> CallSheet:
    """Lock the sheet for writing. Raises HeldByAnotherError."""
    sheet = locked_sheet(facility_id)
    if sheet.is_held_by_another(user.pk, now):
        raise HeldByAnotherError(sheet)
    return sheet


def locked_sheet(facility_id: int) -> CallSheet:
    CallSheet.objects.bulk_create([CallSheet(facility_id=facility_id)], ignore_conflicts=True)
    return CallSheet.objects.select_for_update(of=("self",)).get(pk=facility_id)


def retry_day(today: date, working_days: int = RETRY_WORKING_DAYS) -> date:
    """Return the day so many working days from now; public holidays count as working days."""
    day = today
    while working_days:
        day += timedelta(days=1)
        working_days -= day.weekday() < SATURDAY
    return day
