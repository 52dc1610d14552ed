"""Facts: what a source stated about a program and a term, and when.

No row means that nobody said. One table for each kind of detail; all share `Fact`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

from programs.enums import Answer, FactKind, MedicationRelation, NetworkRelation
from programs.models.program import Program
from programs.models.provenance import Source
from programs.models.vocabulary import Term

#: Relations that say no. All others say yes to something.
MEDICATION_REFUSALS = frozenset(
    {
        MedicationRelation.DOES_NOT_USE,
        MedicationRelation.DOES_NOT_ACCEPT,
        MedicationRelation.NOT_APPLICABLE,
    }
)
#: "Can start me on it."
MEDICATION_STARTS = frozenset({MedicationRelation.STARTS_AND_CONTINUES})
#: "Lets me stay on my medicine."
MEDICATION_STAYS = MEDICATION_STARTS | {
    MedicationRelation.CONTINUES_ONLY,
    MedicationRelation.ACCEPTS_ELSEWHERE,
}
#: The program itself gives it, or says it uses it.
MEDICATION_OFFERS = MEDICATION_STARTS | {
    MedicationRelation.CONTINUES_ONLY,
    MedicationRelation.TIME_LIMITED,
    MedicationRelation.TAPER_ONLY,
    MedicationRelation.REPORTS_USE_UNSPECIFIED,
}


def effective_relations(stated: Iterable[str]) -> list[MedicationRelation]:
    """Return what counts of the relations stated for one program and medicine, strongest first.

    - "Reports using it" counts only when nothing clearer is stated.
    - "Doesn't use it" beside "accepts people on it" is not a contradiction: the second counts.
    - Any other "no" beside a "yes" is one: only the no counts, and the loader queues it.

    The same rule runs in SQL for the search projection (`programs_effective_relations`).
    """
    relations = {MedicationRelation(relation) for relation in stated}
    if relations == {MedicationRelation.DOES_NOT_USE, MedicationRelation.ACCEPTS_ELSEWHERE}:
        relations = {MedicationRelation.ACCEPTS_ELSEWHERE}
    if relations & MEDICATION_REFUSALS:
        relations &= MEDICATION_REFUSALS
    elif len(relations) > 1:
        relations.discard(MedicationRelation.REPORTS_USE_UNSPECIFIED)
    return [relation for relation in MedicationRelation if relation in relations]


class Fact(models.Model):
    """One statement. `reported_on` is the source's date; `confirmed_on` is set by a keeper alone.

    A confirmed fact is never overwritten by a release: the difference is recorded as a conflict.
    """

    # Facts are found by program; indexes on the term and the source would only slow a load.
    program = models.ForeignKey(Program, models.CASCADE, verbose_name=_("program"), db_index=False)
    term = models.ForeignKey(Term, models.PROTECT, verbose_name=_("term"), db_index=False)
    source = models.ForeignKey(Source, models.PROTECT, verbose_name=_("source"), db_index=False)
    reported_on = models.DateField(_("reported on"))
    confirmed_on = models.DateField(_("confirmed on"), null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.term)


class CareFact(Fact):
    """A level of care. Hours are clinical hours a week; a level is never inferred from them."""

    answer = models.CharField(_("answer"), max_length=3, choices=Answer, default=Answer.YES)
    hours_per_week_min = models.PositiveSmallIntegerField(
        _("hours a week, from"), null=True, blank=True
    )
    hours_per_week_max = models.PositiveSmallIntegerField(
        _("hours a week, to"), null=True, blank=True
    )
    length_days_min = models.PositiveSmallIntegerField(
        _("length in days, from"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    length_days_max = models.PositiveSmallIntegerField(
        _("length in days, to"), null=True, blank=True
    )
    overnight = models.BooleanField(_("people stay overnight"), null=True, blank=True)
    asam_level = models.CharField(_("ASAM level"), max_length=8, blank=True)
    asam_edition = models.PositiveSmallIntegerField(
        _("ASAM edition"), null=True, blank=True, choices=[(3, _("3rd")), (4, _("4th"))]
    )

    class Meta:
        verbose_name = _("level of care")
        verbose_name_plural = _("levels of care")
        constraints = [
            models.UniqueConstraint(
                fields=["program", "term"],
                name="care_stated_once",
                violation_error_message=_("This level of care is stated already: change that row."),
            ),
            models.CheckConstraint(
                name="care_answer_is_known", condition=Q(answer__in=Answer.values)
            ),
            models.CheckConstraint(
                name="care_hours_in_order",
                violation_error_message=_("The hours a week end before they begin."),
                condition=Q(hours_per_week_min__isnull=True)
                | Q(hours_per_week_max__isnull=True)
                | Q(hours_per_week_min__lte=F("hours_per_week_max")),
            ),
            models.CheckConstraint(
                name="care_length_in_order",
                violation_error_message=_("The length in days ends before it begins."),
                condition=Q(length_days_min__isnull=True)
                | Q(length_days_max__isnull=True)
                | Q(length_days_min__lte=F("length_days_max")),
            ),
            models.CheckConstraint(
                # A level number means different things in the two editions.
                name="care_asam_level_has_its_edition",
                violation_error_message=_("An ASAM level and its edition go together."),
                condition=Q(asam_level="", asam_edition__isnull=True)
                | ~Q(asam_level="") & Q(asam_edition__isnull=False),
            ),
        ]


class MedicationFact(Fact):
    """One rung of the ladder that a source stated for a medicine.

    A program may have stated several ("tapers", "accepts people on it"), even contradictory
    ones: all are kept, and `effective_relations` says which count.
    """

    relation = models.CharField(_("relation"), max_length=24, choices=MedicationRelation)
    answer = models.GeneratedField(
        expression=Case(
            When(relation__in=sorted(MEDICATION_REFUSALS), then=Value(Answer.NO.value)),
            default=Value(Answer.YES.value),
        ),
        output_field=models.CharField(max_length=3, choices=Answer),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("medicine")
        verbose_name_plural = _("medicines")
        constraints = [
            models.UniqueConstraint(
                fields=["program", "term", "relation"],
                name="medication_relation_stated_once",
                violation_error_message=_(
                    "This relation to the medicine is stated already: change that row."
                ),
            ),
            models.CheckConstraint(
                name="medication_relation_is_known",
                condition=Q(relation__in=MedicationRelation.values),
            ),
            models.CheckConstraint(
                # A refusal may raise disability law: only a person's dated check may state it.
                name="medication_refusal_was_checked",
                violation_error_message=_(
                    "A refusal needs the day on which you checked: it may raise disability law."
                ),
                condition=~Q(relation=MedicationRelation.DOES_NOT_ACCEPT)
                | Q(confirmed_on__isnull=False),
            ),
        ]


class CoverageFact(Fact):
    """A payer or a way to pay. In-network needs a plan's name and a date."""

    relation = models.CharField(_("relation"), max_length=24, choices=NetworkRelation)
    plan = models.CharField(_("plan or network"), max_length=120, blank=True)
    state = models.CharField(_("state of the plan"), max_length=2, blank=True)
    answer = models.GeneratedField(
        expression=Case(
            When(relation=NetworkRelation.DOES_NOT_ACCEPT, then=Value(Answer.NO.value)),
            default=Value(Answer.YES.value),
        ),
        output_field=models.CharField(max_length=3, choices=Answer),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payment")
        constraints = [
            models.UniqueConstraint(
                fields=["program", "term", "plan"],
                name="coverage_stated_once_a_plan",
                violation_error_message=_(
                    "This payer and plan are stated already: change that row."
                ),
            ),
            models.CheckConstraint(
                name="coverage_relation_is_known",
                condition=Q(relation__in=NetworkRelation.values),
            ),
            models.CheckConstraint(
                name="coverage_in_network_names_a_plan",
                violation_error_message=_("A place is in network for a plan: name the plan."),
                condition=~Q(relation=NetworkRelation.IN_NETWORK) | ~Q(plan=""),
            ),
        ]


class FeatureFact(Fact):
    """Any other fact: a track, a therapy, a language, an age, a house rule."""

    answer = models.CharField(_("answer"), max_length=3, choices=Answer, default=Answer.YES)

    class Meta:
        verbose_name = _("feature")
        verbose_name_plural = _("features")
        constraints = [
            models.UniqueConstraint(
                fields=["program", "term"],
                name="feature_stated_once",
                violation_error_message=_("This is stated already: change that row."),
            ),
            models.CheckConstraint(
                name="feature_answer_is_known", condition=Q(answer__in=Answer.values)
            ),
        ]


#: The tables of facts, by the kind of term that each is about.
FACTS_OF_KIND: dict[str, Any] = {
    FactKind.CARE: CareFact,
    FactKind.MEDICATION: MedicationFact,
    FactKind.COVERAGE: CoverageFact,
    FactKind.FEATURE: FeatureFact,
}
KIND_OF_FACTS: dict[type[models.Model], FactKind] = {
    model: FactKind(kind) for kind, model in FACTS_OF_KIND.items()
}
FACT_MODELS: tuple[Any, ...] = tuple(KIND_OF_FACTS)
