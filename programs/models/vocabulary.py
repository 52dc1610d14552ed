"""What a program can be asked about: facets, their terms, and the federal codes that state them."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Length
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from programs.enums import (
    Answer,
    FactKind,
    ListingPart,
    MedicationRelation,
    NetworkRelation,
    SearchAspect,
)

#: Bits of a search word that are used. Bit 63 is the sign, and three counters of 21 bits fill 63.
BITS_PER_WORD = 63
#: Word columns of the search projection (`SearchRow.word0` and on).
SEARCH_WORDS = 6
SEARCH_SLOTS = BITS_PER_WORD * SEARCH_WORDS

#: How long a statement about openings counts, where a level of care does not say otherwise.
OPEN_HOURS, WAIT_HOURS = 48, 7 * 24

models.CharField.register_lookup(Length)

SPANISH = "es"

#: Weights run from 0 (nobody decides by it) to this.
MOST_WEIGHT = 10
SHELF_LIFE_HELP = _("After this, a page says when it was last checked and to call")
WEIGHT_HELP = _("How much a searcher depends on it, 0 to 10: what weighs more is checked first")


#: Names of other parameters of a search; `not_` before a facet's name excludes.
RESERVED_PARAMETERS = frozenset(
    {"near", "miles", "page", "medication_access", "openings", "q", "sort", "unknown", "years"}
)


def worded(english: str, spanish: str, language: str | None) -> str:
    """Return the words for a language: the English ones where there are no Spanish ones yet."""
    return (spanish if language == SPANISH else "") or english


def refuse_reserved(slug: str) -> None:
    """Raise ValidationError for a facet slug that means something else in a search."""
    if slug in RESERVED_PARAMETERS or slug.startswith("not_"):
        raise ValidationError(
            _("“%(slug)s” has another meaning in a search."), params={"slug": slug}
        )


class Facet(models.Model):
    """A kind of thing to ask about, such as level of care. Its slug names it in addresses."""

    slug = models.SlugField(
        _("slug"),
        max_length=40,
        unique=True,
        help_text=_("With underscores"),
        validators=[refuse_reserved],
    )
    label = models.CharField(_("label"), max_length=80)
    label_es = models.CharField(_("label in Spanish"), max_length=80, blank=True)
    definition = models.TextField(_("plain definition"), blank=True)
    definition_es = models.TextField(_("plain definition in Spanish"), blank=True)
    kind = models.CharField(_("kind of fact"), max_length=12, choices=FactKind)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_common = models.BooleanField(
        _("most used"), default=False, help_text=_("Shown open in the search form")
    )
    shelf_life_days = models.PositiveSmallIntegerField(
        _("shelf life in days"),
        default=365,
        validators=[MinValueValidator(1)],
        help_text=SHELF_LIFE_HELP,
    )
    weight = models.PositiveSmallIntegerField(
        _("weight"), default=1, validators=[MaxValueValidator(MOST_WEIGHT)], help_text=WEIGHT_HELP
    )

    class Meta:
        verbose_name = _("facet")
        verbose_name_plural = _("facets")
        constraints = [
            models.CheckConstraint(
                name="facet_kind_is_known", condition=models.Q(kind__in=FactKind.values)
            ),
        ]

    def __str__(self) -> str:
        return worded(self.label, self.label_es, get_language())


class ShelfLife(models.Model):
    """How long a part of a listing that is no facet stays good, and how much depends on it.

    Facets say the same of their own facts. Source of the days: `docs/upkeep.md`, "Shelf lives".
    """

    part = models.CharField(_("part"), max_length=10, choices=ListingPart, unique=True)
    days = models.PositiveSmallIntegerField(
        _("shelf life in days"), validators=[MinValueValidator(1)], help_text=SHELF_LIFE_HELP
    )
    weight = models.PositiveSmallIntegerField(
        _("weight"), default=1, validators=[MaxValueValidator(MOST_WEIGHT)], help_text=WEIGHT_HELP
    )

    class Meta:
        verbose_name = _("shelf life")
        verbose_name_plural = _("shelf lives")
        constraints = [
            models.CheckConstraint(
                name="shelf_life_part_is_known",
                condition=models.Q(part__in=ListingPart.values),
            ),
        ]

    def __str__(self) -> str:
        return str(ListingPart(self.part).label)


class Term(models.Model):
    """One thing that a program may offer. A fact is an answer about a term."""

    # Four bytes: nearly every row of the fact tables holds one.
    id = models.AutoField(primary_key=True)
    facet = models.ForeignKey(Facet, models.PROTECT, related_name="terms", verbose_name=_("facet"))
    slug = models.SlugField(_("slug"), max_length=50, help_text=_("With underscores"))
    label = models.CharField(_("label"), max_length=120)
    label_es = models.CharField(_("label in Spanish"), max_length=120, blank=True)
    definition = models.TextField(_("plain definition"))
    definition_es = models.TextField(_("plain definition in Spanish"), blank=True)
    synonyms = ArrayField(
        models.CharField(max_length=60),
        verbose_name=_("search words"),
        default=list,
        blank=True,
        help_text=_("What people type, in English and Spanish, separated by commas"),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    # Read for levels of care alone, by `upkeep.openings`.
    open_hours = models.PositiveSmallIntegerField(
        _("hours that “open” counts"),
        default=OPEN_HOURS,
        validators=[MinValueValidator(1)],
        help_text=_("Levels of care: “open” or “full” reads “not known” after so many hours"),
    )
    wait_hours = models.PositiveSmallIntegerField(
        _("hours that a waitlist counts"),
        default=WAIT_HOURS,
        validators=[MinValueValidator(1)],
        help_text=_("Levels of care: the same for a waitlist, and for “not taking new people”"),
    )

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        constraints = [
            models.UniqueConstraint(fields=["facet", "slug"], name="term_slug_unique_in_facet"),
        ]

    def __str__(self) -> str:
        return worded(self.label, self.label_es, get_language())

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        SearchSlot.objects.give_slots_to(self)

    @property
    def search_aspects(self) -> list[SearchAspect]:
        """What a search can ask of the term. Reads the facet, so fetch it along."""
        if self.facet.kind == FactKind.MEDICATION:
            return list(SearchAspect)
        return [SearchAspect.OFFERS]


class SearchSlotQuerySet(models.QuerySet["SearchSlot"]):
    def give_slots_to(self, *terms: Term) -> None:
        """Give each term the bits it lacks in the search projection: three queries at most.

        Raises ValidationError when the projection has too few bits left.
        """
        held = set(self.values_list("term_id", "aspect"))
        missing = [
            (term, aspect)
            for term in terms
            for aspect in term.search_aspects
            if (term.pk, aspect) not in held
        ]
        # What every search counts lies together, so that it is in fewer words.
        missing.sort(key=lambda pair: pair[1] != SearchAspect.OFFERS)
        taken = set(self.values_list("number", flat=True)) if missing else set()
        free = [number for number in range(SEARCH_SLOTS) if number not in taken]
        if len(missing) > len(free):
            raise ValidationError(
                _("The search index has room for %(slots)s terms and is full.")
                % {"slots": SEARCH_SLOTS}
            )
        self.bulk_create(
            self.model(term=term, aspect=aspect, number=number)
            for (term, aspect), number in zip(missing, free, strict=False)
        )


class SearchSlot(models.Model):
    """Where the search projection keeps a term: bit `number % 63` of word `number // 63`."""

    term = models.ForeignKey(Term, models.CASCADE, related_name="slots")
    aspect = models.CharField(max_length=8, choices=SearchAspect)
    number = models.PositiveSmallIntegerField(unique=True)

    objects = SearchSlotQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["term", "aspect"], name="slot_unique_for_aspect"),
            models.CheckConstraint(
                name="slot_fits_the_projection", condition=models.Q(number__lt=SEARCH_SLOTS)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.term} ({self.aspect}): {self.number}"


class FederalCode(models.Model):
    """A service code of SAMHSA's published code lists, and what it states.

    A code either has statements or a reason why it is not used; a test walks both lists.
    """

    category = models.CharField(_("category"), max_length=8)
    code = models.CharField(_("code"), max_length=8)
    official_label = models.CharField(_("official label"), max_length=200)
    editions = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("editions"))
    not_used_because = models.TextField(_("not used because"), blank=True)

    class Meta:
        verbose_name = _("federal code")
        verbose_name_plural = _("federal codes")
        constraints = [
            models.UniqueConstraint(fields=["category", "code"], name="federal_code_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.official_label})"


class CodeStatement(models.Model):
    """What a federal code says of one term: the answer, or the relation to a medicine or payer."""

    code = models.ForeignKey(
        FederalCode, models.CASCADE, related_name="statements", verbose_name=_("code")
    )
    term = models.ForeignKey(
        Term, models.PROTECT, related_name="federal_statements", verbose_name=_("term")
    )
    answer = models.CharField(_("answer"), max_length=3, choices=Answer, default=Answer.YES)
    medication_relation = models.CharField(
        _("relation to the medicine"), max_length=24, choices=MedicationRelation, blank=True
    )
    network_relation = models.CharField(
        _("relation to the payer"), max_length=24, choices=NetworkRelation, blank=True
    )
    # Further columns of the fact, such as {"length_days_max": 30} for a level of care.
    detail = models.JSONField(_("detail"), default=dict, blank=True)
    only_with = ArrayField(
        models.CharField(max_length=8),
        verbose_name=_("only with"),
        default=list,
        blank=True,
        help_text=_("Counts only if the same row has one of these codes"),
    )
    only_without = ArrayField(
        models.CharField(max_length=8),
        verbose_name=_("only without"),
        default=list,
        blank=True,
        help_text=_("Counts only if the same row has none of these codes"),
    )
    needs_review_without = ArrayField(
        models.CharField(max_length=8),
        verbose_name=_("for a person without"),
        default=list,
        blank=True,
        help_text=_("Queued for a person if the same row has none of these codes"),
    )

    class Meta:
        verbose_name = _("statement of a code")
        verbose_name_plural = _("statements of a code")
        constraints = [
            models.UniqueConstraint(
                fields=["code", "term", "medication_relation"], name="code_states_a_term_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code.code}: {self.term}"


class VocabularyVersion(models.Model):
    """The one row whose number rises with every change of facets, terms or slots.

    Triggers raise it (migration `0003_vocabulary_version`); `programs.search.vocabulary` keeps
    the vocabulary in memory for as long as the number stands.
    """

    number = models.PositiveBigIntegerField(default=1)

    def __str__(self) -> str:
        return str(self.number)
