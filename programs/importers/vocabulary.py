"""The vocabulary, the federal crosswalk and the sources: from `fixtures/*.yaml` to the tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar

import yaml
from django.core.exceptions import ValidationError
from django.db import models, transaction

from programs.enums import Answer, FactKind, MedicationRelation
from programs.models import (
    CodeStatement,
    Facet,
    FederalCode,
    SearchSlot,
    ShelfLife,
    Source,
    Term,
)

#: The C loader, where PyYAML has it, reads the files five times as fast.
SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

M = TypeVar("M", bound=models.Model)
Entry = dict[str, Any]
#: {"new": 2, "changed": 0, "unchanged": 245}: what a load did with the rows of one table.
Counts = dict[str, int]

#: What an entry of each list may say.
FACET_KEYS = {
    *("slug", "label", "label_es", "definition", "definition_es", "kind", "is_common"),
    *("shelf_life_days", "weight", "terms"),
}
SHELF_LIFE_KEYS = {"part", "days", "weight"}
TERM_KEYS = {
    *("slug", "label", "label_es", "definition", "definition_es", "synonyms"),
    *("open_hours", "wait_hours"),
}
CODE_KEYS = {"category", "code", "label", "editions", "states", "not_used_because"}
CONDITION_KEYS = {"only_with", "only_without", "needs_review_without"}
STATEMENT_KEYS = {"term", "answer", "relation", "detail"} | CONDITION_KEYS
SOURCE_KEYS = {"slug", "name", "kind", "url", "published_on", "date_precision"}
LIST_KEYS = {"terms", "synonyms", "editions", "states"} | CONDITION_KEYS

#: What a code may state beside the answer about a level of care: columns of `CareFact`.
DETAIL_KEYS = {"length_days_min", "length_days_max", "overnight"}
#: YAML reads a bare yes or no as true or false.
ANSWERS = {True: Answer.YES, False: Answer.NO}


class VocabularyError(Exception):
    """A file of the vocabulary cannot be loaded. The message says where and why."""


@transaction.atomic
def load_vocabulary(folder: Path) -> dict[str, Counts]:
    """Write the three files of the folder to the tables; return what changed in each.

    Loading again changes nothing. What the files do not name is left alone, for keepers may add
    their own; what a named code states is replaced.
    Raises VocabularyError, with nothing written, when a file is missing or wrong.
    """
    facet_entries = read(folder / "vocabulary.yaml", "facets")
    facets = make_facets(facet_entries)
    counts = {"facets": upsert(Facet, facets, by=["slug"])}
    terms = make_terms(facet_entries, facets)
    counts["terms"] = upsert(Term, terms, by=["facet_id", "slug"])
    give_slots(terms)
    shelf_lives = make_shelf_lives(read(folder / "vocabulary.yaml", "shelf_lives"))
    counts["shelf lives"] = upsert(ShelfLife, shelf_lives, by=["part"])
    code_entries = read(folder / "federal_codes.yaml", "codes")
    codes = make_codes(code_entries)
    counts["federal codes"] = upsert(FederalCode, codes, by=["category", "code"])
    counts["statements"] = replace_statements(codes, make_statements(code_entries, codes))
    sources = make_sources(read(folder / "sources.yaml", "sources"))
    return {**counts, "sources": upsert(Source, sources, by=["slug"])}


def read(path: Path, key: str) -> list[Entry]:
    """Return the entries that a YAML file lists under its one key."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), SafeLoader)  # noqa: S506
    except OSError as error:
        raise VocabularyError(f"{path.name}: cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise VocabularyError(f"{path.name}: is not YAML: {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get(key), list):
        raise VocabularyError(f'{path.name}: has to have one list, "{key}"')
    return content[key]


def make_facets(entries: Sequence[Entry]) -> list[Facet]:
    """Return the facets, in the order of the file, unsaved."""
    facets = []
    for position, entry in enumerate(entries):
        place = check_shape(entry, FACET_KEYS, "vocabulary.yaml: facet", "slug")
        values = {key: value for key, value in entry.items() if key != "terms"}
        facets.append(checked(Facet(**values, position=position), place))
    refuse_repeats("vocabulary.yaml: facet", [facet.slug for facet in facets])
    return facets


def make_shelf_lives(entries: Sequence[Entry]) -> list[ShelfLife]:
    """Return the shelf lives of what is no facet, unsaved."""
    shelf_lives = []
    for entry in entries:
        place = check_shape(entry, SHELF_LIFE_KEYS, "vocabulary.yaml: shelf life of", "part")
        shelf_lives.append(checked(ShelfLife(**entry), place))
    refuse_repeats("vocabulary.yaml: shelf life of", [life.part for life in shelf_lives])
    return shelf_lives


def make_terms(entries: Sequence[Entry], facets: Sequence[Facet]) -> list[Term]:
    """Return the terms of these saved facets, in the order of the file, unsaved."""
    terms = []
    for facet, facet_entry in zip(facets, entries, strict=True):
        where = f"vocabulary.yaml: facet {facet.slug}, term"
        for position, entry in enumerate(facet_entry.get("terms", [])):
            place = check_shape(entry, TERM_KEYS, where, "slug")
            terms.append(checked(Term(facet=facet, **entry, position=position), place))
    refuse_repeats("vocabulary.yaml: term", map(term_path, terms))
    return terms


def give_slots(terms: Sequence[Term]) -> None:
    """Give the terms what `Term.save` would have given them; a bulk insert passes it by."""
    try:
        SearchSlot.objects.give_slots_to(*terms)
    except ValidationError as error:
        raise VocabularyError(f"vocabulary.yaml: {' '.join(error.messages)}") from error


def make_codes(entries: Sequence[Entry]) -> list[FederalCode]:
    """Return the federal codes, unsaved. Each states something, or says why it does not."""
    codes = []
    for entry in entries:
        place = check_shape(entry, CODE_KEYS, "federal_codes.yaml: code", "code")
        if bool(entry.get("states")) == bool(entry.get("not_used_because")):
            raise VocabularyError(f'{place}: has to have "states" or "not_used_because"')
        values = {key: value for key, value in entry.items() if key not in {"states", "label"}}
        values["official_label"] = entry.get("label", "")
        codes.append(checked(FederalCode(**values), place))
    refuse_repeats("federal_codes.yaml: code", [f"{code.category}/{code.code}" for code in codes])
    return codes


def make_statements(entries: Sequence[Entry], codes: Sequence[FederalCode]) -> list[CodeStatement]:
    """Return what these saved codes state, unsaved."""
    terms = {term_path(term): term for term in Term.objects.select_related("facet")}
    statements = []
    for code, code_entry in zip(codes, entries, strict=True):
        where = f"federal_codes.yaml: code {code.code}, statement"
        for entry in code_entry.get("states", []):
            place = check_shape(entry, STATEMENT_KEYS, where, "term")
            if entry.get("term") not in terms:
                raise VocabularyError(f"{place}: there is no such term")
            statements.append(make_statement(entry, code, terms[entry["term"]], place))
    refuse_repeats("federal_codes.yaml: statement", map(statement_name, statements))
    return statements


def term_path(term: Term) -> str:
    """Return how files and addresses name a term, such as "level_of_care/iop"."""
    return f"{term.facet.slug}/{term.slug}"


def statement_name(statement: CodeStatement) -> str:
    words = [statement.code.code, term_path(statement.term), statement.medication_relation]
    return " ".join(filter(None, words))


def make_statement(entry: Entry, code: FederalCode, term: Term, place: str) -> CodeStatement:
    """Return one statement, unsaved, when its parts fit the kind of fact that the term has."""
    refuse_misfits(entry, FactKind(term.facet.kind), place)
    values = {key: entry[key] for key in CONDITION_KEYS | {"detail"} if key in entry}
    if "answer" in entry:
        values["answer"] = ANSWERS.get(entry["answer"], entry["answer"])
    match term.facet.kind:
        case FactKind.MEDICATION:
            values["medication_relation"] = entry["relation"]
        case FactKind.COVERAGE:
            values["network_relation"] = entry["relation"]
    return checked(CodeStatement(code=code, term=term, **values), place)


def refuse_misfits(entry: Entry, kind: FactKind, place: str) -> None:
    """Raise VocabularyError for a relation, answer or detail that such a fact cannot have."""
    has_relations = kind in {FactKind.MEDICATION, FactKind.COVERAGE}
    if has_relations and not ("relation" in entry and "answer" not in entry):
        raise VocabularyError(f'{place}: a fact about {kind} has a "relation" and no "answer"')
    if not has_relations and "relation" in entry:
        raise VocabularyError(f'{place}: a fact about {kind} has no "relation"')
    if entry.get("relation") == MedicationRelation.DOES_NOT_ACCEPT:
        raise VocabularyError(f"{place}: only a person who checked may say does_not_accept")
    if entry.get("detail") and kind != FactKind.CARE:
        raise VocabularyError(f'{place}: only a level of care has a "detail"')
    refuse_unknown_keys(entry.get("detail", {}), DETAIL_KEYS, f"{place}, detail")


def make_sources(entries: Sequence[Entry]) -> list[Source]:
    """Return the sources, unsaved."""
    sources = []
    for entry in entries:
        place = check_shape(entry, SOURCE_KEYS, "sources.yaml: source", "slug")
        sources.append(checked(Source(**entry), place))
    refuse_repeats("sources.yaml: source", [source.slug for source in sources])
    return sources


def check_shape(entry: Any, keys: set[str], where: str, name_key: str) -> str:
    """Return the name of the entry's place, such as "sources.yaml: source staff".

    Raises VocabularyError when the entry has a key that is not known, or no list where one goes.
    """
    name = entry.get(name_key) if isinstance(entry, dict) else entry
    place = f"{where} {name}"
    refuse_unknown_keys(entry, keys, place)
    for key in sorted(LIST_KEYS & set(entry)):
        if not isinstance(entry[key], list):
            raise VocabularyError(f'{place}: "{key}" has to be a list')
    return place


def refuse_unknown_keys(entry: Any, keys: set[str], place: str) -> None:
    if not isinstance(entry, dict):
        raise VocabularyError(f"{place}: has to be keys and values")
    if unknown := set(entry) - keys:
        names = ", ".join(sorted(map(str, unknown)))
        raise VocabularyError(f"{place}: not known here: {names}")


def refuse_repeats(what: str, names: Iterable[str]) -> None:
    repeated = [name for name, times in Counter(names).items() if times > 1]
    if repeated:
        raise VocabularyError(f"{what} {', '.join(repeated)}: is there more than once")


def checked(instance: M, place: str) -> M:
    """Return the instance if its fields accept their values; foreign keys cost queries, so skip."""
    foreign = {field.name for field in instance._meta.fields if field.is_relation}
    try:
        instance.clean_fields(exclude=foreign)
    except ValidationError as error:
        problems = [f"{key}: {' '.join(texts)}" for key, texts in error.message_dict.items()]
        raise VocabularyError(f"{place}: {'; '.join(problems)}") from error
    return instance


def upsert(model: type[M], rows: Sequence[M], by: Sequence[str]) -> Counts:
    """Insert or update the rows, found again by these fields; give each its primary key.

    One query to read, and one to insert and one to update where there is something to write.
    """
    key = attrgetter(*by)
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    stored = {key(row): row for row in model._default_manager.all()}
    new = [row for row in rows if key(row) not in stored]
    changed = []
    for row in rows:
        if (old := stored.get(key(row))) is not None:
            row.pk = old.pk
            if any(getattr(row, field.attname) != getattr(old, field.attname) for field in fields):
                changed.append(row)
    model._default_manager.bulk_create(new)
    model._default_manager.bulk_update(changed, [field.name for field in fields])
    unchanged = len(rows) - len(new) - len(changed)
    return {"new": len(new), "changed": len(changed), "unchanged": unchanged}


def replace_statements(codes: Sequence[FederalCode], statements: Sequence[CodeStatement]) -> Counts:
    """Make these the only statements of these codes."""
    counts = upsert(CodeStatement, statements, by=["code_id", "term_id", "medication_relation"])
    stale = CodeStatement.objects.filter(code__in=codes).exclude(
        pk__in=[statement.pk for statement in statements]
    )
    return {**counts, "removed": stale.delete()[0]}
