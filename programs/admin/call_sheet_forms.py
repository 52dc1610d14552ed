"""The forms of call sheets: which listings to call, and when to call again."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django import forms
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.enums import STATE_NAMES
from programs.upkeep.verification import Wanted, retry_day


class WantedForm(forms.Form):
    """Which sheets to work through: the query string of the queue."""

    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        choices=[("", gettext_lazy("All states")), *sorted(STATE_NAMES.items())],
        required=False,
    )
    mine = forms.BooleanField(label=gettext_lazy("Assigned to me"), required=False)
    due = forms.BooleanField(label=gettext_lazy("To be called again today"), required=False)

    def wanted(self, user: User) -> Wanted:
        """Return what is wanted; nothing in particular where the query string is wrong."""
        if not self.is_valid():
            return Wanted()
        return Wanted(
            state=self.cleaned_data["state"],
            assigned_to=user.pk if self.cleaned_data["mine"] else None,
            is_due=self.cleaned_data["due"],
        )

    @property
    def query(self) -> str:
        """The query string that asks for the same again, "" for the whole queue."""
        if not self.is_valid():
            return ""
        said = {key: str(value) for key, value in self.cleaned_data.items() if value}
        return f"?{urlencode(said)}" if said else ""


class RetryForm(forms.Form):
    """When to call again."""

    retry_on = forms.DateField(
        label=gettext_lazy("Call again on"),
        widget=forms.DateInput(attrs={"type": "date", "form": "sheet"}),
        error_messages={
            "required": gettext_lazy("Say when to call again."),
            "invalid": gettext_lazy("Enter a day, such as 2026-03-31."),
        },
    )

    def clean_retry_on(self) -> date:
        day: date = self.cleaned_data["retry_on"]
        if day <= timezone.localdate():
            raise forms.ValidationError(_("Choose a day after today."))
        return day


def first_retry() -> dict[str, date]:
    return {"retry_on": retry_day(timezone.localdate())}
