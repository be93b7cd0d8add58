"""The document as a person reads it: who wrote what, what is said about it, and what happened."""

from .html import document_html
from .text import document_text

__all__ = ["document_html", "document_text"]
