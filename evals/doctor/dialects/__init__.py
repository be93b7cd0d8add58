"""Today's providers as data: what each one's turns carry, takes back and refuses.

    with ChatServer(answer, dialect=DIALECTS["deepseek"]) as server:
        evaluate(["browse"], [f"openai/any?base_url={server.url}"])

One small file describes one form; a new one that is `like` another says only where it differs.
"""

from .dialect import DIALECTS, Dialect, Refusal
from .dress import Defect, Turns, dress, undress

__all__ = ["DIALECTS", "Defect", "Dialect", "Refusal", "Turns", "dress", "undress"]
