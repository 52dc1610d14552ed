"""The invented sample: made-up facilities, built from `fixtures/sample.yaml`.

The file says what a value means. Nothing is left to chance, so each load builds the same: names,
streets, phones and decks of facts are dealt in turn, and dates count back from a given day.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from programs.importers.sample_file import read_sample
from programs.importers.sample_rows import SampleBuilder, SampleCounts
from programs.models import FACT_MODELS, Facility, Organization, Program

SAMPLE_FILE = Path(__file__).resolve().parents[2] / "fixtures" / "sample.yaml"


@transaction.atomic
def load_sample(
    path: Path = SAMPLE_FILE, *, today: date, now: datetime | None = None
) -> SampleCounts:
    """Write the sample and return what was written: nothing where a sample is already loaded.

    Openings count back from `now`, the time of the call if it is not given.
    Raises SampleError, and writes nothing, when the file is wrong, or when the vocabulary or the
    places that it needs are not loaded.
    """
    if Facility.objects.filter(is_invented=True).exists():
        return SampleCounts()
    batch = SampleBuilder(read_sample(path), today=today, now=now or timezone.now()).build()
    return batch.save()


@transaction.atomic
def remove_sample() -> SampleCounts:
    """Delete every invented facility with all that hangs on it, and organizations left with none.

    Organizations that also run a real facility stay.
    """
    invented = Facility.objects.filter(is_invented=True)
    organization_ids = set(
        invented.exclude(organization=None).values_list("organization_id", flat=True)
    )
    _, deleted = invented.delete()
    left_empty = Organization.objects.filter(pk__in=organization_ids, facilities=None)
    organizations, _ = left_empty.delete()
    return SampleCounts(
        facilities=deleted.get(Facility._meta.label, 0),
        programs=deleted.get(Program._meta.label, 0),
        facts=sum(deleted.get(model._meta.label, 0) for model in FACT_MODELS),
        organizations=organizations,
    )
