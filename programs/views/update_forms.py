"""What the forms of a one-tap page send."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from programs.enums import OpeningStatus
from programs.upkeep.corrections import new_token
from programs.upkeep.one_tap import REPORT_LIMIT, Tap
from programs.views.report_form import Text

#: Numbers of rows are whole numbers of the database.
MOST_ID = 2**31 - 1
MOST_DAYS, MOST_PLACES = 999, 999
SALT = "programs.update_link.report"
NOT_FROM_HERE = _("Part of the page did not arrive. Nothing was changed. Please tap again.")


class Number(forms.IntegerField):
    """The number of a row, in a hidden field."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=MOST_ID, **kwargs)


class TapForm(forms.Form):
    """One tap: a status of a level of care of a program."""

    program = Number()
    term = Number(required=False)
    seen = forms.CharField(required=False, max_length=40)
    status = forms.TypedChoiceField(choices=OpeningStatus.choices, coerce=OpeningStatus)

    def tap(self) -> Tap:
        """Return what was tapped, of a valid form."""
        said = self.cleaned_data
        return Tap(
            program_id=said["program"],
            term_id=said["term"],
            status=said["status"],
            seen=said["seen"],
            details=self.details(),
        )

    def details(self) -> dict[str, Any] | None:
        return None


class DetailsForm(TapForm):
    """More of a status that was said."""

    wait_days = forms.IntegerField(
        label=_("Wait in days"), required=False, min_value=0, max_value=MOST_DAYS
    )
    places_count = forms.IntegerField(
        label=_("Open places"), required=False, min_value=1, max_value=MOST_PLACES
    )
    can_start_today = forms.NullBooleanField(label=_("Can start today"), required=False)
    walk_in_hours = forms.CharField(label=_("Walk-in hours"), required=False, max_length=80)

    def details(self) -> dict[str, Any]:
        names = ("wait_days", "places_count", "can_start_today", "walk_in_hours")
        return {name: self.cleaned_data[name] for name in names}


class UndoForm(forms.Form):
    use = Number()


class ConfirmForm(forms.Form):
    seen = forms.CharField(max_length=64)
    after = Number()


class ChangedForm(forms.Form):
    """What changed, in a few words, for the keepers."""

    program = Number()
    text = Text(
        label=_("What changed?"),
        max_length=REPORT_LIMIT,
        error_messages={"required": _("Say in a few words what changed.")},
    )
    once = forms.CharField()

    def clean_once(self) -> str:
        try:
            return str(signing.loads(self.cleaned_data["once"], salt=SALT))
        except signing.BadSignature:
            raise ValidationError(NOT_FROM_HERE) from None


class AskForm(forms.Form):
    """The address to which a new link may go."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        error_messages={"required": _("Enter the address that you got the link with.")},
    )


def new_once() -> str:
    return signing.dumps(new_token(), salt=SALT)


def problems_of(form: forms.Form) -> list[str]:
    """Say what is wrong with what was sent; of hidden fields only that a part is missing."""
    said = []
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        said += [f"{label}: {error}" for error in errors] if label else [str(NOT_FROM_HERE)]
    return list(dict.fromkeys(said))
