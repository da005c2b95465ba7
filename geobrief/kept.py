"""What is made from an atlas and kept while the atlas lives, so that it is made once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar
from weakref import WeakKeyDictionary

from geobrief.settings import settings

if TYPE_CHECKING:
    from geobrief.atlas import Atlas

T = TypeVar("T")


class Kept(Generic[T]):
    """The newest of what was made, for each atlas; how many, the settings say (`map_cache`).

    What is kept is shared by all who ask: it must not be changed.
    """

    def __init__(self) -> None:
        self._made: WeakKeyDictionary[Atlas, OrderedDict[Hashable, T]] = WeakKeyDictionary()
        self._lock = Lock()

    def of(self, atlas: Atlas, key: Hashable, make: Callable[[], T]) -> T:
        """Return what was made under a key; make it where it is not there, or no more."""
        with self._lock:
            made = self._made.setdefault(atlas, OrderedDict())
            if key in made:
                made.move_to_end(key)
                return made[key]
        one = make()  # outside the lock: others need not wait
        with self._lock:
            made[key] = one
            while len(made) > settings().map_cache:
                made.popitem(last=False)
        return one

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._made.clear()

    def __len__(self) -> int:
        return sum(map(len, self._made.values()))
