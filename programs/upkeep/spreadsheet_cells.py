"""How each kind of column reads in a spreadsheet: slugs and names where there are any.

Every cell gives back what it was given: `clean(render(value)) == value`. `clean` raises ValueError
with a message for the editor.
"""

from __future__ import annotations

import math
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, DateField, Field, FloatField, ForeignKey, IntegerField
from django.utils.translation import gettext as _
from import_export.widgets import Widget
from phonenumber_field.modelfields import PhoneNumberField
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import NumberParseException

from programs.enums import FactKind, PlaceKind
from programs.geo import rounded_degrees
from programs.models import KIND_OF_FACTS, Facet, Place, Source, Term

ZIP_DIGITS = 5
NORTH_AMERICA = 1
#: Others could be read back as another number.
TEN_DIGITS = range(2_000_000_000, 10_000_000_000)


class TextCell(Widget):
    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        return value

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else str(value)


class ZipCell(TextCell):
    """Gives back the zeros that spreadsheets take from the front of a number."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        return value.zfill(ZIP_DIGITS) if value.isdecimal() else value


class IntegerCell(TextCell):
    def clean(self, value: str, row: Any = None, **kwargs: Any) -> int | None:
        if not value.strip():
            return None
        try:
            return int(value.replace(",", ""))
        except ValueError:
            raise ValueError(_("“%s” is not a whole number.") % value) from None


class DegreesCell(TextCell):
    def clean(self, value: str, row: Any = None, **kwargs: Any) -> float | None:
        if not value.strip():
            return None
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise ValueError(_("“%s” is not a number.") % value)
        return rounded_degrees(number)


class ChoiceCell(TextCell):
    def __init__(self, choices: dict[str, Any]) -> None:
        super().__init__()
        self.choices = choices

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        try:
            return self.choices[value.strip().lower()]
        except KeyError:
            known = ", ".join(name or _("nothing") for name in self.choices)
            raise ValueError(
                _("“%(value)s” is none of these: %(known)s.") % {"value": value, "known": known}
            ) from None


class YesNoCell(ChoiceCell):
    def __init__(self, *, may_be_empty: bool = False) -> None:
        super().__init__({"yes": True, "no": False, **({"": None} if may_be_empty else {})})

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        # What a spreadsheet makes of a yes.
        as_word = {"true": "yes", "false": "no"}.get(value.strip().lower(), value)
        return super().clean(as_word)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return {True: "yes", False: "no"}.get(value, "")


class DateCell(TextCell):
    """2026-03-01, or 3/1/2026 as American spreadsheets write it."""

    FORMATS = ("%Y-%m-%d", "%m/%d/%Y")

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> date | None:
        if not value.strip():
            return None
        for wanted in self.FORMATS:
            try:
                return datetime.strptime(value.strip(), wanted).date()  # noqa: DTZ007 - a day
            except ValueError:
                continue
        raise ValueError(_("“%s” is not a date like 2026-03-01.") % value)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return value.isoformat() if value else ""


class PhoneCell(TextCell):
    """(480) 555-0123 at home, +44 20 7946 0123 abroad."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> PhoneNumber | str:
        if not value.strip():
            return ""
        try:
            typed = PhoneNumber.from_string(value, region="US")
        except NumberParseException:
            raise ValueError(_("“%s” is not a phone number.") % value) from None
        # A number that cannot be dialled is compared by what was typed: as it is stored, then.
        return PhoneNumber.from_string(typed.as_e164)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        if not value:
            return ""
        is_at_home = value.country_code == NORTH_AMERICA and value.national_number in TEN_DIGITS
        return str(value.as_national if is_at_home else value.as_e164)


class WordsCell(TextCell):
    """Words and phrases between commas."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> list[str]:
        return [word.strip() for word in value.split(",") if word.strip()]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return ", ".join(value or ())


class ReferenceCell(TextCell):
    """Another row, by its number. All numbers are read once, not one a cell."""

    def __init__(self, model: Any, *, may_be_empty: bool) -> None:
        super().__init__()
        self.model, self.may_be_empty = model, may_be_empty

    @cached_property
    def key_of_code(self) -> dict[str, Any]:
        return {str(pk): pk for pk in self.model.objects.values_list("pk", flat=True)}

    @cached_property
    def code_of_key(self) -> dict[Any, str]:
        return {key: code for code, key in self.key_of_code.items()}

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        code = value.strip()
        if not code and self.may_be_empty:
            return None
        if code not in self.key_of_code:
            name = self.model._meta.verbose_name
            raise ValueError(
                _("There is no %(name)s “%(code)s”.") % {"name": name, "code": code}
                if code
                else _("Say which %(name)s.") % {"name": name}
            )
        return self.key_of_code[code]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return self.code_of_key[value] if value is not None else ""


class TermCell(ReferenceCell):
    """A term that a table of facts is about, after its facet: "gender/women", "group/women"."""

    def __init__(self, model: Any, kind: FactKind) -> None:
        super().__init__(model, may_be_empty=False)
        self.kind = kind

    @cached_property
    def key_of_code(self) -> dict[str, Any]:
        terms = Term.objects.filter(facet__kind=self.kind).values_list("facet__slug", "slug", "pk")
        return {f"{facet}/{slug}": key for facet, slug, key in terms}


class SlugCell(ReferenceCell):
    @cached_property
    def key_of_code(self) -> dict[str, Any]:
        return dict(self.model.objects.values_list("slug", "pk"))


class CountyCell(ReferenceCell):
    """A county after its state: "AZ Maricopa"."""

    @cached_property
    def key_of_code(self) -> dict[str, Any]:
        counties = Place.objects.filter(kind=PlaceKind.COUNTY)
        rows = counties.values_list("state", "name", "pk")
        return {f"{state} {name}": key for state, name, key in rows}


#: Of other tables the number names a row.
REFERENCES: dict[Any, type[ReferenceCell]] = {
    Facet: SlugCell,
    Source: SlugCell,
    Place: CountyCell,
}


def cell_of(field: Field[Any, Any]) -> Widget:
    """Return how a column of a table reads."""
    if isinstance(field, ForeignKey):
        model: Any = field.remote_field.model
        if model is Term:
            return TermCell(model, KIND_OF_FACTS[field.model])
        return REFERENCES.get(model, ReferenceCell)(model, may_be_empty=field.null)
    if field.choices:
        empty = {"": "" if field.get_internal_type() == "CharField" else None}
        known = {str(value): value for value, label in field.choices}
        return ChoiceCell({**known, **(empty if field.blank else {})})
    if field.name == "zip_code":
        return ZipCell()
    for kind, cell in PLAIN_CELLS:
        if isinstance(field, kind):
            return cell()
    if isinstance(field, BooleanField):
        return YesNoCell(may_be_empty=field.null)
    return TextCell()


PLAIN_CELLS: tuple[tuple[Any, type[TextCell]], ...] = (
    (PhoneNumberField, PhoneCell),
    (IntegerField, IntegerCell),
    # Of a listing only latitude and longitude are such.
    (FloatField, DegreesCell),
    (DateField, DateCell),
    (ArrayField, WordsCell),
)
