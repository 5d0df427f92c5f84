"""How the pages answer: a template, or what was refused in the same words as the API, as a page."""

from __future__ import annotations

from flask import Blueprint, Response

from connectors.base import AfterwordError
from service import errors
from service.parts import Parts
from service.web.page import render

#: the largest number that a database gives a row; what is above it is no row of ours
MOST = 2**63 - 1


def row_number(text: str) -> int:
    """A row's number from a query. Raises ValueError."""
    number = int(text)
    if not 0 < number <= MOST:
        raise ValueError("no row has this number")
    return number


def explain(routes: Blueprint, parts: Parts) -> None:
    """Errors of this blueprint's pages are shown as pages."""

    @routes.errorhandler(AfterwordError)
    def explained(error: AfterwordError) -> Response:
        _, status, _ = errors.meaning(error)
        return html("error.html", parts, status=status, error=error)


def html(name: str, parts: Parts, *, status: int = 200, **values: object) -> Response:
    """One page as an answer. Every page has the stamp of its making."""
    body = render(name, parts.settings.timezone, now=parts.now(), public_url=parts.settings.public_url, **values)
    return Response(body, status, content_type="text/html; charset=utf-8")
