"""Texts that no database takes are mended; everything else stays word for word."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from connectors.text import storable_json


def test_nul_and_half_characters_become_a_sign_that_can_be_stored():
    assert json.loads(storable_json(r'{"a": "x\u0000y\ud83dz\udc00"}')) == {"a": "x\ufffdy\ufffdz\ufffd"}


def test_a_whole_character_in_two_escapes_and_an_escaped_backslash_stay():
    text = r'{"a": "\ud83d\ude00", "b": "\\ud83d", "c": "\\u0000"}'
    assert json.loads(storable_json(text)) == json.loads(text)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00")))
def test_what_can_be_stored_stays_as_it_is(text):
    for ascii_only in (True, False):
        assert json.loads(storable_json(json.dumps(text, ensure_ascii=ascii_only))) == text


@given(st.text())
def test_whatever_comes_can_be_stored(text):
    mended = json.loads(storable_json(json.dumps(text)))
    assert "\x00" not in mended
    mended.encode()
