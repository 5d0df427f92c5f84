"""The words of the calendar, in the languages that are read here, each with what it does in an expression of time.

They are grammar and the same for every team, unlike the words in config/vocabulary/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple


class Word(NamedTuple):
    """`role`: weekday, in_days, number (with their `value`), unit (day, week, month in `name`), span (a stretch of time
    that no day ends), next, this, little (an article or preposition), in, end, part (early, mid), from, now, soon."""

    role: str
    value: int = 0
    name: str = ""


def _numbered(role: str, groups: tuple[str, ...], first: int = 0) -> Iterator[tuple[str, Word]]:
    for value, names in enumerate(groups, start=first):
        yield from ((name, Word(role, value)) for name in names.split())


def _all(role: str, names: str, name: str = "") -> Iterator[tuple[str, Word]]:
    yield from ((word, Word(role, name=name)) for word in names.split())


WEEKDAYS: Mapping[str, Word] = dict(
    _numbered(
        "weekday",
        (
            "monday mon montag lundi lunes segunda segunda-feira",
            "tuesday tue tues dienstag mardi martes terça terça-feira",
            "wednesday wed weds mittwoch mercredi miércoles miercoles quarta quarta-feira",
            "thursday thu thur thurs donnerstag jeudi jueves quinta quinta-feira",
            "friday fri freitag vendredi viernes sexta sexta-feira",
            "saturday sat samstag samedi sábado",
            "sunday sun sonntag dimanche domingo",
        ),
    )
)
_MONTHS = (
    "january jan januar jänner janvier janv enero ene janeiro gennaio gen januari",
    "february feb febr februar février févr fév fev febrero fevereiro febbraio februari",
    "march mar märz maerz mär mrz mars marzo março maart mrt",
    "april apr avril avr abril abr aprile",
    "may mai mayo maio maggio mag mei",
    "june jun juni juin junio junho giugno giu",
    "july jul juli juillet juil julio julho luglio lug",
    "august aug août aout aoû agosto ago augustus",
    "september sept sep septembre septiembre setembro set settembre",
    "october oct oktober okt octobre octubre outubro out ottobre ott",
    "november nov novembre noviembre novembro",
    "december dec dezember dez décembre déc diciembre dic dezembro dicembre",
)
#: the names and abbreviations of the months → 1 to 12
MONTHS: Mapping[str, int] = {name: month for month, names in enumerate(_MONTHS, start=1) for name in names.split()}
_ONE_TO_TWELVE = (
    "one ein eine einem einer un une una um uma",
    "two zwei deux dos dois duas",
    "three drei trois tres três",
    "four vier quatre cuatro quatro",
    "five fünf cinq cinco",
    "six sechs seis",
    "seven sieben sept siete sete",
    "eight acht huit ocho oito",
    "nine neun neuf nueve nove",
    "ten zehn dix diez dez",
    "eleven elf onze once",
    "twelve zwölf douze doce doze",
)
WORDS: Mapping[str, Word] = {
    **WEEKDAYS,
    **dict(_numbered("number", _ONE_TO_TWELVE, first=1)),
    **dict(
        _numbered(
            "in_days",
            (
                "today eod cob heute hoy hoje aujourd'hui",
                "tomorrow morgen demain mañana amanhã",
                "übermorgen après-demain",
            ),
        )
    ),
    **dict(_all("unit", "day days tag tage tagen tages jour jours día días dia dias", "day")),
    **dict(_all("unit", "week weeks woche wochen semaine semaines semana semanas", "week")),
    **dict(_all("unit", "month months monat monats monate monaten mois mes meses mês", "month")),
    **dict(_all("span", "sprint sprints iteration iterations release releases cycle cycles milestone weekend quarter")),
    **dict(_all("span", "quarters half semester year years spring summer autumn fall winter quartal quartals")),
    **dict(_all("span", "halbjahr jahr jahres jahre wochenende trimestre semestre année an trimestres año ano")),
    **dict(_all("next", "next following coming upcoming nächste nächsten nächster nächstes kommende kommenden")),
    **dict(_all("next", "kommender kommendes prochain prochaine próximo próxima proximo proxima viene vem")),
    **dict(_all("this", "this current diese dieser dieses diesen diesem cette ce cet este esta")),
    **dict(_all("little", "the on of der des den dem am la el le l d de del du do da o os a no na que few 's")),
    **dict(_all("in", "in within binnen innerhalb dans sous en dentro em daqui")),
    **dict(_all("end", "end ende fin fim final finales finais")),
    **dict(_all("part", "early mid middle late later beginning start anfang mitte début inicio início meados")),
    **dict(_all("from", "from")),
    **dict(_all("now", "now")),
    **dict(_all("eow", "eow")),
    **dict(_all("eom", "eom monatsende")),
    **dict(_all("soon", "asap soon immediately eventually eoy eoq jahresende quartalsende bald sofort baldmöglichst")),
    **dict(_all("soon", "bientôt pronto short-term long-term medium-term mid-term near-term")),
}
#: words that mean something else as well: only as they are written for a day
CAPITALS = frozenset(("mon", "wed", "sat", "sun", "may", "march", "mar"))
#: said in more than one word: words → the days from today, or None: soon
PHRASES: Mapping[str, int | None] = {
    "the day after tomorrow": 2,
    "day after tomorrow": 2,
    "pasado mañana": 2,
    "depois de amanhã": 2,
    "end of day": 0,
    "end of the day": 0,
    "as soon as possible": None,
    "right away": None,
    "short term": None,
    "long term": None,
    "medium term": None,
    "near term": None,
    "so bald wie möglich": None,
    "dès que possible": None,
    "au plus vite": None,
    "cuanto antes": None,
    "lo antes posible": None,
    "en breve": None,
    "em breve": None,
    "o quanto antes": None,
}
