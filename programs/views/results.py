"""A match as a results page prints it: ready strings, nothing left for the template to work out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from programs.enums import Answer, FactKind, MedicationRelation, NetworkRelation, PhoneUse
from programs.models import effective_relations
from programs.models.program import listing_name
from programs.search.criteria import SearchCriteria
from programs.search.engine import OPIOID_MEDICINES, Match
from programs.search.facts import StatedFact
from programs.search.vocabulary import Vocabulary
from programs.views.wording import (
    PhoneLink,
    distance_text,
    phone_link,
    when_stated,
)

#: A result is a glance, not the listing: the rest is one tap away.
PHONES_ON_A_RESULT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultLine:
    """A labelled line of a result, such as "Medicaid: says it accepts this"."""

    label: str
    text: str
    was_asked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    program_id: int
    url: str
    name: str
    distance: str
    address: str
    is_invented: bool
    phones: tuple[PhoneLink, ...]
    warnings: tuple[str, ...]
    lines: tuple[ResultLine, ...]
    unknown: str


def result_of(match: Match, criteria: SearchCriteria, vocabulary: Vocabulary) -> Result:
    """Return what a results page prints of a match."""
    name = listing_name(match.program_name, match.facility_name, match.branch)
    return Result(
        program_id=match.program_id,
        url=reverse("programs:listing", args=[match.program_id, slugify(name) or "program"]),
        name=name,
        distance=_distance(match),
        address=_address(match),
        is_invented=match.is_invented,
        phones=_phones(match),
        warnings=tuple(_warnings(match.facts)),
        # What was asked for comes first.
        lines=tuple(
            sorted(_lines(match.facts, criteria, vocabulary), key=lambda line: not line.was_asked)
        ),
        unknown=_unknown(match.facts),
    )


def _distance(match: Match) -> str:
    if match.distance_miles is None:
        return ""
    return distance_text(match.distance_miles, match.location_precision)


def _address(match: Match) -> str:
    town = f"{match.city}, {match.state} {match.zip_code}".strip()
    if not match.address_is_public:
        return _("%s. The address is private: call for it.") % town
    return ", ".join(filter(None, (match.street1, match.street2, town)))


def _phones(match: Match) -> tuple[PhoneLink, ...]:
    """Return the first number of each use; intake first, for it is for who wants to start."""
    first_of_use = {phone.use: phone for phone in reversed(match.phones)}
    uses = sorted(first_of_use, key=lambda use: use != PhoneUse.INTAKE)
    return tuple(phone_link(first_of_use[use]) for use in uses[:PHONES_ON_A_RESULT])


def _lines(
    facts: Sequence[StatedFact], criteria: SearchCriteria, vocabulary: Vocabulary
) -> Iterable[ResultLine]:
    yield from _care_lines(facts, criteria)
    yield from _medicine_lines(facts, criteria)
    yield from _payment_lines(facts, criteria)
    yield from _asked_lines(facts, criteria)
    yield from _unsaid_lines(facts, criteria, vocabulary)


def _care_lines(facts: Sequence[StatedFact], criteria: SearchCriteria) -> Iterable[ResultLine]:
    asked = criteria.wanted.get("level_of_care", ())
    offered = [
        fact for fact in facts if fact.facet.kind == FactKind.CARE and fact.answer == Answer.YES
    ]
    for fact in offered:
        if fact.term.slug in asked:
            yield ResultLine(label=fact.term.label, text=when_stated(fact), was_asked=True)
    others = [fact for fact in offered if fact.term.slug not in asked]
    if others:
        yield ResultLine(label=_("Other care here") if asked else _("Care"), text=_listed(others))


def _unsaid_lines(
    facts: Sequence[StatedFact], criteria: SearchCriteria, vocabulary: Vocabulary
) -> Iterable[ResultLine]:
    """Name what was asked for and nobody said, where the search let that count."""
    for slug in sorted(criteria.or_unknown & criteria.wanted.keys()):
        asked = criteria.wanted[slug]
        if not any(fact.facet.slug == slug and fact.term.slug in asked for fact in facts):
            facet = vocabulary.by_slug[slug]
            label = _(" or ").join(facet.by_slug[term].label for term in asked)
            yield ResultLine(label=label, text=_("did not say. Ask."), was_asked=True)


def _listed(facts: Sequence[StatedFact]) -> str:
    """List the labels of facts, those of one date together."""
    by_date: dict[object, list[StatedFact]] = {}
    for fact in facts:
        date_key = (fact.confirmed_on, fact.reported_on, fact.date_precision)
        by_date.setdefault(date_key, []).append(fact)
    labels: dict[str, dict[str, None]] = {}
    for together in by_date.values():
        when = labels.setdefault(when_stated(together[0]), {})
        when.update(dict.fromkeys(fact.term.label for fact in together))
    return "; ".join(
        _("%(what)s (%(when)s)") % {"what": "; ".join(what), "when": when}
        for when, what in labels.items()
    )


def _warnings(facts: Iterable[StatedFact]) -> Iterable[str]:
    yes = {fact.term.slug for fact in facts if fact.answer == Answer.YES}
    levels = {
        fact.term.slug
        for fact in facts
        if fact.facet.kind == FactKind.CARE and fact.answer == Answer.YES
    }
    if "dui_only" in yes:
        yield _("Serves only people sent after driving under the influence.")
    if "oud_only" in yes:
        yield _("Serves only people with opioid use disorder.")
    if "aud_only" in yes:
        yield _("Serves only people with alcohol use disorder.")
    if levels == {"recovery_housing"}:
        yield _("This is housing, not treatment.")


def _medicine_lines(facts: Sequence[StatedFact], criteria: SearchCriteria) -> Iterable[ResultLine]:
    """Give each medicine that was asked for a line, and the opioid medicines' rungs together."""
    asked = criteria.wanted.get("medication", ())
    medicines: dict[str, list[StatedFact]] = {}
    for fact in facts:
        if fact.facet.kind == FactKind.MEDICATION:
            medicines.setdefault(fact.term.slug, []).append(fact)
    together: dict[str, list[str]] = {}
    for slug, stated in medicines.items():
        if slug in asked:
            yield ResultLine(label=stated[0].term.label, text=_rung(stated), was_asked=True)
        elif slug in OPIOID_MEDICINES:
            together.setdefault(_rung(stated), []).append(stated[0].term.label)
    for rung, labels in together.items():
        yield ResultLine(label="; ".join(labels), text=rung)


def _rung(stated: Sequence[StatedFact]) -> str:
    relation = _strongest(tuple(fact.relation for fact in stated))
    fact = next(fact for fact in stated if fact.relation == relation)
    return _rung_text(get_language(), relation, when_stated(fact))


@lru_cache(maxsize=4096)
def _strongest(stated: tuple[str, ...]) -> MedicationRelation:
    """Return the first relation that counts."""
    return effective_relations(stated)[0]


@lru_cache(maxsize=4096)
def _rung_text(_language: str | None, relation: MedicationRelation, when: str) -> str:
    return _("%(what)s (%(when)s)") % {"what": relation.label, "when": when}


def _payment_lines(facts: Sequence[StatedFact], criteria: SearchCriteria) -> Iterable[ResultLine]:
    asked = criteria.wanted.get("payment", ())
    stated = [fact for fact in facts if fact.facet.kind == FactKind.COVERAGE]
    for fact in stated:
        if fact.term.slug in asked:
            yield ResultLine(label=fact.term.label, text=payment_text(fact), was_asked=True)
    offered = [fact for fact in stated if fact.answer == Answer.YES]
    if offered and not asked:
        yield ResultLine(label=_("Ways to pay"), text=_listed(offered))


def payment_text(fact: StatedFact) -> str:
    """Say what is known of a payer, and what to ask: a survey knows no network."""
    when = when_stated(fact)
    match fact.relation:
        case NetworkRelation.IN_NETWORK:
            return _("in network for %(plan)s, %(when)s") % {"plan": fact.plan, "when": when}
        case NetworkRelation.ACCEPTS_NETWORK_UNKNOWN:
            return _("accepts it, %s; ask if you are in network") % when
        case NetworkRelation.ACCEPTS:
            return when
        case _:
            what = f"{NetworkRelation(fact.relation).label} {fact.plan}".strip()
            return _("%(what)s (%(when)s)") % {"what": what, "when": when}


def _asked_lines(facts: Sequence[StatedFact], criteria: SearchCriteria) -> Iterable[ResultLine]:
    for fact in facts:
        was_asked = fact.term.slug in criteria.wanted.get(fact.facet.slug, ())
        if was_asked and fact.facet.kind == FactKind.FEATURE and fact.answer == Answer.YES:
            yield ResultLine(label=fact.term.label, text=when_stated(fact), was_asked=True)


def _unknown(facts: Sequence[StatedFact]) -> str:
    """Name what nobody stated, and what no survey can: it is to be asked, not assumed."""
    stated = {fact.term.slug for fact in facts}
    kinds = {fact.facet.kind for fact in facts}
    missing = [_("if there is an opening now")]
    if not any(f.facet.kind == FactKind.CARE and f.answer == Answer.YES for f in facts):
        missing.append(_("the levels of care"))
    if not stated.intersection(OPIOID_MEDICINES):
        missing.append(_("medicine for opioid addiction"))
    if FactKind.COVERAGE not in kinds:
        missing.append(_("ways to pay"))
    elif not any(fact.relation == NetworkRelation.IN_NETWORK for fact in facts):
        missing.append(_("which insurance plans are in network"))
    return "; ".join(missing)
