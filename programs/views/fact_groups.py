"""What a listing says of each facet: what is so, what is not, what nobody said; who said it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from programs.enums import Answer, FactKind, MedicationRelation
from programs.explainers import explainer_of_term
from programs.models import effective_relations
from programs.search.facts import StatedFact
from programs.search.vocabulary import Vocabulary, VocabularyFacet
from programs.views.results import payment_text
from programs.views.wording import attribution


@dataclass(frozen=True, slots=True, kw_only=True)
class FactLine:
    """A term as the listing prints it; `note` says who said it where the group's line does not.

    `explainer` is the slug of the page that explains the term, or "".
    """

    word: str
    label: str
    definition: str
    details: tuple[str, ...]
    note: str
    explainer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactGroup:
    """A facet of a listing: what is said to be so, what is said not to be, what nobody said."""

    slug: str
    label: str
    is_common: bool
    yes: tuple[FactLine, ...]
    no: tuple[FactLine, ...]
    unknown: tuple[str, ...]
    attribution: str


def fact_groups(
    facts: Sequence[StatedFact], vocabulary: Vocabulary, today: date
) -> list[FactGroup]:
    """Return a group for each facet, in the vocabulary's order."""
    by_facet: dict[str, list[StatedFact]] = {}
    for fact in facts:
        by_facet.setdefault(fact.facet.slug, []).append(fact)

    def said(fact: StatedFact) -> str:
        return attribution(fact, fact.shelf_life_days(vocabulary), today)

    return [_group(facet, by_facet.get(facet.slug, []), said) for facet in vocabulary.facets]


def _group(
    facet: VocabularyFacet, facts: Sequence[StatedFact], said_by: Callable[[StatedFact], str]
) -> FactGroup:
    sentences = Counter(map(said_by, facts))
    usual = sentences.most_common(1)[0][0] if sentences else ""
    lines: dict[str, list[FactLine]] = {Answer.YES: [], Answer.NO: []}
    stated, explained = set(), explainer_of_term()
    for term_facts in by_term(facts):
        stated.add(term_facts[0].term.slug)
        # Statements about one term, such as several of a medicine, may have several sources.
        said = " ".join(dict.fromkeys(map(said_by, term_facts)))
        lines[answer_of(term_facts)].append(
            FactLine(
                word=word_of(term_facts),
                label=term_facts[0].term.label,
                definition=term_facts[0].term.definition,
                details=tuple(details_of(term_facts)),
                note="" if said == usual else said,
                explainer=explained.get((facet.slug, term_facts[0].term.slug), ""),
            )
        )
    return FactGroup(
        slug=facet.slug,
        label=facet.label,
        is_common=facet.is_common,
        yes=tuple(lines[Answer.YES]),
        no=tuple(lines[Answer.NO]),
        unknown=tuple(term.label for term in facet.terms if term.slug not in stated),
        attribution=usual,
    )


def by_term(facts: Iterable[StatedFact]) -> Iterable[list[StatedFact]]:
    terms: dict[int, list[StatedFact]] = {}
    for fact in facts:
        terms.setdefault(fact.term.id, []).append(fact)
    return terms.values()


def answer_of(facts: Sequence[StatedFact]) -> str:
    """Return the answer to show: the cautious one where statements about a term disagree."""
    if facts[0].facet.kind == FactKind.MEDICATION:
        counting = set(effective_relations(fact.relation for fact in facts))
        facts = [fact for fact in facts if fact.relation in counting]
    if facts[0].facet.kind == FactKind.COVERAGE:
        return Answer.YES if any(fact.answer == Answer.YES for fact in facts) else Answer.NO
    return facts[0].answer


def word_of(facts: Sequence[StatedFact]) -> str:
    """Return the word that sets the answer apart: of a medicine, "yes" only where it is given."""
    if facts[0].facet.kind == FactKind.MEDICATION:
        strongest = effective_relations(fact.relation for fact in facts)[0]
        if strongest == MedicationRelation.ACCEPTS_ELSEWHERE:
            return _("Allowed")
        if strongest == MedicationRelation.REPORTS_USE_UNSPECIFIED:
            return _("Ask")
    return str(Answer(answer_of(facts)).label)


def details_of(facts: Sequence[StatedFact]) -> Iterable[str]:
    match facts[0].facet.kind:
        case FactKind.MEDICATION:
            relations = effective_relations(fact.relation for fact in facts)
            yield from (str(relation.label) for relation in relations)
            if (
                len({fact.answer for fact in facts}) > 1
                and relations[0].value != "accepts_elsewhere"
            ):
                yield _("Its answers about this do not fit together. Call and ask.")
        case FactKind.COVERAGE:
            yield from (payment_text(fact) for fact in facts)
        case FactKind.CARE:
            if facts[0].details:
                yield from _care_details(facts[0].details)


def _care_details(details: dict[str, int | str | bool | None]) -> Iterable[str]:
    hours = _span(details["hours_per_week_min"], details["hours_per_week_max"])
    if hours:
        yield _("%s hours a week") % hours
    days = _span(details["length_days_min"], details["length_days_max"])
    if days:
        yield _("%s days") % days
    if details["overnight"] is not None:
        yield _("You stay overnight") if details["overnight"] else _("You sleep at home")
    if details["asam_level"]:
        yield _("ASAM level %(level)s (edition %(edition)s)") % {
            "level": details["asam_level"],
            "edition": details["asam_edition"],
        }


def _span(low: object, high: object) -> str:
    if low and high:
        return f"{low}" if low == high else f"{low}-{high}"
    if low:
        return _("%s or more") % low
    return _("up to %s") % high if high else ""
