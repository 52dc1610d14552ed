"""`{% once %}`: what is the same on every page, printed once for each language."""

from __future__ import annotations

from django import template
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()


class OnceNode(template.Node):
    def __init__(self, nodes: NodeList) -> None:
        self.nodes = nodes
        self.printed: dict[str | None, SafeString] = {}

    def render(self, context: Context) -> SafeString:
        language = get_language()
        if language not in self.printed:
            # Nothing of this request is at hand, so that nothing of it is kept.
            self.printed[language] = self.nodes.render(context.new())
        return self.printed[language]


@register.tag
def once(parser: Parser, _token: Token) -> OnceNode:
    """Print what is up to `{% endonce %}` the first time only. No variable has a value in it."""
    nodes = parser.parse(("endonce",))
    parser.delete_first_token()
    return OnceNode(nodes)
