"""Who acts: the contract of an agent, and agents by URI.

from palestra.agents import resolve
agent = resolve("openai/gpt-5?temperature=0")
"""

from .base import Agent, InfrastructureError, Reply
from .chance import RandomAgent
from .chat import ReplyCache
from .reference import ReferenceAgent, Scripted
from .scaffolds import scaffolds
from .uri import register_agent, resolve, schemes

__all__ = [
    "Agent",
    "InfrastructureError",
    "RandomAgent",
    "ReferenceAgent",
    "Reply",
    "ReplyCache",
    "Scripted",
    "register_agent",
    "resolve",
    "scaffolds",
    "schemes",
]
