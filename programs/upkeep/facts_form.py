"""The facts of one facet of a program as a form: its terms are data, and so are its fields."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from programs.enums import (
    STATE_NAMES,
    Answer,
    FactKind,
    MedicationRelation,
    NetworkRelation,
)
from programs.models import Facet, Program, Source, Term, effective_relations
from programs.upkeep.own_facts import (
    CARE_DETAILS,
    facts_of_facet,
    may_take_back,
    state_answer,
    state_coverage,
    state_medication,
    state_plans,
)
from programs.upkeep.section_form import Group, SectionForm
from programs.upkeep.stated_by import fact_text, stated_by

MOST_HOURS_A_WEEK, MOST_DAYS = 168, 3660
PLAN_LENGTH = 120
#: In network is said of a plan, in the box beside.
WITHOUT_PLAN = [choice for choice in NetworkRelation.choices if choice[0] != "in_network"]
BY_NAME: list[tuple[str, str]] = sorted(STATE_NAMES.items(), key=lambda item: item[1])


def not_stated() -> tuple[str, str]:
    return "", _("Not stated")


class FactsForm(SectionForm):
    """A field for each term, `t12`; levels of care and payers have more, such as `t12_plans`."""

    def __init__(self, data: Any, *, program: Program, facet: Facet, source: Source) -> None:
        super().__init__(data, use_required_attribute=False)
        self.program, self.facet, self.source = program, facet, source
        self.terms: dict[int, Term] = {
            term.pk: term for term in facet.terms.select_related("facet").order_by("position", "id")
        }
        self.stated = facts_of_facet(program, facet.pk, facet.kind)
        for term_id, term in self.terms.items():
            self._add_fields(term, self.stated.get(term_id, []))
        self.keep_what_was_shown()

    def _add_fields(self, term: Term, stated: list[Any]) -> None:
        name = f"t{term.pk}"
        match self.facet.kind:
            case FactKind.MEDICATION:
                relations = effective_relations(fact.relation for fact in stated)
                self._add_choice(term, stated, MedicationRelation.choices, (*relations, "")[0])
            case FactKind.COVERAGE:
                general = [fact for fact in stated if not fact.plan]
                relation = general[0].relation if general else ""
                self._add_choice(term, general, WITHOUT_PLAN, relation)
                self.fields[f"{name}_plans"] = forms.CharField(
                    label=_("In network for these plans, a line each"), required=False,
                    initial="\n".join(fact.plan for fact in stated if self._is_own_plan(fact)),
                    widget=forms.Textarea(attrs={"rows": 2}), max_length=2000,
                )  # fmt: skip
            case _:
                answer = stated[0].answer if stated else ""
                self._add_choice(term, stated, Answer.choices, answer, forms.RadioSelect())
                if self.facet.kind == FactKind.CARE:
                    self._add_care_details(name, stated[0] if stated else None)

    def _add_choice(
        self, term: Term, stated: list[Any], choices: Any, initial: str, widget: Any = None
    ) -> None:
        """Offer "not stated" only to who said it, or where nobody did."""
        own = [not_stated()] if may_take_back(stated, self.source) else []
        self.fields[f"t{term.pk}"] = forms.ChoiceField(
            label=str(term), choices=[*choices, *own] if widget else [*own, *choices],
            required=False, initial=initial, widget=widget,
        )  # fmt: skip

    def _is_own_plan(self, fact: Any) -> bool:
        is_in_network = bool(fact.plan) and fact.relation == NetworkRelation.IN_NETWORK
        return is_in_network and fact.source_id == self.source.pk

    def _add_care_details(self, name: str, fact: Any) -> None:
        labels = {
            "hours_per_week_min": _("Hours a week, from"),
            "hours_per_week_max": _("Hours a week, to"),
            "length_days_min": _("Length in days, from"),
            "length_days_max": _("Length in days, to"),
        }
        for column, label in labels.items():
            most = MOST_HOURS_A_WEEK if column.startswith("hours") else MOST_DAYS
            self.fields[f"{name}_{column}"] = forms.IntegerField(
                label=label, required=False, min_value=1, max_value=most,
                initial=getattr(fact, column, None),
                widget=forms.TextInput(attrs={"inputmode": "numeric"}),
            )  # fmt: skip
        stays = getattr(fact, "overnight", None)
        overnight = "" if stays is None else "yes" if stays else "no"
        self.fields[f"{name}_overnight"] = forms.ChoiceField(
            label=_("People stay overnight"), required=False, initial=overnight,
            choices=[not_stated(), *Answer.choices],
        )  # fmt: skip

    def groups(self) -> Iterator[Group]:
        for term_id, term in self.terms.items():
            now = [
                f"{fact_text(fact)} ({stated_by(fact)})" for fact in self.stated.get(term_id, [])
            ]
            more = [self[name] for name in self._names_of_more(term_id)]
            yield Group(str(term), [self[f"t{term_id}"]], now, more)

    def _names_of_more(self, term_id: int) -> list[str]:
        return [name for name in self.fields if name.startswith(f"t{term_id}_")]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for term_id in self.terms:
            name = f"t{term_id}"
            if self.facet.kind == FactKind.CARE:
                self._check_care(name, cleaned)
            elif self.facet.kind == FactKind.COVERAGE:
                self._check_plans(name, cleaned)
            if self._is_left_open(name, cleaned):
                self.add_error(name, _("Somebody else stated this: answer yes or no."))
        return cleaned

    def _is_left_open(self, name: str, cleaned: dict[str, Any]) -> bool:
        """Return whether it would take back what another said."""
        field: Any = self.fields[name]
        is_offered = "" in {value for value, label in field.choices}
        return name in self.changed_data and cleaned.get(name) == "" and not is_offered

    def _check_care(self, name: str, cleaned: dict[str, Any]) -> None:
        for what in ("hours_per_week", "length_days"):
            low, high = (cleaned.get(f"{name}_{what}_{end}") for end in ("min", "max"))
            if low and high and low > high:
                self.add_error(f"{name}_{what}_max", _("This ends before it begins."))
        changed = [f"{name}_{column}" for column in CARE_DETAILS]
        if cleaned.get(name) != Answer.YES and any(
            entry in self.changed_data and cleaned.get(entry) for entry in changed
        ):
            self.add_error(name, _("Hours and length go with a yes."))

    def _check_plans(self, name: str, cleaned: dict[str, Any]) -> None:
        plans = plans_in(cleaned.get(f"{name}_plans", ""))
        if any(len(plan) > PLAN_LENGTH for plan in plans):
            self.add_error(f"{name}_plans", _("A plan's name has 120 letters at most."))
        if plans and cleaned.get(name) == NetworkRelation.DOES_NOT_ACCEPT:
            self.add_error(name, _("You name plans that you are in network for: choose another."))

    def apply(self, today: date) -> None:
        for term_id, term in self.terms.items():
            names = {f"t{term_id}", *self._names_of_more(term_id)} & set(self.changed_data)
            if names:
                self._state(term, names, today)

    def _state(self, term: Term, names: set[str], today: date) -> None:
        name, said = f"t{term.pk}", self.cleaned_data
        match self.facet.kind:
            case FactKind.MEDICATION:
                state_medication(self.program, term, said[name], self.source, today)
            case FactKind.COVERAGE:
                if name in names:
                    state_coverage(self.program, term, said[name], self.source, today)
                if f"{name}_plans" in names:
                    plans = plans_in(said[f"{name}_plans"])
                    state_plans(self.program, term, plans, self.source, today)
            case _:
                details = self._details(name, names)
                state_answer(self.program, term, said[name], details, self.source, today)

    def _details(self, name: str, names: set[str]) -> dict[str, Any]:
        details = {}
        for column in CARE_DETAILS:
            if f"{name}_{column}" in names:
                value = self.cleaned_data[f"{name}_{column}"]
                if column == "overnight":
                    value = {"yes": True, "no": False}.get(value)
                details[column] = value
        return details


def plans_in(text: str) -> list[str]:
    """Return the lines of a text, each once."""
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


class StatesForm(SectionForm):
    """The states whose people a program serves by phone or video."""

    states = forms.MultipleChoiceField(
        choices=BY_NAME,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Any, *, program: Program) -> None:
        super().__init__(data, use_required_attribute=False)
        self.program = program
        self.fields["states"].initial = list(program.states_served)
        self.fields["states"].label = _("States")
        self.keep_what_was_shown()

    def groups(self) -> Iterator[Group]:
        legend = _("You need a license in each state that you tick.")
        yield Group(legend, [self["states"]], [", ".join(self.program.states_served)], [])

    def apply(self, today: date) -> None:
        self.program.states_served = sorted(self.cleaned_data["states"])
        self.program.save(update_fields=["states_served"])
