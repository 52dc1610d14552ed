"""The ten questions of the guide as a form. What is answered is read, and kept nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from programs.guide.questions import QUESTIONS, Question, Token

NOT_AN_ANSWER = _("This is not one of the answers. Please choose again, or skip the question.")
_MESSAGES = {"invalid_choice": NOT_AN_ANSWER, "invalid_list": NOT_AN_ANSWER}


class GuideForm(forms.Form):
    """All questions, none of them required, and a place to look near."""

    near = forms.CharField(
        label=_("ZIP code, town, county or state"), required=False, max_length=100, strip=True
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields |= {question.key: _field(question) for question in QUESTIONS}

    def questions(self) -> Iterator[tuple[Question, BoundField]]:
        for question in QUESTIONS:
            yield question, self[question.key]

    def sent(self) -> list[tuple[str, str]]:
        """Return what was sent, for a form that sends it again. Call after `is_valid()`."""
        near, said = self.cleaned_data.get("near"), self.said()
        answers = [
            (question.key, token.value)
            for question in QUESTIONS
            for token, _text in question.answers
            if token in said
        ]
        return [*answers, ("near", near)] if near else answers

    def wrong_answers(self) -> list[str]:
        """Return the labels of the fields that hold what cannot be an answer."""
        return [str(self.fields[name].label) for name in self.errors]

    def said(self) -> frozenset[Token]:
        """Return what was answered, without what cannot be an answer.

        Not from the cleaned data: what is wrong beside it would hide that somebody cannot wake.
        """
        return frozenset(
            Token(answer)
            for question in QUESTIONS
            for answer in _listed(self[question.key].data)
            if answer in {token for token, _text in question.answers}
        )


def _listed(data: str | list[str] | None) -> list[str]:
    return [data] if isinstance(data, str) else data or []


def _field(question: Question) -> forms.Field:
    choices = [(token.value, text) for token, text in question.answers]
    if question.one_answer:
        return forms.ChoiceField(
            label=str(question.text),
            choices=[("", question.skip), *choices],
            required=False,
            widget=forms.RadioSelect,
            error_messages=_MESSAGES,
        )
    return forms.MultipleChoiceField(
        label=str(question.text),
        choices=choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages=_MESSAGES,
    )
