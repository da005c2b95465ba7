"""A map sheet: the map, its passages beside it, its time axis, charts and tables below."""

from geobrief.web import parts
from geobrief.web.layout import current

screen = current()
parts.heading(screen)
parts.map_and_reading(screen)
parts.time_axis(screen)
parts.charts(screen)
parts.tables(screen)
parts.footing(screen)
