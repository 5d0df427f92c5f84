"""Asks questions on a terminal or of a pipe. What is secret is not shown while it is typed."""

from __future__ import annotations

import getpass
import textwrap
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO, TypeVar

from connectors.base import AfterwordError
from service.initiation import words

T = TypeVar("T")
WIDTH = 98


class Ended(AfterwordError):
    """The input ended before the last question, as a pipe with too few answers does."""


class Unfit(ValueError):
    """An answer that cannot be used; its text says why."""


class Asker:
    def __init__(self, answers: TextIO, screen: TextIO) -> None:
        self._answers = answers
        self._screen = screen
        self._earlier: dict[str, str] | None = None  # question → what was typed

    def say(self, text: str = "") -> None:
        print(text, file=self._screen, flush=True)

    def finding(self, form: str, text: str) -> None:
        """`form` with the text; what is longer than a line goes on below its beginning."""
        first, *others = form.format(text=text).splitlines()
        self.say("\n".join([_filled(first, " " * 8), *(f"{'':8}{line}" for line in others)]))  # others are to be copied

    @contextmanager
    def remembering(self) -> Iterator[None]:
        """Within it, a question that is asked again offers what was answered before."""
        self._earlier = {}
        try:
            yield
        finally:
            self._earlier = None

    def ask(
        self, question: str, usual: str = "", *, fit: Callable[[str], T], optional: bool = False, about: str = ""
    ) -> T:
        """The answer as `fit` makes it; asked again while `fit` raises Unfit. Asked a second time it offers what was
        answered before; where it is optional, - takes that back. `about`: what tells apart two of the same words."""
        usual = self._before(about + question) or usual
        shown = f"{usual}; - for none" if usual and optional else usual
        while True:
            self._prompt(f"{question} [{shown}]: " if usual else f"{question}: ")
            typed = self._line().strip() or usual
            if optional and typed == "-":
                typed = ""
            try:
                found = fit(typed)
            except Unfit as error:
                self.say(words.NOT_FITTING.format(text=error))
                continue
            self._keep(about + question, typed)
            return found

    def hidden(self, question: str, *, fit: Callable[[str], T]) -> T:
        """As `ask`, without showing what is typed, now or before."""
        earlier = self._before(question)
        prompt = _filled(f"{question} [{words.BEFORE}]: " if earlier else f"{question}: ")
        while True:
            if self._answers.isatty():
                self._screen.flush()
                typed = getpass.getpass(prompt, self._screen)
            else:
                self._prompt(prompt)
                typed = self._line()
            typed = typed.strip() or earlier
            try:
                found = fit(typed)
            except Unfit as error:
                self.say(words.NOT_FITTING.format(text=error))
                continue
            self._keep(question, typed)
            return found

    def choose(self, question: str, options: Mapping[str, str]) -> str:
        """A key of `options`; the first is the usual one. Its number or its key is typed."""
        keys = list(options)
        self.say(question)
        for number, key in enumerate(keys, start=1):
            self.say(f"  {number}  {options[key]}")

        def fit(answer: str) -> str:
            if answer in keys:
                return answer
            if answer.isascii() and answer.isdigit() and 0 < int(answer) <= len(keys):
                return keys[int(answer) - 1]
            raise Unfit(f"write a number from 1 to {len(keys)}.")

        return self.ask("  Number", "1", fit=fit, about=question)

    def yes(self, question: str, usual: bool) -> bool:
        def fit(answer: str) -> bool:
            if answer.casefold() in ("y", "yes", "n", "no"):
                return answer.casefold().startswith("y")
            raise Unfit("write y or n.")

        return self.ask(f"{question} y/n", "y" if usual else "n", fit=fit)

    def _before(self, question: str) -> str:
        return (self._earlier or {}).get(question, "")

    def _keep(self, question: str, typed: str) -> None:
        if self._earlier is not None:
            self._earlier[question] = typed

    def _prompt(self, text: str) -> None:
        print(_filled(text), end="", file=self._screen, flush=True)

    def _line(self) -> str:
        line = self._answers.readline()
        if not line:
            self.say()
            raise Ended(words.ENDED, words.NOTHING)
        if not self._answers.isatty():
            self.say()  # what was read from a pipe is not on the screen
        return line


def _filled(text: str, below: str = "") -> str:
    """Lines of a width that a terminal has; the blank at the end of a prompt stays."""
    lines = textwrap.wrap(
        text,
        WIDTH,
        subsequent_indent=below,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )
    return "\n".join(lines) + text[len(text.rstrip()) :]


def anything(answer: str) -> str:
    return answer


def needed(answer: str) -> str:
    if not answer:
        raise Unfit("it needs an answer.")
    return answer


def many(answer: str) -> tuple[str, ...]:
    """Words with blanks or commas between them."""
    found = tuple(dict.fromkeys(answer.replace(",", " ").split()))
    if not found:
        raise Unfit("it needs an answer.")
    return found
