"""What a row of the federal list states, by the codes that it has."""

from __future__ import annotations

from collections.abc import Iterator

from programs.models import CodeStatement


def counting(*codes: str) -> Iterator[CodeStatement]:
    """Yield what counts of the statements of a row that has these codes."""
    row = set(codes)
    stated = CodeStatement.objects.select_related("code", "term__facet").order_by("pk")
    for statement in stated.filter(code__code__in=codes):
        fits = not statement.only_with or row & set(statement.only_with)
        if fits and not row & set(statement.only_without):
            yield statement


def relations(medicine: str, *codes: str) -> list[str]:
    """Return the relations that a row with these codes states for a medicine, sorted."""
    return sorted(
        {
            statement.medication_relation
            for statement in counting(*codes)
            if path(statement) == f"medication/{medicine}"
        }
    )


def answers(facet: str, *codes: str) -> dict[str, str]:
    """Return the answers that a row with these codes states in a facet."""
    stated = [each for each in counting(*codes) if each.term.facet.slug == facet]
    return {each.term.slug: each.answer for each in stated}


def path(statement: CodeStatement) -> str:
    return f"{statement.term.facet.slug}/{statement.term.slug}"
