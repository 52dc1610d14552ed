"""What needs a person today: the queues of the keepers' desk.

A new queue is one more entry of `QUEUES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.contrib.auth.models import AnonymousUser, User
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from programs import crisis_lines
from programs.enums import ClaimState, DraftState
from programs.models import Claim, Correction, Draft, DuplicatePair, Program
from programs.upkeep import gone_listings
from programs.upkeep.conflicts import all_open_conflicts
from programs.upkeep.permissions import Action, may
from programs.upkeep.verification import CallCounts, count_calls


@dataclass(frozen=True)
class Moment:
    """When, and for whom, the desk is read."""

    now: datetime
    today: date
    user_id: int

    @cached_property
    def calls(self) -> CallCounts:
        return count_calls(self.user_id, now=self.now, today=self.today)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What waits for a person. `count` takes one statement at most."""

    slug: str
    label: Promise
    hint: Promise
    #: Who may not do this does not see the queue.
    action: Action
    count: Callable[[Moment], int]
    #: The name of the page that lists the queue, and what its query string asks for.
    page: str
    query: str = ""

    @property
    def url(self) -> str:
        return reverse(self.page) + self.query


@dataclass(frozen=True, slots=True)
class CountedQueue:
    queue: Queue
    count: int


def queues_for(user: User | AnonymousUser, *, now: datetime, today: date) -> Iterator[CountedQueue]:
    """Yield the queues that the user may work through, with what waits. One statement each."""
    if user.pk is None:
        return
    moment = Moment(now, today, user.pk)
    for queue in QUEUES:
        if may(user, queue.action):
            yield CountedQueue(queue, queue.count(moment))


QUEUES: tuple[Queue, ...] = (
    Queue(
        slug="corrections",
        label=_("Reports from the public"),
        hint=_("Somebody says that a listing is wrong"),
        action=Action.HANDLE_CORRECTIONS,
        count=lambda moment: Correction.objects.open().count(),
        page="admin:programs_correction_changelist",
    ),
    Queue(
        slug="drafts",
        label=_("Changes handed in by facilities"),
        hint=_("Names, addresses and licenses: approve, mend or return them"),
        action=Action.REVIEW,
        count=lambda moment: Draft.objects.filter(state=DraftState.SENT).count(),
        page="admin:programs_draft_changelist",
    ),
    Queue(
        slug="claims",
        label=_("Claims of listings"),
        hint=_("Somebody asks to keep a listing: find out who they are"),
        action=Action.REVIEW,
        count=lambda moment: Claim.objects.filter(state=ClaimState.NEW).count(),
        page="admin:programs_claim_changelist",
    ),
    Queue(
        slug="calls-due",
        label=_("Calls promised for today"),
        hint=_("Nobody answered, or something was left open"),
        action=Action.VERIFY,
        count=lambda moment: moment.calls.due,
        page="admin:programs_callsheet_changelist",
        query="?due=on",
    ),
    Queue(
        slug="my-calls",
        label=_("Listings assigned to me"),
        hint=_("To check by phone"),
        action=Action.VERIFY,
        count=lambda moment: moment.calls.assigned,
        page="admin:programs_callsheet_changelist",
        query="?mine=on",
    ),
    Queue(
        slug="calls",
        label=_("Listings to check by phone"),
        hint=_("Past their shelf life, what matters most first"),
        action=Action.VERIFY,
        count=lambda moment: moment.calls.all,
        page="admin:programs_callsheet_changelist",
    ),
    Queue(
        slug="expired-openings",
        label=_("Openings that have expired"),
        hint=_("They read “not known” now: ask again"),
        action=Action.EDIT_LISTING,
        count=lambda moment: Program.objects.published().with_expired_openings(moment.now).count(),
        page="admin:programs_program_changelist",
        query="?openings=expired&status__exact=published",
    ),
    Queue(
        slug="gone",
        label=_("Not in the latest federal list"),
        hint=_("Closed, moved or left out: find out which"),
        action=Action.EDIT_LISTING,
        count=lambda moment: gone_listings.queue().count(),
        page="admin:programs_gonelisting_changelist",
    ),
    Queue(
        slug="conflicts",
        label=_("Conflicts with a release"),
        hint=_("A release contradicts what was confirmed: keep it or take the release"),
        action=Action.PLAN_IMPORT,
        count=lambda moment: all_open_conflicts().count(),
        page="admin:programs_importrun_changelist",
    ),
    Queue(
        slug="duplicates",
        label=_("Likely duplicates"),
        hint=_("Two listings that may be one place"),
        action=Action.MERGE,
        count=lambda moment: DuplicatePair.objects.open().count(),
        page="admin:programs_duplicatepair_changelist",
        query="?is=open",
    ),
    Queue(
        slug="crisis-lines",
        label=_("Crisis numbers to check"),
        hint=_("Never checked, or not for 90 days: dial each, then note the day in its file"),
        action=Action.MANAGE_SOURCES,
        count=lambda moment: len(crisis_lines.due(crisis_lines.LINES, moment.today)),
        page="programs:about",
        query="#crisis-lines",
    ),
)
