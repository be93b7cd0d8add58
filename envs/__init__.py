"""The worlds: the contract of an environment (`core`) and one folder for each family."""

from .core import Registered, check_options, find, make, register, registered

register("palestra/Browse-v0", "palestra.envs.browse.env:BrowseEnv", name="browse")

__all__ = ["Registered", "check_options", "find", "make", "register", "registered"]
