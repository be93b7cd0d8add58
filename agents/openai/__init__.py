"""`openai/<model>`: any server that speaks one of OpenAI's APIs, with native tool calls.

    openai/gpt-5?temperature=0
    openai/gpt-5?api=responses&reasoning_effort=high
    openai/my-model?base_url=http://localhost:8000/v1&stream=true

The key comes from `OPENAI_API_KEY`, the address from `OPENAI_BASE_URL` or `base_url`.
"""

from .agent import OpenAIAgent
from .responses import ResponsesAgent
from .uris import from_uri

__all__ = ["OpenAIAgent", "ResponsesAgent", "from_uri"]
