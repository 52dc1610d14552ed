"""A match as a results page prints it: ready strings, nothing left for the template to work out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from programs.enums import (
    STATE_NAMES,
    Answer,
    FactKind,
    MedicationRelation,
    NetworkRelation,
    PhoneUse,
)
from programs.models import effective_relations
from programs.models.program import listing_name
from programs.search.criteria import Anywhere, SearchCriteria
from programs.search.engine import OPIOID_MEDICINES, Match, StatedPhone
from programs.search.facts import StatedFact
from programs.search.openings import LEVELS, StatedOpening
from programs.search.vocabulary import Vocabulary
from programs.views.wording import (
    MOST_LANGUAGES,
    PhoneLink,
    ago,
    distance_text_in,
    opening_status,
    phone_link_in,
    when_in,
)

#: A result is a glance, not the listing: the rest is one tap away.
PHONES_ON_A_RESULT = 2


class ResultLine(NamedTuple):
    """A labelled line of a result, such as "Medicaid: says it accepts this"."""

    label: str
    text: str
    was_asked: bool = False


class _Said(NamedTuple):
    """The facts of one program by kind. Of care and of features, what a source says yes to."""

    care: list[StatedFact]
    medicines: list[StatedFact]
    payment: list[StatedFact]
    features: list[StatedFact]


class Result(NamedTuple):
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


def results_of(
    matches: Iterable[Match], criteria: SearchCriteria, vocabulary: Vocabulary, *, now: datetime
) -> list[Result]:
    """Return what a results page prints of each match."""
    # Asked for once: a page would look it up a thousand times.
    language = get_language()
    listing_url = _listing_url()
    return [_result(match, criteria, vocabulary, language, listing_url, now) for match in matches]


def _result(
    match: Match,
    criteria: SearchCriteria,
    vocabulary: Vocabulary,
    language: str | None,
    listing_url: str,
    now: datetime,
) -> Result:
    name = listing_name(match.program_name, match.facility_name, match.branch)
    said = _said(match.facts)
    openings = _openings_asked(match.openings, criteria)
    lines = [
        *_opening_lines(openings, criteria, now),
        *_lines(said, criteria, language),
        *_unsaid_lines(match.facts, criteria, vocabulary),
    ]
    return Result(
        program_id=match.program_id,
        url=listing_url % (match.program_id, _slug(name)),
        name=name,
        distance=_distance(match, criteria, language),
        address=_address(match),
        is_invented=match.is_invented,
        phones=_phones(match, language),
        warnings=tuple(_warnings(said)),
        # What was asked for comes first.
        lines=tuple(sorted(lines, key=attrgetter("was_asked"), reverse=True)),
        unknown=_unknown(said, language, has_opening=bool(openings)),
    )


def _listing_url() -> str:
    """Return the address of a listing with places for its number and its slug."""
    return reverse("programs:listing", args=[0, "slug"]).replace("/0/slug", "/%d/%s")


@lru_cache(maxsize=4096)
def _slug(name: str) -> str:
    return slugify(name) or "program"


def _said(facts: Iterable[StatedFact]) -> _Said:
    by_kind: dict[FactKind, list[StatedFact]] = {kind: [] for kind in FactKind}
    # A kind is an enum, slow to look up; facts of a facet stand together.
    for facet, of_facet in groupby(facts, attrgetter("facet")):
        by_kind[facet.kind] += of_facet
    return _Said(
        care=_yes(by_kind[FactKind.CARE]),
        medicines=by_kind[FactKind.MEDICATION],
        payment=by_kind[FactKind.COVERAGE],
        features=_yes(by_kind[FactKind.FEATURE]),
    )


def _yes(facts: Iterable[StatedFact]) -> list[StatedFact]:
    yes = Answer.YES
    return [fact for fact in facts if fact.answer == yes]


def _distance(match: Match, criteria: SearchCriteria, language: str | None) -> str:
    if match.is_remote and not isinstance(criteria.where, Anywhere):
        return _("By phone or video in %s") % STATE_NAMES[criteria.where.state]
    if match.distance_miles is None:
        return ""
    return distance_text_in(language, match.distance_miles, match.location_precision)


def _address(match: Match) -> str:
    town = f"{match.city}, {match.state} {match.zip_code}".strip()
    if not match.address_is_public:
        return _("%s. The address is private: call for it.") % town
    return ", ".join(filter(None, (match.street1, match.street2, town)))


def _phones(match: Match, language: str | None) -> tuple[PhoneLink, ...]:
    """Return the first number of each use; intake first, for it is for who wants to start."""
    first_of_use: dict[str, StatedPhone] = {}
    for phone in match.phones:
        first_of_use.setdefault(phone.use, phone)
    uses = sorted(first_of_use, key=lambda use: use != PhoneUse.INTAKE)
    return tuple(phone_link_in(language, first_of_use[use]) for use in uses[:PHONES_ON_A_RESULT])


def _lines(said: _Said, criteria: SearchCriteria, language: str | None) -> Iterable[ResultLine]:
    yield from _care_lines(said.care, criteria, language)
    yield from _medicine_lines(said.medicines, criteria, language)
    yield from _payment_lines(said.payment, criteria, language)
    yield from _asked_lines(said.features, criteria, language)


def _openings_asked(
    openings: Sequence[StatedOpening], criteria: SearchCriteria
) -> Sequence[StatedOpening]:
    """Return those of levels that were asked for, if any were, and of the program as a whole."""
    asked = criteria.wanted.get(LEVELS)
    if not asked:
        return openings
    return [said for said in openings if not said.term or said.term.slug in asked]


def _opening_lines(
    openings: Sequence[StatedOpening], criteria: SearchCriteria, now: datetime
) -> Iterable[ResultLine]:
    if openings:
        text = "; ".join(opening_text(said, now) for said in openings)
        yield ResultLine(_("Openings"), text, was_asked=criteria.openings_now)


def opening_text(said: StatedOpening, now: datetime) -> str:
    """Say such as "Waitlist of about 5 days for Outpatient counseling, said yesterday"."""
    status = opening_status(said.status, said.wait_days)
    if said.term:
        status = _("%(status)s for %(level)s") % {"status": status, "level": said.term.label}
    return _("%(what)s, said %(when)s") % {"what": status, "when": ago(said.stated_at, now)}


def _care_lines(
    offered: Sequence[StatedFact], criteria: SearchCriteria, language: str | None
) -> Iterable[ResultLine]:
    asked = criteria.wanted.get("level_of_care", ())
    for fact in offered:
        if fact.term.slug in asked:
            yield ResultLine(fact.term.label, when_in(language, fact), was_asked=True)
    others = [fact for fact in offered if fact.term.slug not in asked]
    if others:
        labels = _labels(language)
        label = labels.other_care if asked else labels.care
        yield ResultLine(label, _listed(others, language))


def _unsaid_lines(
    facts: Sequence[StatedFact], criteria: SearchCriteria, vocabulary: Vocabulary
) -> Iterable[ResultLine]:
    """Name what was asked for and nobody said, where the search let that count."""
    for slug in sorted(criteria.or_unknown & criteria.wanted.keys()):
        asked = criteria.wanted[slug]
        facet = vocabulary.by_slug[slug]
        if not any(fact.facet.slug == slug and fact.term.slug in asked for fact in facts):
            label = _(" or ").join(facet.by_slug[term].label for term in asked)
            yield ResultLine(label, _("did not say. Ask."), was_asked=True)


def _listed(facts: Sequence[StatedFact], language: str | None) -> str:
    """List the labels of facts, those of one date together."""
    labels: dict[str, dict[str, None]] = {}
    for fact in facts:
        labels.setdefault(when_in(language, fact), {})[fact.term.label] = None
    listed = _labels(language).listed
    return "; ".join(
        listed % {"what": "; ".join(what), "when": when} for when, what in labels.items()
    )


class _Labels(NamedTuple):
    """What nearly every result says, in one language."""

    care: str
    other_care: str
    ways_to_pay: str
    listed: str


@lru_cache(maxsize=MOST_LANGUAGES)
def _labels(_language: str | None) -> _Labels:
    return _Labels(
        care=_("Care"),
        other_care=_("Other care here"),
        ways_to_pay=_("Ways to pay"),
        listed=_("%(what)s (%(when)s)"),
    )


def _warnings(said: _Said) -> Iterable[str]:
    yes = {fact.term.slug for fact in said.features}
    if "dui_only" in yes:
        yield _("Serves only people sent after driving under the influence.")
    if "oud_only" in yes:
        yield _("Serves only people with opioid use disorder.")
    if "aud_only" in yes:
        yield _("Serves only people with alcohol use disorder.")
    if [fact.term.slug for fact in said.care] == ["recovery_housing"]:
        yield _("This is housing, not treatment.")


def _medicine_lines(
    facts: Sequence[StatedFact], criteria: SearchCriteria, language: str | None
) -> Iterable[ResultLine]:
    """Give each medicine that was asked for a line, and the opioid medicines' rungs together."""
    asked = criteria.wanted.get("medication", ())
    medicines: dict[str, list[StatedFact]] = {}
    for fact in facts:
        medicines.setdefault(fact.term.slug, []).append(fact)
    together: dict[str, list[str]] = {}
    for slug, stated in medicines.items():
        if slug in asked:
            yield ResultLine(stated[0].term.label, _rung(stated, language), was_asked=True)
        elif slug in OPIOID_MEDICINES:
            together.setdefault(_rung(stated, language), []).append(stated[0].term.label)
    for rung, labels in together.items():
        yield ResultLine("; ".join(labels), rung)


def _rung(stated: Sequence[StatedFact], language: str | None) -> str:
    relation = _strongest(tuple(fact.relation for fact in stated))
    fact = next(fact for fact in stated if fact.relation == relation)
    return _rung_text(language, relation, when_in(language, fact))


@lru_cache(maxsize=4096)
def _strongest(stated: tuple[str, ...]) -> MedicationRelation:
    """Return the first relation that counts."""
    return effective_relations(stated)[0]


@lru_cache(maxsize=4096)
def _rung_text(_language: str | None, relation: MedicationRelation, when: str) -> str:
    return _("%(what)s (%(when)s)") % {"what": relation.label, "when": when}


def _payment_lines(
    facts: Sequence[StatedFact], criteria: SearchCriteria, language: str | None
) -> Iterable[ResultLine]:
    asked = criteria.wanted.get("payment", ())
    for fact in facts:
        if fact.term.slug in asked:
            yield ResultLine(fact.term.label, payment_text_in(language, fact), was_asked=True)
    offered = [] if asked else _yes(facts)
    if offered:
        yield ResultLine(_labels(language).ways_to_pay, _listed(offered, language))


def payment_text(fact: StatedFact) -> str:
    """Say what is known of a payer, and what to ask: a survey knows no network."""
    return payment_text_in(get_language(), fact)


def payment_text_in(language: str | None, fact: StatedFact) -> str:
    """Do as `payment_text` in the current language, which is given: to look it up takes longer."""
    return _payment_text(language, fact.relation, fact.plan, when_in(language, fact))


@lru_cache(maxsize=4096)
def _payment_text(_language: str | None, relation: str, plan: str, when: str) -> str:
    match relation:
        case NetworkRelation.IN_NETWORK:
            return _("in network for %(plan)s, %(when)s") % {"plan": plan, "when": when}
        case NetworkRelation.ACCEPTS_NETWORK_UNKNOWN:
            return _("accepts it, %s; ask if you are in network") % when
        case NetworkRelation.ACCEPTS:
            return when
        case _:
            what = f"{NetworkRelation(relation).label} {plan}".strip()
            return _("%(what)s (%(when)s)") % {"what": what, "when": when}


def _asked_lines(
    facts: Sequence[StatedFact], criteria: SearchCriteria, language: str | None
) -> Iterable[ResultLine]:
    for fact in facts:
        if fact.term.slug in criteria.wanted.get(fact.facet.slug, ()):
            yield ResultLine(fact.term.label, when_in(language, fact), was_asked=True)


def _unknown(said: _Said, language: str | None, *, has_opening: bool) -> str:
    """Name what nobody stated, and what no survey can: it is to be asked, not assumed."""
    in_network = NetworkRelation.IN_NETWORK
    return _unknown_text(
        language,
        has_opening=has_opening,
        has_care=bool(said.care),
        has_opioid_medicine=any(fact.term.slug in OPIOID_MEDICINES for fact in said.medicines),
        has_payment=bool(said.payment),
        has_network=any(fact.relation == in_network for fact in said.payment),
    )


@lru_cache(maxsize=256)
def _unknown_text(
    _language: str | None,
    *,
    has_opening: bool,
    has_care: bool,
    has_opioid_medicine: bool,
    has_payment: bool,
    has_network: bool,
) -> str:
    missing = [] if has_opening else [_("if there is an opening now")]
    if not has_care:
        missing.append(_("the levels of care"))
    if not has_opioid_medicine:
        missing.append(_("medicine for opioid addiction"))
    if not has_payment:
        missing.append(_("ways to pay"))
    elif not has_network:
        missing.append(_("which insurance plans are in network"))
    return "; ".join(missing)
