"""Asks questions on a terminal or of a pipe. What is secret is not shown while it is typed."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Mapping
from typing import TextIO, TypeVar

from connectors.base import AfterwordError
from service.initiation import words

T = TypeVar("T")


class Ended(AfterwordError):
    """The input ended before the last question, as a pipe with too few answers does."""


class Unfit(ValueError):
    """An answer that cannot be used; its text says why."""


class Asker:
    def __init__(self, answers: TextIO, screen: TextIO) -> None:
        self._answers = answers
        self._screen = screen

    def say(self, text: str = "") -> None:
        print(text, file=self._screen, flush=True)

    def ask(self, question: str, usual: str = "", *, fit: Callable[[str], T]) -> T:
        """The answer as `fit` makes it; asked again while `fit` raises Unfit."""
        while True:
            self._prompt(f"{question} [{usual}]: " if usual else f"{question}: ")
            try:
                return fit(self._line().strip() or usual)
            except Unfit as error:
                self.say(words.NOT_FITTING.format(text=error))

    def hidden(self, question: str, *, fit: Callable[[str], T]) -> T:
        """As `ask`, without showing what is typed."""
        while True:
            if self._answers.isatty():
                self._screen.flush()
                typed = getpass.getpass(f"{question}: ", self._screen)
            else:
                self._prompt(f"{question}: ")
                typed = self._line()
            try:
                return fit(typed.strip())
            except Unfit as error:
                self.say(words.NOT_FITTING.format(text=error))

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

        return self.ask("  Number", "1", fit=fit)

    def yes(self, question: str, usual: bool) -> bool:
        def fit(answer: str) -> bool:
            if answer.casefold() in ("y", "yes", "n", "no"):
                return answer.casefold().startswith("y")
            raise Unfit("write y or n.")

        return self.ask(f"{question} y/n", "y" if usual else "n", fit=fit)

    def _prompt(self, text: str) -> None:
        print(text, end="", file=self._screen, flush=True)

    def _line(self) -> str:
        line = self._answers.readline()
        if not line:
            self.say()
            raise Ended(words.ENDED, words.NOTHING)
        if not self._answers.isatty():
            self.say()  # what was read from a pipe is not on the screen
        return line


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
