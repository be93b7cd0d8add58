"""How corpora are kept: `schema` (what they hold), `reader`, `writer` and `texts` (strings)."""
