"""Geospatial briefing: an essay and its places, as maps, images and decks."""
