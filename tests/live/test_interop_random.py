#!/usr/bin/python3
"""Two seeds of what swan_random.py draws; `make interop-random` plays more."""
import sys

from swan_random import main

sys.exit(main(["10,65", "2"]))
