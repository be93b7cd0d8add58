def document_html(state, ledger, task): return ""
