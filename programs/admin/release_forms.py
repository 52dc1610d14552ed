"""The forms of a release: which file to load, and a rule for its open conflicts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.enums import ConflictChoice
from programs.models import Facet
from programs.upkeep import conflicts
from programs.upkeep.release_files import (
    ReleaseFileError,
    chosen_release,
    keep_upload,
    releases_in_folder,
)


class ReleaseForm(forms.Form):
    """A file to load: uploaded, or one of the folder of releases."""

    upload = forms.FileField(
        label=gettext_lazy("File to upload"),
        help_text=gettext_lazy("The directory as published: .xlsx, or .csv of its columns."),
        required=False,
    )
    chosen = forms.ChoiceField(label=gettext_lazy("Or one on the server"), required=False)
    edition = forms.IntegerField(
        label=gettext_lazy("Year"),
        help_text=gettext_lazy("Only needed if the file does not say of which year it is."),
        min_value=2000,
        max_value=2100,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [path.name for path in releases_in_folder()]
        chosen = self.fields["chosen"]
        assert isinstance(chosen, forms.ChoiceField)  # noqa: S101
        chosen.choices = [("", "-"), *zip(names, names, strict=True)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        upload, chosen = cleaned.get("upload"), str(cleaned.get("chosen", ""))
        if self.errors:
            return cleaned
        if bool(upload) == bool(chosen):
            raise forms.ValidationError(_("Upload a file or choose one on the server."))
        try:
            cleaned["file"] = keep_upload(upload) if upload else chosen_release(chosen)
        except ReleaseFileError as error:
            self.add_error("upload" if upload else "chosen", str(error))
        cleaned["name"] = upload.name if upload else chosen
        return cleaned


class RuleForm(forms.Form):
    """A rule for all open conflicts of a run."""

    choice = forms.ChoiceField(label=gettext_lazy("Choose"), choices=ConflictChoice.choices)
    older_than_months = forms.IntegerField(
        label=gettext_lazy("where the confirmation is older than (months)"),
        min_value=1,
        max_value=600,
        required=False,
    )
    facet = forms.ModelChoiceField(
        label=gettext_lazy("only in"),
        queryset=Facet.objects.order_by("position", "pk"),
        to_field_name="slug",
        empty_label=gettext_lazy("all groups"),
        required=False,
    )

    def rule(self) -> conflicts.Rule:
        """Return what was chosen, of a valid form."""
        cleaned = self.cleaned_data
        return conflicts.Rule(
            ConflictChoice(cleaned["choice"]),
            cleaned["older_than_months"],
            cleaned["facet"],
        )
