"""Gymnasium's and PettingZoo's own tests, and that the spaces are real spaces."""

from __future__ import annotations

import contextlib
import io
import pickle
import warnings

from gymnasium.utils.env_checker import check_env
from pettingzoo.test import parallel_api_test, parallel_seed_test

from .subject import Failed, Subject

# Spaces of messages are not arrays; PettingZoo remarks on that, and on nothing else, here.
_EXPECTED = ("Observation is not a NumPy array", "space for each agent", "probably should be")


def library_tests(subject: Subject) -> str:
    """Gymnasium's `check_env`, or PettingZoo's API and seed tests, without a warning."""
    with warnings.catch_warnings(record=True) as raised, contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("always")
        if subject.found.kind == "arena":
            parallel_api_test(subject.new(), num_cycles=200)
            parallel_seed_test(subject.new, num_cycles=50)
            name = "parallel_api_test and parallel_seed_test"
        else:
            check_env(subject.new(), skip_render_check=False)
            name = "check_env"
    remarks = {str(w.message) for w in raised if not any(e in str(w.message) for e in _EXPECTED)}
    if remarks:
        raise Failed(f"{name} warns: {'; '.join(sorted(remarks))}")
    return f"{name} pass without a warning"


def spaces_work(subject: Subject) -> str:
    """Samples are contained, seeds repeat, spaces pickle, and nonsense is not contained."""
    env = subject.new()
    agents = env.possible_agents if subject.found.kind == "arena" else [None]
    for agent in agents:
        action = env.action_space(agent) if agent else env.action_space
        observation = env.observation_space(agent) if agent else env.observation_space
        for space in (action, observation):
            space.seed(3)
            drawn = [space.sample() for _ in range(200)]
            for sample in drawn:
                if sample not in space:
                    raise Failed(f"{space} does not contain its own sample {sample!r:.200}")
            space.seed(3)
            if drawn != [space.sample() for _ in range(200)]:
                raise Failed(f"{space} draws other samples from the same seed")
            if pickle.loads(pickle.dumps(space)) != space:
                raise Failed(f"{space} is not equal to itself after pickling")
            for nonsense in (None, 0, "text", [], {"role": "nobody"}, object()):
                if nonsense in space:
                    raise Failed(f"{space} contains {nonsense!r}")
    return f"200 samples of {2 * len(agents)} spaces are contained, repeat and pickle"
