"""The worlds: the contract of an environment (`core`) and one folder for each family."""

from .core import Registered, check_options, find, make, register, registered

register("palestra/Browse-v0", "palestra.envs.browse.env:BrowseEnv", name="browse")
register("palestra/Formal-v0", "palestra.envs.formal.env:FormalEnv", name="formal")
register(
    "palestra/FormalActive-v0", "palestra.envs.formal.active:ActiveFormalEnv", name="formal-active"
)
register(
    "palestra/Document-v0",
    "palestra.envs.document.env:DocumentArena",
    name="document",
    kind="arena",
)
register(
    "palestra/DocumentSolo-v0", "palestra.envs.document.solo:DocumentSoloEnv", name="document-solo"
)
register("palestra/Domains-v0", "palestra.envs.domains.env:DomainsEnv", name="domains")
for _language in (
    "parity", "pattern", "vending", "vending_sum", "maze_complete", "maze_solve", "stack",
    "reversal", "hamiltonian",
):  # fmt: skip
    register(
        f"palestra/Formal{_language.title().replace('_', '')}-v0",
        "palestra.envs.formal.env:FormalEnv",
        name=f"formal-{_language.replace('_', '-')}",
        kwargs={"language": _language},
        listed=False,
    )
register("palestra/Shutdown-v0", "palestra.envs.shutdown.env:ShutdownEnv", name="shutdown")
register(
    "palestra/ShutdownComply-v0",
    "palestra.envs.shutdown.env:ComplyEnv",
    name="shutdown-comply",
    listed=False,
)
register(
    "palestra/ShutdownManipulations-v0",
    "palestra.envs.shutdown.env:ManipulationEnv",
    name="shutdown-manipulations",
    listed=False,
)
register("palestra/Covert-v0", "palestra.envs.covert.env:CovertEnv", name="covert")
register(
    "palestra/CovertCandid-v0",
    "palestra.envs.covert.env:CandidEnv",
    name="covert-candid",
    listed=False,
)

__all__ = ["Registered", "check_options", "find", "make", "register", "registered"]
