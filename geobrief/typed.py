"""Dataclasses from what a file gives: each value is held to the type that its field tells."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from datetime import date as Date
from functools import lru_cache
from types import UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

_Made = TypeVar("_Made")

_WORDS = {
    str: "text",
    Date: "a date",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    tuple: "a list",
    Mapping: "a table",
}


def typed(make: type[_Made], values: Mapping[str, Any]) -> _Made:
    """Return a dataclass of the values; a text is no number, and a number is finite.

    Raises
    ------
    TypeError
        If the values are no table, one is of another type or missing, or has no such field.
    """
    if not isinstance(values, Mapping):
        raise TypeError(f"a {make.__name__.lower()} is not a table")
    kinds = _kinds(cast("Hashable", make))
    for name, value in values.items():
        if name in kinds and not _fits(value, kinds[name]):
            raise TypeError(f"{name} is not {_said(kinds[name])}")
    return make(**values)


def listed(value: Any) -> Any:
    """Return a list as a tuple, which fields hold, and what is none as it is."""
    return tuple(value) if isinstance(value, list) else value


@lru_cache
def _kinds(make: Hashable) -> dict[str, Any]:
    return get_type_hints(make)


def _fits(value: Any, kind: Any) -> bool:
    """Tell whether a value is of a kind; a list stands for a tuple nowhere."""
    plain = get_origin(kind) or kind
    inside = get_args(kind)
    if plain is Any:
        return True
    if plain is Literal:
        return value in inside
    if plain in (Union, UnionType):
        return any(_fits(value, one) for one in inside)
    if plain is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and _finite(value)
    if plain is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if not isinstance(value, plain):
        return False
    if plain is tuple and _several(inside):
        return all(_fits(one, inside[0]) for one in value)
    if plain is tuple:
        return len(value) == len(inside) and all(map(_fits, value, inside))
    if issubclass(plain, Mapping) and inside:
        return all(isinstance(k, str) and _fits(v, inside[1]) for k, v in value.items())
    return True


def _several(inside: tuple[Any, ...]) -> bool:
    """Tell whether the arguments of a tuple's type mean any number of one kind."""
    return len(inside) == 2 and inside[1] is Ellipsis


def _finite(value: float) -> bool:
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def _said(kind: Any) -> str:
    """Return a kind in the words of whoever writes the file."""
    plain, inside = get_origin(kind) or kind, get_args(kind)
    if plain is Literal:
        return " or ".join(map(str, inside))
    if plain in (Union, UnionType):
        return " or ".join(_said(one) for one in inside if one is not type(None))
    if plain is tuple and inside:
        return f"a list, each {_said(inside[0])}"
    return _WORDS.get(plain, str(plain.__name__))
