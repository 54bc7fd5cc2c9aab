#!/usr/bin/python3
"""The core of the interoperability matrix (interop.py)."""
import sys

from interop import matrix
from swan import enter

enter("tshark")
sys.exit(matrix(["core"]))
