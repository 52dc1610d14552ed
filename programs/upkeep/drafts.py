"""Drafts: kept by their authors, sent to the editors, approved or returned with a note."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from programs.enums import ChangeKind, DraftState
from programs.models import Draft, Facility, change_set
from programs.models.draft import OPEN_STATES
from programs.upkeep.section_form import SectionForm
from programs.upkeep.sections import Section, find_section
from programs.upkeep.staff_saves import check_version
from programs.upkeep.stated_by import speaker


class AlreadyDecidedError(Exception):
    """The draft does not wait for a decision (any more); `draft` says what became of it."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(draft)
        self.draft = draft


def open_drafts(user: User) -> QuerySet[Draft]:
    """Return the drafts that their author may still change. In no order."""
    return Draft.objects.filter(author=user, state__in=OPEN_STATES)


@transaction.atomic
def keep(
    form: SectionForm,
    facility: Facility,
    section: Section,
    version: str,
    *,
    author: User,
    send: bool,
    now: datetime,
) -> Draft:
    """Store what was typed into a valid form, in the place of the author's draft before it."""
    own = open_drafts(author).filter(facility=facility, section=section.key)
    draft = own.select_for_update(of=("self",)).first()
    draft = draft or Draft(facility=facility, section=section.key, author=author, created_at=now)
    draft.typed, draft.version, draft.changed_at = form.typed(), version, now
    draft.label = section.label
    draft.state = DraftState.SENT if send else DraftState.DRAFT
    draft.save()
    return draft


def discard(facility: Facility, section: Section, *, author: User) -> None:
    """Throw the author's draft away, be it sent or not."""
    open_drafts(author).filter(facility=facility, section=section.key).delete()


def form_of(draft: Draft) -> SectionForm:
    """Return the form of a draft: the listing as it is now, with what was typed into it.

    Raises UnknownSectionError when the listing has the section no more.
    """
    section = find_section(draft.facility, draft.section)
    source = speaker(draft.author)
    typed = section.form(draft.facility, source).data_with(draft.typed)
    return section.form(draft.facility, source, typed)


@transaction.atomic
def approve(
    draft_id: int,
    form: SectionForm,
    version: str,
    *,
    note: str,
    user: User,
    now: datetime,
    today: date,
) -> Draft:
    """Save what the draft's form, which the editor may have changed, says.

    Raises AlreadyDecidedError, SavedMeanwhileError or UnreadableVersionError.
    """
    draft = _waiting(draft_id)
    check_version(draft.facility, version)
    labels = {"facility": draft.facility_id, "draft": draft.pk}
    with change_set(user, kind=ChangeKind.REVIEW, note=note, **labels):
        form.apply(today)
    return _decide(draft, DraftState.APPROVED, note, user, now)


@transaction.atomic
def give_back(draft_id: int, note: str, *, user: User, now: datetime) -> Draft:
    """Return the draft to its author with a note. Raises AlreadyDecidedError."""
    return _decide(_waiting(draft_id), DraftState.RETURNED, note, user, now)


def _waiting(draft_id: int) -> Draft:
    drafts = Draft.objects.select_for_update(of=("self",)).select_related("facility", "author")
    draft = drafts.get(pk=draft_id)
    if draft.state != DraftState.SENT:
        raise AlreadyDecidedError(draft)
    return draft


def _decide(draft: Draft, state: DraftState, note: str, user: User, now: datetime) -> Draft:
    draft.state, draft.note = state, note
    draft.decided_by, draft.decided_at = user, now
    draft.save()
    return draft


def mail_decision(draft: Draft) -> None:
    """Tell the author what was decided. Raises OSError if the mail server does not take it."""
    link = settings.SITE_URL + reverse("programs:staff-facility", args=[draft.facility_id])
    body = render_to_string("programs/mail/draft_decided.txt", {"draft": draft, "link": link})
    subject = _("Your change: %s") % draft.get_state_display()
    send_mail(subject, body, None, [draft.author.email])


def next_sent(after: Draft) -> Draft | None:
    """Return the draft that waits next after this one, or else the oldest there is."""
    waiting = Draft.objects.filter(state=DraftState.SENT).exclude(pk=after.pk)
    ordered = waiting.order_by("changed_at", "id")
    later = Q(changed_at__gt=after.changed_at) | Q(changed_at=after.changed_at, id__gt=after.pk)
    return ordered.filter(later).first() or ordered.first()
