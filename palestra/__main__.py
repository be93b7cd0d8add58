"""The `palestra` command."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line; mistakes end in one line on stderr and exit code 2."""
    from palestra.cli import app
    from palestra.envs.core import UsageError

    try:
        app()
    except UsageError as error:
        from palestra.agents.secrets import hide

        print(f"palestra: {hide(str(error))}", file=sys.stderr)
        raise SystemExit(2) from None
    except BrokenPipeError:  # `palestra ... | head`: who reads has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
