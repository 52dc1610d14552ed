"""Decide what becomes of confirmed facts that a release contradicts, one by one or by a rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.fields.json import KT
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.enums import ConflictChoice, ImportAction, ImportStatus
from programs.models import Facet, ImportDecision, ImportItem, ImportRun
from programs.upkeep.releases import WrongMomentError

DAYS_A_MONTH = 30.44


@dataclass(frozen=True, slots=True)
class Rule:
    """What to choose for all open conflicts that are so old and of this facet."""

    choice: ConflictChoice
    older_than_months: int | None = None
    facet: Facet | None = None

    def __str__(self) -> str:
        parts = [str(self.choice.label)]
        if self.older_than_months:
            said = ngettext(
                "confirmed more than %s month ago",
                "confirmed more than %s months ago",
                self.older_than_months,
            )
            parts.append(said % self.older_than_months)
        if self.facet:
            parts.append(_("only %(group)s") % {"group": self.facet})
        return "; ".join(parts)

    def conflicts(self, run: ImportRun, *, today: date) -> QuerySet[ImportItem]:
        """Return the open conflicts that the rule decides. In no order."""
        conflicts = open_conflicts(run).annotate(said_on=KT("detail__said_on"))
        if self.facet:
            conflicts = conflicts.filter(detail__term__startswith=f"{self.facet.slug}/")
        if self.older_than_months:
            since = today - timedelta(days=round(self.older_than_months * DAYS_A_MONTH))
            # Days written as 2024-05-01 are in the order of their letters.
            conflicts = conflicts.filter(said_on__lt=since.isoformat())
        return conflicts


def open_conflicts(run: ImportRun) -> QuerySet[ImportItem]:
    return run.items.filter(action=ImportAction.CONFLICT, decision=None)


def all_open_conflicts() -> QuerySet[ImportItem]:
    """Return the open conflicts of all runs that are reviewed or applied."""
    return ImportItem.objects.filter(
        action=ImportAction.CONFLICT,
        decision=None,
        run__status__in=(ImportStatus.PLANNED, ImportStatus.APPLIED),
    )


def decide_by_rule(run: ImportRun, rule: Rule, user: User) -> int:
    """Decide all that the rule is about; return how many. Raises WrongMomentError."""
    with transaction.atomic():
        _hold(run, {rule.choice})
        today = timezone.localdate()
        items = list(rule.conflicts(run, today=today).order_by("pk"))
        _write([(item, rule.choice) for item in items], user, str(rule))
    return len(items)


def decide(run: ImportRun, choices: dict[int, ConflictChoice | None], user: User) -> int:
    """Decide conflicts by the ids of their lines, or open them again (None); return how many
    changed. Lines that are not conflicts of the run are left out. Raises WrongMomentError."""
    with transaction.atomic():
        _hold(run, set(choices.values()))
        items = run.items.filter(pk__in=choices, action=ImportAction.CONFLICT).select_related(
            "decision"
        )
        changed = [item for item in items if _choice_of(item) != choices[item.pk]]
        ImportDecision.objects.filter(
            item__in=[item for item in changed if choices[item.pk] is None]
        ).delete()
        decided = ((item, choices[item.pk]) for item in changed)
        _write([(item, choice) for item, choice in decided if choice], user, "")
    return len(changed)


def _choice_of(item: ImportItem) -> str | None:
    return item.decision.choice if hasattr(item, "decision") else None


def _hold(run: ImportRun, choices: set[ConflictChoice | None]) -> None:
    """Keep the run as it is until the decisions are stored."""
    run = ImportRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if run.status == ImportStatus.PLANNED:
        return
    if run.status != ImportStatus.APPLIED:
        raise WrongMomentError("Conflicts can be decided while the plan is reviewed.")
    if choices != {ConflictChoice.KEEP}:
        raise WrongMomentError(
            "The plan is applied: change the fact on its listing, then settle the conflict as kept."
        )


def _write(decided: Iterable[tuple[ImportItem, ConflictChoice]], user: User, rule: str) -> None:
    ImportDecision.objects.bulk_create(
        [
            ImportDecision(
                item=item, choice=choice, rule=rule, decided_by=user, decided_at=timezone.now()
            )
            for item, choice in decided
        ],
        update_conflicts=True,
        unique_fields=["item"],
        update_fields=["choice", "rule", "decided_by", "decided_at"],
    )
