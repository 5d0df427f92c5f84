"""A token that is taken back, and given again."""

from __future__ import annotations

from tests.world import TOKEN, World


def revoked(world: World) -> None:
    world.github.tokens.clear()


def mended(world: World) -> None:
    world.github.tokens[TOKEN] = world.github.login
