"""The tag `once`: what is the same on every page is printed once for each language."""

from __future__ import annotations

from django.template import Context, Template
from django.utils.translation import override


def test_what_is_printed_once_has_nothing_of_the_request_that_came_first():
    page = Template("{% load once %}{{ name }}: {% once %}same {{ name }}{% endonce %}")
    assert page.render(Context({"name": "first"})) == "first: same "
    assert page.render(Context({"name": "second"})) == "second: same "


def test_each_language_has_its_own():
    page = Template("{% load i18n once %}{% once %}{% translate 'Yes' %}{% endonce %}")
    with override("es"):
        assert page.render(Context()) == "Sí"
    with override("en"):
        assert page.render(Context()) == "Yes"
