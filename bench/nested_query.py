"""What a nested query costs: by the gateway, and by following its links one signed GET at a time.

Both over loopback HTTP against the same origin, in one run; prints requests, calls and the ratio of times.
Usage: python bench/nested_query.py [FILE.csv of the "Netflix titles" table]
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

import httpx

from gateway.app import create_app
from gateway.origin.app import create_app as create_origin
from gateway.origin.catalog.netflix_titles import import_titles
from gateway.origin.database import Database
from gateway.origin.settings import OriginSettings
from gateway.origin.start import prepare
from gateway.serving import bind
from gateway.settings import Settings

QUERY = """{ titles(search: "love", first: 25) { nodes { name { regular } releaseYear synopsis
  cast { name filmography(first: 20) { nodes { name { regular } releaseYear } } } directors { name } } } }"""
