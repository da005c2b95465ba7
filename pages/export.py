"""Take maps away: as images, as data, or as one page that needs no network."""

from geobrief.web import exporting, parts
from geobrief.web.layout import current

screen = current()
exporting.page(screen)
parts.footing(screen)
