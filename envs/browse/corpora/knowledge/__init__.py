"""Knowledge graphs from elsewhere: N-Triples and Turtle (`triples`), Wikidata's JSON (`wikidata`).

    open_corpus("triples:path=/data/museums.nt.gz")
    open_corpus("wikidata:path=/data/latest-all.json.gz,language=en")

Both fill a `collect.Collection`, and `pages` writes every entity of it as a page with a table of
its facts and a list of what points at it.
"""
