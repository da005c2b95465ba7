"""What an atlas holds of one kind, by id: what is in order, and what is broken and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from geobrief.errors import BrokenError, GeobriefError, NotFoundError

Item = TypeVar("Item")
Problems = tuple[GeobriefError, ...]


class Shelf(dict[str, Item]):
    """Items by id. It holds what is in order; asking for what is broken raises its problems.

    So nothing is made from an atlas as if a broken part of it did not exist.
    """

    def __init__(
        self, kind: str, items: Mapping[str, Item], broken: Mapping[str, Problems] | None = None
    ) -> None:
        self.kind, self.broken = kind, dict(broken or {})
        super().__init__({id: item for id, item in items.items() if id not in self.broken})

    def __missing__(self, id: str) -> Item:
        """Raise why there is no such item.

        Raises
        ------
        BrokenError
            If it is broken.
        NotFoundError
            If it does not exist.
        """
        if id in self.broken:
            raise BrokenError(f"the {self.kind} {id!r}", self.broken[id])
        raise NotFoundError(f"no {self.kind} {id!r}", hint=f"one of {', '.join(self) or 'none'}")

    def names(self, id: str) -> bool:
        """Say whether there is such an item, in order or not."""
        return id in self or id in self.broken
