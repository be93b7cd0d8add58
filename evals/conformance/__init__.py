"""The conformance kit: what any environment, ours or a user's, must hold to be worth a score.

    from palestra.evals.conformance import conformance
    for finding in conformance("browse"):
        print(finding.check, finding.passed, finding.detail)

The same checks stand behind `palestra check ENV` and the test suite.
"""

from .kit import CHECKS, Finding, conformance

__all__ = ["CHECKS", "Finding", "conformance"]
