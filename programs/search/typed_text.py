"""A text of the search box as words, which readers take one after another."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from programs.search.place_names import plain_words
from programs.search.vocabulary import phrase_key

#: The search box takes no more.
MAX_CHARACTERS = 200

#: Say that a place follows.
HINTS = frozenset(["near", "in", "around", "at", "by", "close", "nearby", "en", "cerca"])
#: Say nothing about what is searched for. Quoted, they do.
STOP_WORDS = HINTS | frozenset(
    """
    a about accept accepted accepting accepts addiction all am an and any are area best can care
    center centers centre clinic clinics cover coverage covered covering covers do does drug drugs
    facilities facility find for from get getting give gives good have help how i im insurance is
    it local looking me medication medications medicine medicines my myself near need needs of
    offer offering offers on only open or our patient patients pay payment people person place
    places please program programs provider providers search service services somebody someone
    speaking state substance take takes taking that the there they to treat treating treatment
    treatments treats us use want wants we what where which who with within
    son daughter husband wife mom mother dad father brother sister friend year years old yr yo
    acepta aceptan aceptar adiccion algun alguna alguien aqui ayuda ayudar busca buscamos buscando
    buscar busco centros clinica clinicas con conseguir cual cuidado cuidados donde droga drogas es
    esta estoy hay hermana hermano hija hijo lugar lugares mama medicamento medicamentos medicina
    medicinas mejor necesita necesitamos necesitan necesito novia novio nuestra nuestro nuestros
    ofrece ofrecen ofrecer padre pagan pagar papa para paciente pacientes pareja persona personas
    por porque programa programas puede puedo que quien quiere quiero recibe recibir seguro seguros
    servicio servicios sobre soy sus sustancia sustancias tengo tiene tienen toman tomar
    tratamiento tratamientos tratan tratar un una unas unos usar uso usted vive vivo ya esposa
    esposo amiga amigo anos ano
    """.split()  # noqa: SIM905 - a list of 130 lines says no more
)
#: Say nothing either, but a place may be one or begin with one: El Centro, E Brunswick, Mio.
SMALL_WORDS = frozenset(
    """
    centro como de del e el este la las les los madre mi mia mio pago si su te tu y
    """.split()  # noqa: SIM905 - as above
)
_TOKEN = re.compile(r"\d{5}-\d{4}(?!\w)|[^\W_]+(?:['`\u00b4\u2018\u2019][^\W_]+)*")
_QUOTED = re.compile(r'["\u201c\u201d]([^"\u201c\u201d]*)["\u201c\u201d]')


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the text from `start` to `end`, and as it is compared.

    `quote` numbers the quotation that it is in, 0 for none.
    """

    text: str
    start: int
    end: int
    word: str
    quote: int


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Tokens from `start` up to `end`."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.start, self.end))


class TypedText:
    """A text as it was typed, and which of its words are still free."""

    def __init__(self, text: str) -> None:
        text = unicodedata.normalize("NFC", text)
        self.source = text[:MAX_CHARACTERS]
        self.tokens = _tokens(self.source)
        # Capitals say something only where not all is in capitals.
        self.has_small_letters = text != text.upper()
        self.free = {index for index, token in enumerate(self.tokens) if not token.quote}

    def spans(self, max_words: int) -> Iterator[Span]:
        """Yield every run of free tokens, the longest first, then from the left."""
        for size in range(min(max_words, len(self.tokens)), 0, -1):
            for start in range(len(self.tokens) - size + 1):
                if self.is_free(span := Span(start, start + size)):
                    yield span

    def is_free(self, span: Span) -> bool:
        return all(index in self.free for index in span)

    def take(self, span: Span) -> None:
        self.free -= set(span)

    def words(self, span: Iterable[int]) -> list[str]:
        return [self.tokens[index].word for index in span if self.tokens[index].word]

    def key(self, span: Span) -> str:
        return phrase_key(" ".join(self.words(span)))

    def is_stop_word(self, index: int) -> bool:
        return self.tokens[index].word in STOP_WORDS

    def says_nothing(self, index: int) -> bool:
        return self.is_stop_word(index) or self.tokens[index].word in SMALL_WORDS

    def hint_before(self, span: Span) -> bool:
        return span.start > 0 and self.tokens[span.start - 1].word in HINTS

    def has_neighbour(self, span: Span) -> bool:
        beside = (span.start - 1, span.end)
        return any(
            0 <= index < len(self.tokens)
            and (index in self.free or self.tokens[index].quote)
            and not self.is_stop_word(index)
            for index in beside
        )

    def without(self, span: Span) -> str:
        return self.joined(index for index in range(len(self.tokens)) if index not in set(span))

    def phrase(self, span: Span) -> str:
        return self.source[self.tokens[span.start].start : self.tokens[span.end - 1].end]

    def joined(self, indices: Iterable[int], quoted: Span | None = None) -> str:
        """Return the text of tokens, those of a quotation in quotes again."""
        parts: list[str] = []
        last: object = None
        for index in indices:
            in_quotes = bool(quoted) and index in set(quoted or ())
            quote = "other" if in_quotes else self.tokens[index].quote
            text = self.tokens[index].text
            if quote and quote == last:
                parts[-1] = f'{parts[-1][:-1]} {text}"'
            else:
                parts.append(f'"{text}"' if quote else text)
            last = quote
        return " ".join(parts)


def _tokens(text: str) -> list[Token]:
    quotations = [(match.start(1), match.end(1)) for match in _QUOTED.finditer(text)]
    return [
        Token(
            text=match[0],
            start=match.start(),
            end=match.end(),
            word="".join(plain_words(match[0])),
            quote=_number_of_quotation(match.start(), quotations),
        )
        for match in _TOKEN.finditer(text)
    ]


def _number_of_quotation(position: int, quotations: Sequence[tuple[int, int]]) -> int:
    for number, (start, end) in enumerate(quotations, start=1):
        if start <= position < end:
            return number
    return 0
