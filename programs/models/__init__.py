"""The tables, a file an aggregate."""

from programs.models.call_sheet import CallSheet
from programs.models.claim import Claim
from programs.models.correction import Correction, ReportDay, ReporterCount
from programs.models.draft import Draft
from programs.models.duplicate import DuplicatePair
from programs.models.facility import ConfidentialAddress, Facility, Phone
from programs.models.facts import (
    FACT_MODELS,
    FACTS_OF_KIND,
    KIND_OF_FACTS,
    CareFact,
    CoverageFact,
    Fact,
    FeatureFact,
    MedicationFact,
    effective_relations,
)
from programs.models.freshness_row import FreshnessRow
from programs.models.history import ChangeSet, change_set
from programs.models.imports import ImportDecision, ImportItem, ImportProgress, ImportRun
from programs.models.keeper import Invitation, Keeper, Membership
from programs.models.opening import Opening
from programs.models.organization import Organization
from programs.models.place import Place
from programs.models.program import Program
from programs.models.provenance import FederalRecord, GoneListing, Source
from programs.models.reminder import Reminder, SuppressedAddress
from programs.models.search_name import NameWord, SearchName
from programs.models.search_row import SearchRow
from programs.models.update_link import UpdateLink, UpdateLinkUse
from programs.models.vocabulary import (
    CodeStatement,
    Facet,
    FederalCode,
    SearchSlot,
    ShelfLife,
    Term,
    VocabularyVersion,
)

__all__ = [
    "FACTS_OF_KIND",
    "FACT_MODELS",
    "KIND_OF_FACTS",
    "CallSheet",
    "CareFact",
    "ChangeSet",
    "Claim",
    "CodeStatement",
    "ConfidentialAddress",
    "Correction",
    "CoverageFact",
    "Draft",
    "DuplicatePair",
    "Facet",
    "Facility",
    "Fact",
    "FeatureFact",
    "FederalCode",
    "FederalRecord",
    "FreshnessRow",
    "GoneListing",
    "ImportDecision",
    "ImportItem",
    "ImportProgress",
    "ImportRun",
    "Invitation",
    "Keeper",
    "MedicationFact",
    "Membership",
    "NameWord",
    "Opening",
    "Organization",
    "Phone",
    "Place",
    "Program",
    "Reminder",
    "ReportDay",
    "ReporterCount",
    "SearchName",
    "SearchRow",
    "SearchSlot",
    "ShelfLife",
    "Source",
    "SuppressedAddress",
    "Term",
    "UpdateLink",
    "UpdateLinkUse",
    "VocabularyVersion",
    "change_set",
    "effective_relations",
]
