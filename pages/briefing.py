"""Put sheets in order, present them, and leave them behind."""

from geobrief.web import briefing, parts

parts.footing(briefing.page())
