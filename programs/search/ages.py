"""From an age in years to the age groups that surveys ask about."""

from __future__ import annotations

#: Youngest and oldest of each group, in years: the AGE codes of SAMHSA's 2023 code sheet.
AGE_GROUPS = {
    "children_teens": (0, 17),
    "young_adults": (18, 25),
    "adults": (26, 64),
    "older_adults": (65, 120),
}
OLDEST_YEARS = 120


def age_group(years: int) -> str:
    """Return the slug of the `age` term for a person of this age.

    Raises ValueError for an age below 0 or above 120.
    """
    for slug, (youngest, oldest) in AGE_GROUPS.items():
        if youngest <= years <= oldest:
            return slug
    raise ValueError(f"{years} is not an age from 0 to {OLDEST_YEARS}")
