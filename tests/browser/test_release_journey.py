"""An administrator loads a second edition: plan, a conflict decided, applied, undone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site
from tests.directory_files import row, write_csv

pytestmark = pytest.mark.browser

# Far from where other tests search.
PLACE = {"name1": "Quiet Harbor", "city": "Juneau", "state": "AK", "zip": "99801"}
WORK_LIMIT_MS = 60_000
LOAD_AND_CONFIRM = """
from datetime import date
from pathlib import Path
from programs.importers.federal_load import load_directory
from programs.models import CoverageFact, Program
load_directory(Path({path!r}))
program = Program.objects.get(facility__name="Quiet Harbor")
medicaid = CoverageFact.objects.filter(program=program, term__slug="medicaid")
medicaid.update(confirmed_on=date(2024, 5, 1))
made = {{
    "page": program.get_absolute_url(),
    "session": session_of(account("loader@example.org", Role.ADMINISTRATOR)),
}}
"""


@dataclass(frozen=True)
class Desk:
    page: Page
    listing: str
    second_edition: Path


@pytest.fixture
def desk(browser: Browser, site: Site, tmp_path: Path) -> Iterator[Desk]:
    """The desk after a first edition, of which a keeper confirmed that Medicaid is taken."""
    first = write_csv(tmp_path / "su_2022.csv", [row(**PLACE)])
    second = write_csv(tmp_path / "su_2023.csv", [row(**PLACE, service_code_info="SA OIT PI SP")])
    made = site.made(LOAD_AND_CONFIRM.format(path=str(first)))
    context = browser.new_context(base_url=site.url)
    context.add_cookies([{"name": "sessionid", "value": made["session"], "url": site.url}])
    yield Desk(context.new_page(), made["page"], second)
    context.close()


def expect_status(page: Page, status: str) -> None:
    """Wait for the worker beside the site; the page looks again by itself."""
    expect(page.locator("[role=status] strong")).to_have_text(f"{status}.", timeout=WORK_LIMIT_MS)


def says_medicaid(desk: Desk) -> bool:
    """Return whether the public page, in a tab of its own, says that Medicaid is taken."""
    tab = desk.page.context.new_page()
    tab.goto(desk.listing)
    lines = tab.locator(".facts:has(#facet-payment) li", has_text="Medicaid").count()
    tab.close()
    return lines > 0


def test_a_second_edition_is_planned_decided_applied_and_undone(desk: Desk):
    page = desk.page
    page.goto("/admin/programs/importrun/add/")
    page.get_by_label("File to upload").set_input_files(desk.second_edition)
    page.get_by_role("button", name="Make the plan").click()
    expect_status(page, "Planned: nothing was changed yet")
    at_the_run = page.url

    page.get_by_role("link", name="Conflict with a confirmed fact (1)").click()
    page.get_by_label("Take", exact=True).check()
    page.get_by_role("button", name="Save the decisions").click()
    expect(page.get_by_label("Take", exact=True)).to_be_checked()
    assert says_medicaid(desk)

    page.goto(at_the_run)
    page.get_by_role("link", name="Apply ...").click()
    page.get_by_role("button", name="Apply the plan").click()
    expect_status(page, "Applied")
    assert not says_medicaid(desk)

    page.goto(at_the_run)
    page.get_by_role("link", name="Undo ...").click()
    page.get_by_role("button", name="Undo this run").click()
    expect_status(page, "Undone")
    assert says_medicaid(desk)
