# The rooms stand at the root and are installed as palestra.envs, palestra.agents, ...
from setuptools import find_namespace_packages, setup

ROOMS = ["envs", "agents", "evals", "training", "leaderboard"]
found = find_namespace_packages(include=[p for room in ROOMS for p in (room, f"{room}.*")])
setup(
    packages=["palestra", *(f"palestra.{p}" for p in found)],
    package_dir={f"palestra.{room}": room for room in ROOMS},
    package_data={"": ["**/*"]},
    exclude_package_data={"": ["**/*.pyc"]},
)
