"""Readers without a browser: sessions over the dashboard's own websocket, many at a time.

A `Reader` does what the browser does: it sends its address and the state of its controls, and
takes what the server answers until the page is laid out. The messages are Streamlit's
(`streamlit.proto`), so what a reader receives is what a browser would.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

WITHIN = 120.0
"""Seconds that a page may take; a busy machine is slow, a lost session is silent."""

TEXT, CHOICE, PRESS = ("text_input", "text_area"), "selectbox", ("button", "download_button")
_KEY = re.compile(r"\$\$ID-[0-9a-f]+-(?P<key>.*)", re.S)
_MAP = "geobrief_map"


class LostError(RuntimeError):
    """A session that the server ended, refused, or answered with an exception."""


@dataclass
class Reader:
    """One session: its address, its controls, and what it has received.

    `marks` is looked for in everything that arrives; `found` holds what matched, `maps` the
    address and state of every map that was shown, `seconds` how long each run took.
    """

    socket: ClientConnection
    marks: re.Pattern[bytes] | None = None
    query: dict[str, str] = field(default_factory=dict)
    page: str = ""
    session: str = ""
    found: set[bytes] = field(default_factory=set)
    maps: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    received: int = 0
    _map: tuple[str, str] | None = None
    _hash: str = ""
    _hashes: dict[str, str] = field(default_factory=dict)
    _widgets: dict[str, tuple[str, Any]] = field(default_factory=dict)
    _states: dict[str, WidgetState] = field(default_factory=dict)

    async def go(self, page: str, **query: str) -> None:
        """Open a page by its address, as a link does; the controls start anew."""
        self.page, self.query = page, query
        self._states.clear()
        self._map = None
        await self._run(page)

    async def again(self, **query: str) -> None:
        """Change the address of the page that is open, as Back or a click on the map does."""
        self.query = {name: text for name, text in {**self.query, **query}.items() if text}
        await self._run()

    async def click(self, *features: str) -> None:
        """Select features on the map: only the part of the page that holds the map runs anew.

        Raises
        ------
        LostError
            If the page shows no map that can be clicked.
        """
        if not self._map:
            raise LostError(f"/{self.page} shows no map")
        id, part = self._map
        chosen = {name: self.query.get(name, "") for name in ("bbox", "layers")}
        chosen["select"] = ",".join(features)
        self._states[id] = WidgetState(id=id, json_value=json.dumps({"view": chosen}))
        await self._run(part=part)

    async def write(self, key: str, text: str) -> None:
        """Type into a field."""
        await self._change(key, TEXT, string_value=text)

    async def choose(self, key: str, number: int) -> None:
        """Choose an option of a list, counted from 0."""
        _, control = self.control(key)
        await self._change(key, (CHOICE,), string_value=control.options[number])

    async def press(self, key: str) -> None:
        """Press a button, which holds for one run."""
        await self._change(key, PRESS, trigger_value=True)
        self._states.pop(self.control(key)[1].id, None)

    async def leave_during(self, page: str) -> None:
        """Ask for a page and hang up as soon as its run has begun."""
        await self.socket.send(BackMsg(rerun_script={"page_name": page}).SerializeToString())
        async with asyncio.timeout(WITHIN):
            await self.socket.recv(decode=False)
        self.socket.transport.abort()

    def key(self, start: str) -> str:
        """Return the first key that starts so; its end is not always known."""
        return next(key for key in self._widgets if key.startswith(start))

    def control(self, key: str) -> tuple[str, Any]:
        """Return the kind and the message of a control of the page.

        Raises
        ------
        LostError
            If the page shows none of that key.
        """
        if key not in self._widgets:
            known = ", ".join(sorted(self._widgets))
            raise LostError(f"/{self.page} shows no control {key!r}, only {known}")
        return self._widgets[key]

    def value(self, key: str) -> str:
        """Return what a field or a list shows."""
        state = self._states.get(self.control(key)[1].id)
        return str(state.string_value) if state else ""

    async def _change(self, key: str, kinds: tuple[str, ...], **value: Any) -> None:
        kind, control = self.control(key)
        if kind not in kinds:
            raise LostError(f"{key!r} is a {kind}, not a {' or '.join(kinds)}")
        self._states[control.id] = WidgetState(id=control.id, **value)
        await self._run()

    async def _run(self, page: str | None = None, part: str = "") -> None:
        """Run a page anew, or the part of it that this fragment's id names."""
        message = BackMsg()
        state = message.rerun_script
        state.query_string = urlencode(self.query)
        state.fragment_id = part
        if page is None or page in self._hashes:
            state.page_script_hash = self._hash if page is None else self._hashes[page]
        else:
            state.page_name = page
        state.widget_states.widgets.extend(self._states.values())
        start = time.perf_counter()
        try:
            async with asyncio.timeout(WITHIN):
                await self.socket.send(message.SerializeToString())
                await self._laid_out(self._widgets if part else {})
        except TimeoutError:
            raise LostError(f"/{self.page} is not laid out after {WITHIN:g} seconds") from None
        self.seconds.append(time.perf_counter() - start)

    async def _laid_out(self, before: dict[str, tuple[str, Any]]) -> None:
        """Take messages until the run is finished, and not only stopped for another one.

        `before` are the controls that the run does not lay out anew.
        """
        shown = dict(before)
        while True:
            raw = await self.socket.recv(decode=False)
            self.received += len(raw)
            if self.marks is not None:
                self.found |= set(self.marks.findall(raw))
            message = ForwardMsg.FromString(raw)
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self._begin(message)
                shown = dict(before)
            elif kind == "delta":
                self._take(message.delta, shown)
            elif kind == "page_info_changed":
                told = parse_qs(message.page_info_changed.query_string)
                self.query = {name: texts[-1] for name, texts in told.items()}
            elif kind == "navigation":
                pages = message.navigation.app_pages
                self._hashes = {page.url_pathname: page.page_script_hash for page in pages}
                self._hash = message.navigation.page_script_hash
            elif kind == "page_not_found":
                raise LostError(f"there is no page {self.page!r}")
            elif kind == "script_finished" and self._ended(message):
                break
        self._widgets = shown
        ids = {control.id for _, control in shown.values()}
        ids |= {self._map[0]} if self._map else set()
        self._states = {id: state for id, state in self._states.items() if id in ids}

    def _begin(self, message: ForwardMsg) -> None:
        self._hash = message.new_session.page_script_hash or self._hash
        self.session = message.new_session.initialize.session_id or self.session

    @staticmethod
    def _ended(message: ForwardMsg) -> bool:
        if message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            raise LostError("the script could not be compiled")
        return message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN

    def _take(self, delta: Any, shown: dict[str, tuple[str, Any]]) -> None:
        """Keep a control, follow what the server has set it to, and note a map."""
        if delta.WhichOneof("type") != "new_element":
            return
        kind = delta.new_element.WhichOneof("type") or ""
        element = getattr(delta.new_element, kind, None)
        if kind == "exception":
            raise LostError(f"/{self.page}: {element.type}: {element.message}")
        if kind == "bidi_component" and element.component_name.endswith(_MAP):
            told = json.loads(element.json)
            self.maps.append((told["address"], told["state"]))
            self._map = element.id, delta.fragment_id
        if (match := _KEY.fullmatch(getattr(element, "id", ""))) is None:
            return
        shown[match["key"]] = (kind, element)
        if kind in (*TEXT, CHOICE) and element.set_value:
            text = element.raw_value if kind == CHOICE else element.value
            self._states[element.id] = WidgetState(id=element.id, string_value=text)


@asynccontextmanager
async def reader(
    address: str, marks: re.Pattern[bytes] | None = None, session: str = ""
) -> AsyncIterator[Reader]:
    """Open a session; `session` is the id of one to come back to.

    Parameters
    ----------
    address
        Of the dashboard, as http or https.
    """
    # The header names protocol, token and session in this order; none may be empty.
    tokens = ["streamlit", "none", session] if session else ["streamlit"]
    scheme = {"http": "ws", "https": "wss"}[urlsplit(address).scheme]
    target = f"{scheme}://{address.partition('://')[2]}/_stcore/stream"
    protocols = [Subprotocol(token) for token in tokens]
    # No pings: a server that is busy for half a minute is slow, not gone.
    open_ended = {"max_size": None, "max_queue": None, "ping_interval": None}
    async with connect(target, subprotocols=protocols, **open_ended) as socket:
        yield Reader(socket, marks)


def open_files(pid: int) -> int:
    """Return how many files and sockets a process holds open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))
