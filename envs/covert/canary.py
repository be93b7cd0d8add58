"""The canary of this environment's texts: documents that hold it must not be trained on."""

from __future__ import annotations

__all__ = ["CANARY"]

CANARY = "palestra-covert canary 7c41b0de-93f5-4d0c-8a6b-52e1f6d0a917"
