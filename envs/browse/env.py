"""The *browse* environment: search, read and follow links until one answer is found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from ..core import (
    Ledger,
    Length,
    Limits,
    Message,
    Range,
    Reference,
    Score,
    Task,
    TaskSource,
    ToolEnv,
    ToolError,
    check_between,
    tool,
    user,
)
from .episode import BrowseState, score
from .pages import found_in, windows
from .questions import ATTRIBUTE_SHARE, MAX_BLUR
from .questions.recipe import MOST_HOPS
from .reference import REFERENCES
from .retrieval import retriever
from .tasks import browse_tasks
from .world import open_corpus

__all__ = ["BrowseEnv", "BrowseState"]

RULES = """\
Find the answer to a question by browsing a closed collection of {pages:,} linked pages. The \
collection is a world of its own: what you know from elsewhere is of no use, only its pages count.

The question describes a chain of things, mostly without their names. Find out what each one is, \
one after another; exactly one answer fits the whole description. "Between ... and ..." includes \
both ends, and a place "in" a region may be several levels below it.

Rules
- Each of your messages must call a tool. {strict}
- You have {budget} tool calls; `answer` does not count, and ends the task.
- Give exactly one answer: the bare name, date or number, with no explanation and no alternatives.

Question
{question}"""
STRICT = "A malformed call ends the task at once, unsolved."
LENIENT = "A malformed call is answered with an error."


class BrowseEnv(ToolEnv[BrowseState]):
    """Deep search: answer a long, blurred question by browsing a closed, linked corpus.

    Description:
        A question describes a path of five to nine relations through a world of linked pages and
        names nothing on it; exactly one entity answers it. The agent searches, opens pages,
        follows links, and gives one answer. Questions are synthesised from the corpus's graph with
        a proof that one answer exists and that no page, no guess and no single search gives it.

    Tools:
        `search(query)` ranked results with numbers, titles, addresses and snippets.
        `click(id)` open a result of the latest search by its number.
        `open(url, page=1)` open an address that was seen in a result or on a page.
        `scroll(page)` another part of the open page, if it is long.
        `find(text)` where a text occurs in the open page.
        `answer(text)` give the final answer. It ends the episode and costs no tool call.

    Observation:
        The first is one user message with the rules and the question; each later one is the tools'
        results as plain text.

    Reward:
        1 if every step was well formed and the final answer is right, else 0. With
        `redundancy_penalty`, a right answer is worth `1 - redundancy_penalty * redundancy`.

    Metrics:
        success (headline), tool_calls, searches, clicks, opens, finds, scrolls, unique_pages,
        repeated_queries, redundancy (share of searches after the first that resemble an earlier),
        path_recall (share of the hidden path's pages that were opened), tool_errors, format_errors.

    Splits:
        train, validation, test and iid are alike and share no entity on their paths; ood has longer
        paths, vaguer cues and relations that occur nowhere else; hotpot has two-hop questions that
        name their first entity. Sizes depend on the corpus, up to 3000, 300, 1000, 3000, 500, 1000.

    Episode end:
        Terminated by `answer`, and by a malformed action if `strict`. Truncated when the tool calls
        are used up. Outcomes: success, wrong_answer, no_answer, format_error, out_of_tool_calls,
        out_of_turns.

    Arguments:
        corpus: the world, as `open_corpus` takes it ("procedural", "procedural:size=5000,seed=1",
            "debian", a folder).
        tool_calls: budget of tool calls, 8 to 128.
        results: results per search, 1 to 50.
        window: characters of a page shown at once, 500 to 100,000.
        strict: whether a malformed action ends the episode (DeepDive's rule).
        redundancy_penalty: weight of the penalty for repetitive searching, 0 (off) to 1.
        redundancy_threshold: Jaccard similarity of words from which two queries count as alike.
        retrieval: how `search` ranks.
        min_hops, max_hops: relations on a path, from 2 (1 if `named`) to 12.
        blur: how vague cues are, 0 (exact) to 3.
        min_degree, max_degree: neighbours of an entity on a path: neither a dead end nor a hub.
        named: whether questions name their first entity, as those of hotpot do: the easy way in,
            to begin training with.
        attributes: share of questions that ask for an attribute of the last entity ("founded in
            which year?") and not for its name, 0 to 1.
        linked: whether each relation stands on the page that the path has reached by then, so that
            reading on leads to the answer; else half of them stand on the other page alone. With
            `named`, one relation and `attributes=0`, the answer is on the page that is named.
        seed: another seed gives other questions and other splits.
        tasks: your own questions instead (a `TaskSource` whose tasks' truth is a `Truth`).

    Version history:
        v0: first version.

    Source:
        DeepDive (arXiv 2509.10446); question style after BrowseComp (arXiv 2504.12516).
    """

    references: ClassVar[Mapping[str, Reference]] = REFERENCES

    def __init__(
        self,
        *,
        corpus: str = "procedural",
        tool_calls: int = 32,
        results: int = 10,
        window: int = 4000,
        strict: bool = True,
        redundancy_penalty: float = 0.0,
        redundancy_threshold: float = 0.7,
        retrieval: str = "sparse",
        min_hops: int = 5,
        max_hops: int = 9,
        blur: int = 2,
        min_degree: int = 4,
        max_degree: int = 8,
        named: bool = False,
        attributes: float = ATTRIBUTE_SHARE,
        linked: bool = False,
        seed: int = 0,
        tasks: TaskSource | None = None,
        render_mode: str | None = None,
    ) -> None:
        """See the class.

        Raises:
            UsageError: an option is out of its range.
        """
        check_between("tool_calls", tool_calls, 8, 128)
        check_between("results", results, 1, 50)
        check_between("window", window, 500, 100_000)
        check_between("redundancy_penalty", redundancy_penalty, 0, 1, whole=False)
        check_between("redundancy_threshold", redundancy_threshold, 0, 1, whole=False)
        fewest = 1 if named else 2  # one relation alone is no question unless its start is named
        check_between("max_hops", max_hops, fewest, MOST_HOPS)
        check_between("min_hops", min_hops, fewest, max_hops)
        check_between("blur", blur, 0, MAX_BLUR)
        check_between("attributes", attributes, 0, 1, whole=False)
        check_between("max_degree", max_degree, 2, 1000)
        check_between("min_degree", min_degree, 2, max_degree)
        if tasks is None:
            hops, degree = (min_hops, max_hops), (min_degree, max_degree)
            tasks = browse_tasks(corpus, hops, blur, degree, seed, named, attributes, linked)
        limits = Limits(turns=tool_calls + 32, tool_calls=tool_calls)
        super().__init__(tasks=tasks, limits=limits, strict=strict, render_mode=render_mode)
        self.corpus = open_corpus(corpus)
        self._retriever = retriever(self.corpus, retrieval)
        self._budget, self._results, self._window = tool_calls, results, window
        self._penalty, self._threshold = redundancy_penalty, redundancy_threshold

    def initial_state(self, task: Task) -> BrowseState:
        return BrowseState()

    def opening(self, task: Task) -> tuple[Message, ...]:
        """The rules and the question."""
        rules = RULES.format(
            pages=len(self.corpus),
            strict=STRICT if self.strict else LENIENT,
            budget=self._budget,
            question=task.prompt,
        )
        return (user(rules),)

    # -- tools -----------------------------------------------------------------------------------

    @tool
    def search(self, query: Annotated[str, Length(1, 1000)]) -> str:
        """Search all pages. Shows the best matches, numbered, with title, address and snippet.

        Args:
            query: Words to look for.
        """
        state = self.state
        state.queries.append(query)
        hits = self._retriever.search(query, self._results)
        state.results = [hit.document for hit in hits]
        if not hits:
            return "No page matches. Try other words."
        corpus = self.corpus
        return "\n".join(
            f"[{number}] {corpus.title(hit.document)}\n    {corpus.url(hit.document)}\n"
            f"    {hit.snippet}"
            for number, hit in enumerate(hits, start=1)
        )

    @tool
    def click(self, id: int) -> str:
        """Open a result of the latest search.

        Args:
            id: Number of the result, as shown in brackets.
        """
        results = self.state.results
        if not results:
            raise ToolError("there are no results to click; call search first")
        if not 1 <= id <= len(results):
            raise ToolError(f"there is no result {id}; the latest search has 1 to {len(results)}")
        return self._page(results[id - 1], 1)

    @tool
    def open(self, url: str, page: Annotated[int, Range(1)] = 1) -> str:
        """Open a page by its address, as seen in a search result or in a link.

        Args:
            url: The address.
            page: Which part of a long page to show.
        """
        document = self.corpus.find(url.strip())
        if document is None:
            raise ToolError(
                f"there is no page at {url.strip()[:200]!r}; use an address exactly as it was "
                "shown in a search result or in a link"
            )
        return self._page(document, page)

    @tool
    def scroll(self, page: Annotated[int, Range(1)]) -> str:
        """Show another part of the open page, if it is long.

        Args:
            page: Which part, from 1.
        """
        return self._page(self._open_document(), page)

    @tool
    def find(self, text: Annotated[str, Length(1, 200)]) -> str:
        """Look for a text in the open page; capitals do not matter.

        Args:
            text: What to look for.
        """
        document = self.corpus.document(self._open_document())
        return found_in(document.text, text, self._window)

    @tool(final=True)
    def answer(self, text: str) -> str:
        """Give the final answer and end the task.

        Args:
            text: The one answer: a bare name, date or number. A list of candidates is wrong.
        """
        self.state.answer = text
        return "Answer recorded."

    def _open_document(self) -> int:
        if self.state.document < 0:
            raise ToolError("no page is open; use click or open first")
        return self.state.document

    def _page(self, document: int, page: int) -> str:
        content = self.corpus.document(document)
        parts = windows(content.text, self._window)
        if page > len(parts):
            many = f"{len(parts)} parts" if len(parts) > 1 else "one part"
            raise ToolError(f"this page has {many}; there is no part {page}")
        state = self.state
        state.document = document
        if document not in state.opened:
            state.opened.append(document)
        shown = f"{content.title}\n{content.url}\n\n{parts[page - 1]}"
        if len(parts) > 1:
            shown += f"\n\n(Part {page} of {len(parts)}; scroll shows the others.)"
        return shown

    # -- grading ---------------------------------------------------------------------------------

    def grade(self, state: BrowseState, ledger: Ledger, task: Task) -> Score:
        """1 for the one right answer; see the class for penalty and metrics."""
        return score(state, ledger, task.truth, self._penalty, self._threshold)
