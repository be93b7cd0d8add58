"""Operations as TF-IDF vectors of their parameters, and the pairs whose cosine passes a threshold.

AgentScaler (arXiv 2509.13311, 2.1) joins two tools where the cosine of their parameter lists'
vectors passes a threshold. A term here is `name:type`, where the type of a resource name is the
collection that its pattern ends with; the API and the entity that the operation's name tells of are
two more terms, so that the tools of one thing hold together. Terms of more than `common`
operations (a page token, a description) join nothing and are dropped. Sparse matrices of SciPy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sparse

from ..catalogue import Api
from ..generated.parse import parsed
from ..generated.roles import collection

__all__ = ["COMMON", "THRESHOLD", "Edges", "similar"]

THRESHOLD = 0.35
COMMON = 2000
_ROWS = 4096


class Edges(NamedTuple):
    """Pairs of operations by number (`first` < `second`), and their cosine."""

    first: np.ndarray
    second: np.ndarray
    weight: np.ndarray


def _terms(api: Api) -> list[str]:
    found = [
        f"{name}:{collection(schema) or schema.get('type')}"
        for name, schema in api.parameters.items()
    ]
    found.append(f"in {api.source}:{api.service}")
    read = parsed(api)
    if read is not None:
        found.append(f"of {api.source}:{api.service}:{' '.join(read.noun)}")
    return found


def similar(apis: Sequence[Api], *, threshold: float = THRESHOLD, common: int = COMMON) -> Edges:
    """The pairs of operations with a cosine of at least `threshold`."""
    terms = [_terms(api) for api in apis]
    seen = Counter(term for listed in terms for term in listed)
    number = {t: i for i, t in enumerate(sorted(t for t, n in seen.items() if 2 <= n <= common))}
    rows, columns = [], []
    for row, listed in enumerate(terms):
        for term in listed:
            column = number.get(term)
            if column is not None:
                rows.append(row)
                columns.append(column)
    if not number:
        empty = np.zeros(0, dtype=np.int64)
        return Edges(empty, empty, np.zeros(0))
    names = sorted(number, key=number.__getitem__)
    # Smoothed inverse document frequency, as scikit-learn's TfidfTransformer has it.
    idf = np.array([np.log((1 + len(apis)) / (1 + seen[term])) + 1 for term in names])
    matrix: Any = sparse.csr_matrix(
        (idf[columns], (rows, columns)), shape=(len(apis), len(number)), dtype=np.float64
    )
    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    scale: Any = sparse.diags(1 / np.where(norms == 0, 1, norms))
    matrix = (scale @ matrix).tocsr()
    turned = matrix.T.tocsr()
    found: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for start in range(0, len(apis), _ROWS):
        product = (matrix[start : start + _ROWS] @ turned).tocoo()
        first = product.row.astype(np.int64) + start
        kept = (product.data >= threshold - 1e-9) & (first < product.col)
        found.append((first[kept], product.col[kept].astype(np.int64), product.data[kept]))
    first, second, weight = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((second, first))  # the same order whatever the machine
    return Edges(first[order], second[order], np.round(weight[order], 6))
