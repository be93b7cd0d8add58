"""*formal* at scale: any agent in its sweep, prompts optimised for it, and its sweep in suites."""

from .answerer import AgentAnswerer

__all__ = ["AgentAnswerer"]
