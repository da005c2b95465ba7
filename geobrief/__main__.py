"""`python -m geobrief VERB`."""

import sys

from geobrief.cli import main

sys.exit(main())
