"""Chat templates: one of ours, and whether another one offers tools."""

from __future__ import annotations

__all__ = ["CHATML", "offers_tools"]

CHATML = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' }}"
    "{% if message['role'] == 'assistant' %}"
    "{% generation %}{{ message['content'] + '<|im_end|>' }}{% endgeneration %}{{ '\n' }}"
    "{% else %}{{ message['content'] + '<|im_end|>\n' }}{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
"""ChatML that adds nothing of its own, keeps every prefix, and marks what the model said. It takes
the place of templates that drop what they do not know (SmolLM2's) or are missing."""


def offers_tools(template: str) -> bool:
    """Whether a chat template renders tools and calls as Hermes does (Qwen, SmolLM3, ...)."""
    return "tools" in template and "<tool_call>" in template
