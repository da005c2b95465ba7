"""The parts of a printed sheet, all in sheet points: 1/72 inch, origin at the lower left."""
