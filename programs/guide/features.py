"""What a person may want to ask a place for. A filter to try, never one that the guide sets."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from programs.guide.care import Filters


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """Something to ask a place for. It is offered as a filter, and filters nothing by itself."""

    slug: str
    name: str | Promise
    filters: Filters


REWARDS = Feature(slug="rewards", name=_("Reward-based programs"), filters={"therapy": ("cm",)})
PREGNANCY_CARE = Feature(
    slug="pregnancy-care",
    name=_("Care made for pregnancy and new parents"),
    filters={"track": ("pregnant_postpartum",)},
)
MEDICAL_CARE = Feature(
    slug="medical-care", name=_("Medical care on site"), filters={"health": ("primary_care",)}
)
MENTAL_HEALTH_TOO = Feature(
    slug="mental-health-too",
    name=_("Care for mental health and substance use together"),
    filters={"track": ("cooccurring",)},
)
MENTAL_HEALTH_MEDICINE = Feature(
    slug="mental-health-medicine",
    name=_("Mental health medicine"),
    filters={"medication": ("psychiatric_medicine",)},
)
HOUSING_HELP = Feature(
    slug="housing-help", name=_("Help with housing"), filters={"support": ("housing_help",)}
)
AFTER_RETURN = Feature(
    slug="after-return",
    name=_("Help to keep from going back to use (relapse prevention)"),
    filters={"therapy": ("relapse_prevention",)},
)
EVENINGS = Feature(
    slug="evenings", name=_("Evening or weekend groups"), filters={"access": ("evening", "weekend")}
)
CHILD_CARE = Feature(
    slug="child-care",
    name=_("Child care, or beds for your children"),
    filters={"support": ("childcare", "children_beds")},
)
RIDES = Feature(slug="rides", name=_("Rides"), filters={"support": ("transport",)})
TALKING_IT_OVER = Feature(
    slug="talking-it-over",
    name=_("Counseling that helps you decide (motivational interviewing)"),
    filters={"therapy": ("mi",)},
)
TEEN_PROGRAMS = Feature(
    slug="teen-programs", name=_("Teen programs"), filters={"track": ("adolescents",)}
)
