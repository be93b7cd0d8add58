"""The worlds: the contract of an environment (`core`) and one folder for each family."""

from .core import Registered, check_options, find, make, register, registered

register("palestra/Browse-v0", "palestra.envs.browse.env:BrowseEnv", name="browse")
register("palestra/Formal-v0", "palestra.envs.formal.env:FormalEnv", name="formal")

__all__ = ["Registered", "check_options", "find", "make", "register", "registered"]
