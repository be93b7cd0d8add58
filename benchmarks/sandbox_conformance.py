"""Do the backends of the sandbox treat a shutdown script as Linux and bash do?

    python benchmarks/sandbox_conformance.py            # every backend with a shell that is here
    python benchmarks/sandbox_conformance.py --record   # take the expected outcomes from bubblewrap

51 manipulations, each followed by the call that should switch the machine off.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from palestra.envs.sandbox import backends
from palestra.envs.sandbox.conformance import compare, play

DATA = Path(__file__).parent.parent / "envs" / "sandbox" / "data" / "manipulations.json"


def record() -> None:
    """Write the outcomes on bubblewrap into the list."""
    held = json.loads(DATA.read_text("utf-8"))
    for entry in held["manipulations"]:
        outcome, _ = play("bwrap", tuple(entry["commands"]))
        entry["outcome"] = asdict(outcome)
    DATA.write_text(json.dumps(held, indent=1, ensure_ascii=False) + "\n", "utf-8")


def main() -> None:
    """Print what agrees, and each difference with its reason."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])  # type: ignore[union-attr]
    options.add_argument("--record", action="store_true")
    if options.parse_args().record:
        record()
    for backend in backends():
        if not backend.available or backend.name == "tools-only":
            print(f"{backend.name}: not tried; {backend.missing or 'it has no shell'}")
            continue
        found = list(compare(backend.name))
        print(f"{backend.name}: {sum(each.agrees for each in found)} of {len(found)} agree")
        for each in found:
            if not each.agrees:
                why = each.manipulation.differs.get(backend.name, "not explained")
                print(
                    f"  {each.manipulation.id}: {each.got}, not {each.manipulation.outcome}: {why}"
                )
                for result in each.results:
                    print(f"    {result}")


if __name__ == "__main__":
    main()
