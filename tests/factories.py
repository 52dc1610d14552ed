"""Made-up rows for tests. Numbers are 555-01xx, as for everything invented."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import factory
from django.contrib.auth.models import User
from django.utils import timezone
from factory.django import DjangoModelFactory

from programs.enums import (
    CorrectionKind,
    DraftState,
    FactKind,
    LocationPrecision,
    MedicationRelation,
    NetworkRelation,
    OpeningStatus,
    Role,
    SourceKind,
)
from programs.models import (
    CareFact,
    Claim,
    Correction,
    CoverageFact,
    Draft,
    Facility,
    Fact,
    FeatureFact,
    Keeper,
    MedicationFact,
    Membership,
    Opening,
    Organization,
    Phone,
    Program,
    Source,
    Term,
    UpdateLink,
)
from programs.models.correction import token_hash
from programs.upkeep.editing import version_of


class SourceFactory(DjangoModelFactory[Source]):
    class Meta:
        model = Source
        django_get_or_create = ("slug",)

    slug = "test-survey"
    name = "Test survey"
    kind = SourceKind.FEDERAL_DIRECTORY
    published_on = date(2023, 1, 1)


class OrganizationFactory(DjangoModelFactory[Organization]):
    class Meta:
        model = Organization

    name = factory.Sequence(lambda n: f"Organization {n}")


class FacilityFactory(DjangoModelFactory[Facility]):
    """A facility in the middle of Chandler, Arizona, unless told otherwise."""

    class Meta:
        model = Facility

    name = factory.Sequence(lambda n: f"Facility {n}")
    street1 = "1 Main Street"
    city = "Chandler"
    state = "AZ"
    zip_code = "85225"
    latitude = 33.3105
    longitude = -111.8239
    location_precision = LocationPrecision.ADDRESS


class PhoneFactory(DjangoModelFactory[Phone]):
    class Meta:
        model = Phone

    facility = factory.SubFactory(FacilityFactory)
    number = factory.Sequence(lambda n: f"+1480555{100 + n % 100:04d}")
    source = factory.SubFactory(SourceFactory)
    reported_on = date(2023, 1, 1)


class UserFactory(DjangoModelFactory[User]):
    """An account without a password: tests sign it in with `force_login`."""

    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"keeper{n}@example.org")
    email = factory.SelfAttribute("username")


class KeeperFactory(DjangoModelFactory[Keeper]):
    """An editor, unless told otherwise: KeeperFactory.create(role=Role.ADMINISTRATOR)."""

    class Meta:
        model = Keeper

    user = factory.SubFactory(UserFactory)
    role = Role.EDITOR


class MembershipFactory(DjangoModelFactory[Membership]):
    """Somebody on the staff of an organization."""

    class Meta:
        model = Membership

    keeper = factory.SubFactory(KeeperFactory, role=Role.FACILITY_STAFF)
    organization = factory.SubFactory(OrganizationFactory)


class ProgramFactory(DjangoModelFactory[Program]):
    class Meta:
        model = Program

    facility = factory.SubFactory(FacilityFactory)


class CorrectionFactory(DjangoModelFactory[Correction]):
    """An open report; its link's secret is `link`, such as CorrectionFactory.create(link="x")."""

    class Meta:
        model = Correction

    class Params:
        link = factory.Sequence(lambda n: f"link-{n}")

    program = factory.SubFactory(ProgramFactory)
    kind = CorrectionKind.OTHER
    text = "The door is around the corner."
    received_at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    token_hash = factory.LazyAttribute(lambda made: token_hash(made.link))


class ClaimFactory(DjangoModelFactory[Claim]):
    """A new claim; its link's secret is `link`, such as ClaimFactory.create(link="x")."""

    class Meta:
        model = Claim

    class Params:
        link = factory.Sequence(lambda n: f"claim-{n}")

    facility = factory.SubFactory(FacilityFactory)
    name, job, evidence = "Ann Chu", "Intake", "I am on the staff page."
    email = factory.Sequence(lambda n: f"ann{n}@hope.example.org")
    received_at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    token_hash = factory.LazyAttribute(lambda made: token_hash(made.link))


class DraftFactory(DjangoModelFactory[Draft]):
    """A new name, sent to the editors."""

    class Meta:
        model = Draft

    facility = factory.SubFactory(FacilityFactory)
    section, label = "identity", "Name and address"
    author = factory.SubFactory(UserFactory)
    typed = factory.LazyFunction(lambda: {"name": "Hope House"})
    version = factory.LazyAttribute(lambda made: version_of(made.facility))
    state = DraftState.SENT
    created_at = changed_at = datetime(2026, 3, 1, 12, tzinfo=UTC)


class UpdateLinkFactory(DjangoModelFactory[UpdateLink]):
    """A one-tap link that works, made a day ago."""

    class Meta:
        model = UpdateLink

    facility = factory.SubFactory(FacilityFactory)
    name = "Ann"
    email = factory.Sequence(lambda n: f"intake{n}@example.org")
    created_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=1))
    expires_at = factory.LazyAttribute(lambda made: made.created_at + timedelta(days=90))


def term(path: str) -> Term:
    """Return the term of a path such as "level_of_care/iop"."""
    facet_slug, term_slug = path.split("/")
    return Term.objects.select_related("facet").get(facet__slug=facet_slug, slug=term_slug)


def state(program: Program, path: str, **details: Any) -> Fact:
    """Make a source state a fact, such as state(program, "track/women") or
    state(program, "medication/methadone", relation="taper_only")."""
    of = term(path)
    details.setdefault("source", SourceFactory())
    details.setdefault("reported_on", date(2023, 1, 1))
    match of.facet.kind:
        case FactKind.CARE:
            return CareFact.objects.create(program=program, term=of, **details)
        case FactKind.MEDICATION:
            details.setdefault("relation", MedicationRelation.STARTS_AND_CONTINUES)
            return MedicationFact.objects.create(program=program, term=of, **details)
        case FactKind.COVERAGE:
            details.setdefault("relation", NetworkRelation.ACCEPTS_NETWORK_UNKNOWN)
            return CoverageFact.objects.create(program=program, term=of, **details)
        case _:
            return FeatureFact.objects.create(program=program, term=of, **details)


def open_until(program: Program, expires_at: datetime, path: str = "", **details: Any) -> Opening:
    """Make a source say that a level such as "level_of_care/iop" is open; without, all of it."""
    details.setdefault("status", OpeningStatus.OPEN)
    details.setdefault("source", SourceFactory())
    details.setdefault("stated_at", expires_at - timedelta(hours=48))
    return Opening.objects.create(
        program=program, term=term(path) if path else None, expires_at=expires_at, **details
    )
