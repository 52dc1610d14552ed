"""The form with which a visitor says what is wrong with a listing.

It needs no cookie: a signed stamp says that we made it, for which listing, and when.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import phonenumbers
from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from programs.enums import CorrectionKind
from programs.models import Phone, Program
from programs.models.correction import TEXT_LIMIT
from programs.search.engine import StatedPhone
from programs.search.facts import StatedFact
from programs.upkeep.corrections import Report, Subject, new_token
from programs.views.wording import phone_link

#: Nobody reads and fills in the form faster; a program does.
FASTEST = timedelta(seconds=3)
STAMP_LIFE = timedelta(days=1)
SIGNER = signing.Signer(salt="programs.report")

SOON = _("That was very fast. Please look it over, then send it again.")
STALE = _("This form was open for too long. Please send it again.")
TRAPPED = _("The field that must stay empty was filled in. We emptied it. Please send it again.")
NO_CONTACT = _("Enter an e-mail address, or a phone number with its area code.")
NO_TEXT = _("Say in a few words what is wrong.")
NOT_STATED = _("This is not in the listing any more. Please choose again.")


def new_stamp(program_id: int, now: datetime) -> str:
    """Return a stamp with the secret of the link that the reporter will get."""
    return SIGNER.sign_object([program_id, new_token(), now.timestamp()])


class Text(forms.CharField):
    """Counts the end of a line once, as browsers do before they send two letters for it."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class ReportForm(forms.Form):
    """What is wrong. `about` offers what the listing states: a facet's slug narrows it to that."""

    kind = forms.ChoiceField(
        label=_("What is wrong?"),
        choices=CorrectionKind.choices,
        error_messages={"required": _("Choose what is wrong.")},
    )
    about = forms.ChoiceField(
        label=_("Which part of the listing?"),
        required=False,
        error_messages={"invalid_choice": NOT_STATED},
    )
    text = Text(label=_("What should it say?"), required=False, max_length=TEXT_LIMIT)
    contact = forms.CharField(
        label=_("E-mail or phone, if we may ask you back"), required=False, max_length=120
    )
    homepage = forms.CharField(required=False)
    stamp = forms.CharField(required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        program: Program,
        phones: Iterable[Phone],
        facts: Sequence[StatedFact],
        asked_about: str,
        now: datetime,
    ) -> None:
        super().__init__(data)
        self.program, self.now = program, now
        self.fresh_stamp = new_stamp(program.pk, now)
        self.subjects: dict[str, Subject] = {}
        groups = [self._phones(phones), *self._facets(facts)]
        narrowed = [group for group in groups if group[0] == asked_about]
        self.about_groups = [(label, options) for _key, label, options in narrowed or groups]
        self.fields["about"].choices = [("", ""), *self.about_groups]  # type: ignore[attr-defined]
        self.initial = self._initial(asked_about)

    def _phones(self, phones: Iterable[Phone]) -> tuple[str, Any, list[tuple[str, str]]]:
        options = []
        for phone in phones:
            number = phone.number.as_e164
            key = f"phone-{phone.pk}"
            self.subjects[key] = Subject(phone=number, phone_extension=phone.extension)
            link = phone_link(StatedPhone(phone.use, number, phone.extension))
            options.append((key, f"{link.text} ({link.use})"))
        return "phone", _("Phone numbers"), options

    def _facets(
        self, facts: Iterable[StatedFact]
    ) -> Iterable[tuple[str, Any, list[tuple[str, str]]]]:
        groups: dict[str, tuple[str, Any, list[tuple[str, str]]]] = {}
        for fact in facts:
            key = f"term-{fact.term.id}"
            facet = groups.setdefault(fact.facet.slug, (fact.facet.slug, fact.facet.label, []))
            if key not in self.subjects:
                self.subjects[key] = Subject(term_id=fact.term.id)
                facet[2].append((key, fact.term.label))
        return groups.values()

    def _initial(self, asked_about: str) -> dict[str, str]:
        """Choose beforehand what the link that led here was beside."""
        if asked_about.startswith("phone-") and asked_about in self.subjects:
            return {"kind": CorrectionKind.PHONE, "about": asked_about}
        if asked_about == "payment":
            return {"kind": CorrectionKind.INSURANCE}
        if len(self.about_groups) == 1 and asked_about:
            return {"kind": CorrectionKind.DOES_NOT_OFFER}
        return {}

    def clean_about(self) -> Subject:
        return self.subjects.get(self.cleaned_data["about"], Subject())

    def clean_text(self) -> str:
        text = self.cleaned_data["text"]
        if not text and self.data.get("kind") == CorrectionKind.OTHER:
            raise ValidationError(NO_TEXT)
        return text

    def clean_contact(self) -> str:
        contact = self.cleaned_data["contact"]
        if contact and not is_contact(contact):
            raise ValidationError(NO_CONTACT)
        return contact

    def clean_homepage(self) -> str:
        if self.cleaned_data["homepage"]:
            raise ValidationError(TRAPPED)
        return ""

    def clean_stamp(self) -> str:
        """Return the secret in the stamp; a stamp that will not do is replaced by a fresh one."""
        try:
            program_id, token, made_at = SIGNER.unsign_object(self.cleaned_data["stamp"])
        except signing.BadSignature:
            raise ValidationError(STALE) from None
        age = timedelta(seconds=self.now.timestamp() - made_at)
        if age > STAMP_LIFE or program_id != self.program.pk:
            raise ValidationError(STALE)
        # Of a form that came too soon the clock runs on: sent again, it is in time.
        self.fresh_stamp = self.cleaned_data["stamp"]
        if age < FASTEST:
            raise ValidationError(SOON)
        return token

    def report(self) -> Report:
        """Return what was reported, of a valid form."""
        return Report(
            program_id=self.program.pk,
            kind=CorrectionKind(self.cleaned_data["kind"]),
            subject=self.cleaned_data["about"],
            text=self.cleaned_data["text"],
            contact=self.cleaned_data["contact"],
        )


def is_contact(text: str) -> bool:
    """Return whether a person could be reached by this: one address, or one US number."""
    try:
        validate_email(text)
    except ValidationError:
        pass
    else:
        return True
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        return False
    how = phonenumbers.is_possible_number_with_reason(number)
    return bool(how == phonenumbers.ValidationResult.IS_POSSIBLE)
