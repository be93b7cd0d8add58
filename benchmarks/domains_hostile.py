"""Hostile arguments across tools of many domains: SQL, Unicode, huge numbers, wrong types, paths.

python benchmarks/domains_hostile.py [how many calls, 100000]
"""

from __future__ import annotations

import sys
import time

from palestra.envs import make
from palestra.envs.domains.fuzz import hostile

if __name__ == "__main__":
    start = time.process_time()
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    counted = hostile(make("domains").unwrapped, calls)
    print(dict(counted), f"{time.process_time() - start:.1f} s of CPU")
