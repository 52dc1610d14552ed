"""The words of a one-tap page: each level of care, what is stated of it, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from programs.enums import LinkUseKind, OpeningStatus, SourceKind
from programs.models import Opening, UpdateLink, UpdateLinkUse
from programs.upkeep import one_tap
from programs.upkeep.call_sheets import sections_of
from programs.upkeep.one_tap import Level
from programs.upkeep.time_zones import time_zone_of
from programs.views.update_forms import new_once
from programs.views.wording import ago, opening_status


@dataclass(frozen=True, slots=True)
class Row:
    """A level of care as the page prints it."""

    level: Level
    label: str
    now_text: str
    #: The status that counts now, or "".
    status: str
    #: Said a moment ago with this link: the page says so, and may offer to take it back.
    saved: str
    undo_use_id: int | None

    @property
    def anchor(self) -> str:
        return anchor_of(self.level.program.pk, self.level.term_id)


def anchor_of(program_id: int, term_id: int | None) -> str:
    return f"level-{program_id}-{term_id or 0}"


def page_context(link: UpdateLink, now: datetime) -> dict[str, Any]:
    """Return all that the page prints, in as many queries however many levels there are."""
    zone = time_zone_of(link.facility)
    use = one_tap.last_use(link)
    sections = sections_of(link.facility, timezone.localdate(now))
    return {
        "link": link,
        "facility": link.facility,
        "programs": [
            rows_of(levels, use, zone, now) for levels in one_tap.levels_of([link.facility_id])
        ],
        "statuses": OpeningStatus,
        "expires": moment(link.expires_at, zone),
        "sections": sections,
        "seen": one_tap.digest_of(sections),
        "after": one_tap.last_confirmation(link),
        "just": _just(use, now),
        "once": new_once(),
    }


def _just(use: UpdateLinkUse | None, now: datetime) -> str:
    """Return what was done with the link a moment ago, to thank for it."""
    return use.kind if use and now < use.used_at + one_tap.UNDO_WITHIN else ""


def rows_of(
    levels: Sequence[Level], use: UpdateLinkUse | None, zone: ZoneInfo, now: datetime
) -> list[Row]:
    return [_row(level, use, zone, now) for level in levels]


def _row(level: Level, use: UpdateLinkUse | None, zone: ZoneInfo, now: datetime) -> Row:
    opening = level.opening if level.opening and level.opening.expires_at > now else None
    saved, undo_use_id = "", None
    if use and _is_of(use, level) and _just(use, now):
        if use.kind == LinkUseKind.STATED and opening:
            saved = _("Saved.")
            undo_use_id = use.pk if one_tap.can_undo(use, now) else None
        elif use.kind == LinkUseKind.UNDONE:
            saved = _("Your last tap was taken back.")
    return Row(
        level=level,
        label=str(level.term) if level.term else _("The program as a whole"),
        now_text=now_text(level.opening, zone, now),
        status=opening.status if opening else "",
        saved=saved,
        undo_use_id=undo_use_id,
    )


def _is_of(use: UpdateLinkUse, level: Level) -> bool:
    return (use.program_id, use.term_id) == (level.program.pk, level.term_id)


def now_text(opening: Opening | None, zone: ZoneInfo, now: datetime) -> str:
    """Say what is stated, by whom and until when it counts. Its source must be at hand."""
    if opening is None:
        return _("Not known: nobody has said.")
    what = {
        "status": opening_status(OpeningStatus(opening.status), opening.wait_days),
        "ago": ago(opening.stated_at, now),
        "source": str(opening.source),
        "until": moment(opening.expires_at, zone),
    }
    if opening.expires_at <= now:
        return _("Not known now. Last said: %(status)s, %(ago)s.") % what
    if opening.source.kind == SourceKind.FACILITY:
        return _("%(status)s. Your program said so %(ago)s. Counts until %(until)s.") % what
    return _("%(status)s. %(source)s said so %(ago)s. Counts until %(until)s.") % what


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Say a time on the facility's clock: "Tuesday, Nov. 24, 4 p.m. MST"."""
    # A format of Django's, in the order of the language.
    return date_format(timezone.localtime(at, zone), pgettext("date format", "l, N j, P T"))
