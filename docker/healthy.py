"""Ends with 0 when the address that it is given is answered by success, within two seconds."""

import sys
import urllib.request

try:
    urllib.request.urlopen(sys.argv[1], timeout=2).close()
except OSError as error:
    sys.exit(f"{sys.argv[1]}: {error}")
