from typing import Any
def document_text(state, ledger, task): return state.replicas["writer_0"].text
