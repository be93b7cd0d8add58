"""Palestra: a gym where language-model agents practise, are trained and are compared.

    import palestra

    env = palestra.make("browse")
    observation, info = env.reset(seed=0)

Importing this registers the environments with Gymnasium and PettingZoo, and opens no connection.
"""

try:
    from palestra.envs import make, register, registered
except ModuleNotFoundError as error:
    if error.name != "palestra.envs":
        raise
    raise ImportError(
        "this is the `palestra/` folder of a source tree, which holds the face and not the rooms, "
        "and it hides an installed palestra; run Python from another folder (or as `python -P`), "
        "or install the tree itself with `pip install -e .`"
    ) from None

__version__ = "0.1.0"
__all__ = ["__version__", "make", "register", "registered"]
