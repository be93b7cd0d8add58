"""What agents behind Chat Completions share: `openai/...`, `litellm/...` and `vllm/...`."""

from .agent import ChatAgent, speaking
from .cache import ReplyCache

__all__ = ["ChatAgent", "ReplyCache", "speaking"]
