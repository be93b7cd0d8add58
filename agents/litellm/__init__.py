"""`litellm/<provider>/<model>`: any provider that LiteLLM knows, each with its own key.

litellm/anthropic/claude-sonnet-4-5?temperature=0
litellm/ollama_chat/qwen3?base_url=http://localhost:11434
"""

from .agent import LiteLLMAgent, from_uri

__all__ = ["LiteLLMAgent", "from_uri"]
