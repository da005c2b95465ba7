"""Every source, its licence and date, what rests on it, and what is not known."""

from geobrief.web import parts
from geobrief.web.layout import current

screen = current()
parts.heading(screen)
parts.source_tables(screen)
parts.uncertainty(screen)
parts.unconfirmed(screen)
parts.tables(screen)
parts.footing(screen)
