"""Browse through Gymnasium alone: the part before the colon is imported, which registers the id."""

import gymnasium

env = gymnasium.make("palestra:palestra/Browse-v0")
observation, info = env.reset(seed=0, options={"split": "test"})
print(observation[-1]["content"])

terminated = truncated = False
reward = 0.0
while not (terminated or truncated):
    action = env.action_space.sample()  # an assistant message that calls a tool
    observation, reward, terminated, truncated, info = env.step(action)
print(f"\nreward {reward}, outcome {info['outcome']} after {info['turn']} turns")
