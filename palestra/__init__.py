"""Palestra: a gym where language-model agents practise, are trained and are compared.

    import palestra

    env = palestra.make("browse")
    observation, info = env.reset(seed=0)

Importing this registers the environments with Gymnasium and PettingZoo, and opens no connection.
"""

from palestra.envs import make, register, registered

__version__ = "0.1.0"
__all__ = ["__version__", "make", "register", "registered"]
