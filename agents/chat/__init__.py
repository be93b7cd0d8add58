"""What agents behind Chat Completions share: `openai/...`, `litellm/...` and `vllm/...`."""

from .agent import ChatAgent
from .cache import ReplyCache
from .uris import speaking

__all__ = ["ChatAgent", "ReplyCache", "speaking"]
