#!/usr/bin/python3
"""The core of the interoperability matrix (interop.py)."""
import os, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from interop import matrix
from swan import enter

enter("tshark")
sys.exit(matrix(["core"]))
