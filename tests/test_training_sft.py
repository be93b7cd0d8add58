"""Fine-tuning: only the model's own words are learned, to the token, and nothing is cut."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

import guessing  # noqa: F401 - registers
import largest
from palestra.agents.dialogue import Template
from palestra.agents.protocols import CHATML
from palestra.envs.core import UsageError, calls, say, system, text_in, tool_result, user
from palestra.evals import evaluate
from palestra.training.measure import HeldOut
from palestra.training.select import FILTERS, Conversation, Success, select
from tiny import save_tiny_model

pytest.importorskip("trl", reason="training needs palestra[train]")
pytest.importorskip("torch", reason="training needs palestra[train]")

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback

from palestra.training.sft import Row, row_of, rows_of, sft

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "search",
            "description": "Look.",
            "parameters": {"type": "object", "properties": {"query": {"type": "string"}}},
        },
    }
]
MESSAGES: list[Any] = [
    system("Be brief."),
    user("Which river?"),
    {**calls(("search", {"query": "rivers, “big” ones"})), "content": "I will look."},
    tool_result("call_0", "search", "[1] The Po"),
    calls(("search", {"query": "Po"}), ("search", {"query": "Adda"})),
    tool_result("call_0", "search", "<|a page|>"),
    tool_result("call_1", "search", "nothing"),
    say("The Po."),
]


def conversation(messages: list[Any] = MESSAGES) -> Conversation:
    plain = [{**message, "content": text_in(message)} for message in messages]
    return Conversation(plain, TOOLS, {"environment": "test/None-v0"})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def tokenizer(folder: Path) -> Any:
    return AutoTokenizer.from_pretrained(save_tiny_model(folder / "tiny"))


@pytest.fixture(scope="module")
def learner(folder: Path) -> Path:
    return save_tiny_model(folder / "learner", phrases=largest.phrases(), context=512, spread=0.02)


@pytest.fixture(scope="module")
def taught(folder: Path) -> Any:
    db = folder / "teacher.duckdb"
    evaluate(["largest"], ["reader"], split="train", tasks=400, db=db)
    return select(db, agents=["reader"])


def ends(tokenizer: Any) -> dict[int, str]:
    return {tokenizer.eos_token_id: tokenizer.eos_token}


def shown(row: Row, tokenizer: Any) -> str:
    """The row with what is learned in brackets."""
    parts: list[str] = []
    pairs = zip(row.input_ids, row.mask, strict=True)
    for said, group in groupby(pairs, key=lambda pair: pair[1]):
        text = tokenizer.decode([id for id, _ in group])
        parts.append(f"⟦{text}⟧" if said else text)
    return "".join(parts)


# -- masks ---------------------------------------------------------------------------------------


def test_the_loss_falls_on_the_models_own_words_token_by_token(tokenizer: Any) -> None:
    row = row_of(conversation(), Template(tokenizer), ends(tokenizer))
    print("\n" + shown(row, tokenizer))
    learned = shown(row, tokenizer).split("⟦")[1:]
    assert [part.split("⟧")[0] for part in learned] == [
        'I will look.\n<tool_call>\n{"name": "search", "arguments": '
        '{"query": "rivers, “big” ones"}}\n</tool_call><|im_end|>',
        '<tool_call>\n{"name": "search", "arguments": {"query": "Po"}}\n</tool_call>\n'
        '<tool_call>\n{"name": "search", "arguments": {"query": "Adda"}}\n</tool_call><|im_end|>',
        "The Po.<|im_end|>",
    ]
    for label, id, said in zip(row.labels, row.input_ids, row.mask, strict=True):
        assert label == (id if said else -100)


@pytest.mark.parametrize("protocol", ["hermes", "json", "pythonic", "react"])
def test_masks_equal_the_marks_of_a_template_that_has_them(tokenizer: Any, protocol: str) -> None:
    template = Template(tokenizer, protocol)
    chosen = conversation()
    if protocol != "hermes":  # these say one thing at a time
        chosen = conversation([*MESSAGES[:2], calls(("search", {"query": "Po"})), MESSAGES[3],
                               calls(("search", {"query": "Adda"}))])  # fmt: skip
    row = row_of(chosen, template, ends(tokenizer))
    plain = template.protocol.render(chosen.messages, chosen.tools)  # type: ignore[arg-type]
    marked = tokenizer.apply_chat_template(
        plain, chat_template=CHATML, tokenize=True, return_dict=True,
        return_assistant_tokens_mask=True,
    )  # fmt: skip
    length = len(row.input_ids)
    assert marked["input_ids"][:length] == row.input_ids
    assert marked["assistant_masks"][:length] == row.mask
    assert tokenizer.decode(marked["input_ids"][length:]) == "\n"


def test_masks_are_those_of_trls_template_where_tools_are_the_templates_own(
    folder: Path,
) -> None:
    from trl.chat_template_utils import qwen2_5_chat_template, qwen2_5_training_chat_template

    made = save_tiny_model(folder / "qwen", template=qwen2_5_chat_template)
    tokenizer = AutoTokenizer.from_pretrained(made)
    template = Template(tokenizer)
    assert template.native
    row = row_of(conversation(), template, ends(tokenizer))
    marked = tokenizer.apply_chat_template(
        conversation().messages, tools=TOOLS, chat_template=qwen2_5_training_chat_template,
        tokenize=True, return_dict=True, return_assistant_tokens_mask=True,
    )  # fmt: skip
    length = len(row.input_ids)
    assert marked["input_ids"][:length] == row.input_ids
    differ = [
        id
        for id, theirs, ours in zip(
            row.input_ids, marked["assistant_masks"], row.mask, strict=False
        )
        if theirs != ours
    ]
    # TRL's marks take in the line breaks before and after a turn, which nobody says.
    assert {tokenizer.decode([id]) for id in differ} == {"\n"}


# -- what is left out, and what is refused -------------------------------------------------------


@pytest.mark.parametrize("protocol", ["hermes", "json", "pythonic", "react"])
def test_kept_thoughts_are_learned_and_read_back(tokenizer: Any, protocol: str) -> None:
    first, result = calls(("search", {"query": "Po"})), tool_result("call_0", "search", "The Po")
    messages: list[Any] = [*MESSAGES[:2], first, result, say("The Po.")]
    for number in (2, 4):
        messages[number]["reasoning_content"] = f"Is it {number}?\n\nPerhaps."
    template = Template(tokenizer, protocol)
    row = row_of(conversation(messages), template, ends(tokenizer))
    learned = [part.split("\u27e7")[0] for part in shown(row, tokenizer).split("\u27e6")[1:]]
    for said, number in zip(learned, (2, 4), strict=True):
        assert said.startswith(f"<think>\nIs it {number}?\n\nPerhaps.\n</think>\n\n")
        assert said.endswith("<|im_end|>")
    for message in messages:
        message.pop("reasoning_content", None)
    bare = row_of(conversation(messages), template, ends(tokenizer))
    assert "<think>" not in shown(bare, tokenizer)


def test_a_template_of_its_own_writes_kept_thoughts_itself(folder: Path) -> None:
    from trl.chat_template_utils import qwen3_chat_template

    made = save_tiny_model(folder / "qwen", template=qwen3_chat_template)
    native = AutoTokenizer.from_pretrained(made)
    messages = [dict(message) for message in MESSAGES]
    messages[2]["reasoning_content"] = "North?"
    row = row_of(conversation(messages), Template(native), ends(native))
    assert "\u27e6<think>\nNorth?\n</think>\n\nI will look." in shown(row, native)


def test_what_is_too_long_is_left_out_whole_and_counted(tokenizer: Any) -> None:
    short = conversation([user("?"), say("Yes.")])
    found = rows_of([short, conversation()], Template(tokenizer), ends(tokenizer), 500)
    assert len(found.rows) == 1
    assert found.dropped == {"longer than 500 tokens": 1}
    assert found.lines()[0].startswith("1 conversations, ")
    assert found.lines()[1] == "-1 longer than 500 tokens"


def test_what_does_not_read_back_is_left_out(tokenizer: Any) -> None:
    said = conversation([user("?"), say("</tool_call>")])
    fine = conversation([user("?"), say("Yes.")])
    found = rows_of([said, fine], Template(tokenizer), ends(tokenizer), 4000)
    assert found.dropped == {"a reply that does not read back as the action it was": 1}


def test_nothing_to_learn_from_is_an_error_that_says_why(tokenizer: Any) -> None:
    template = Template(tokenizer)
    with pytest.raises(UsageError, match="nothing to learn from: no conversation was selected"):
        rows_of([], template, ends(tokenizer), 1000)
    with pytest.raises(UsageError, match=r"of 1 conversations 1 longer than 20 tokens. Raise max_"):
        rows_of([conversation()], template, ends(tokenizer), 20)
    with pytest.raises(UsageError, match="1 nothing that the model says"):
        rows_of([conversation([user("?")])], template, ends(tokenizer), 1000)


def test_a_template_that_cannot_teach_is_an_error_that_says_why(
    folder: Path, tokenizer: Any
) -> None:
    other = "{% for m in messages %}{{ m.role }}: {{ m.content }};{% endfor %}"
    made = AutoTokenizer.from_pretrained(save_tiny_model(folder / "other", template=other))
    made.add_special_tokens({"eos_token": "</s>"})
    template = Template(made)
    template._jinja = other  # ChatML's tokens are in its vocabulary
    with pytest.raises(UsageError, match=r"ends a reply with '.*;', and the model with '</s>'"):
        row_of(conversation(), template, {99: "</s>"})
    template._jinja = other + "{% if add_generation_prompt %}[bot]{% endif %}"
    with pytest.raises(UsageError, match=r"asks for a reply with .*\[bot\].* writes one otherwise"):
        row_of(conversation(), template, {99: "</s>"})


# -- training ------------------------------------------------------------------------------------

QUICK: dict[str, Any] = {
    "batch": 32, "micro_batch": 32, "learning_rate": 3e-3, "max_tokens": 16,
}  # fmt: skip


@pytest.mark.slow
def test_a_model_learns_what_it_is_shown(learner: Path, taught: Any, tmp_path: Path) -> None:
    said: list[str] = []
    held_out = HeldOut(["largest"], db=tmp_path / "board.duckdb")
    before = held_out.play(f"hf/{learner}?max_tokens=16")
    made = sft(str(learner), taught, tmp_path / "run", epochs=12, remark=said.append, **QUICK)
    (gained,) = held_out.compare(before, held_out.play(f"trained/{tmp_path / 'run'}")).values()
    assert gained.tasks == 200
    assert gained.low > 0.3, gained
    assert gained.verdict == "better"
    assert said[0].startswith("400 conversations, ")
    with open(tmp_path / "run/curves.csv") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == list(range(1, 157))
    assert float(rows[-1]["loss"]) < float(rows[0]["loss"]) / 4
    assert (tmp_path / "run/curves.png").read_bytes().startswith(b"\x89PNG")
    config = json.loads((tmp_path / "run/config.json").read_text())
    assert config["conversations"] == 400
    assert config["arguments"]["learning_rate"] == 3e-3
    assert "torch" in json.loads((tmp_path / "run/versions.json").read_text())
    assert made == tmp_path / "run/model"


class Killed(TrainerCallback):
    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if state.global_step == 5:
            raise KeyboardInterrupt


def weights(folder: Path) -> dict[str, Any]:
    return AutoModelForCausalLM.from_pretrained(folder).state_dict()


def same(first: Path, second: Path) -> bool:
    one, other = weights(first), weights(second)
    return all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.slow
def test_killed_and_resumed_is_as_never_killed(learner: Path, taught: Any, tmp_path: Path) -> None:
    how = {**QUICK, "steps": 8, "save_every": 2}
    whole = sft(str(learner), taught, tmp_path / "whole", **how)
    with pytest.raises(KeyboardInterrupt):
        sft(str(learner), taught, tmp_path / "cut", callbacks=[Killed()], **how)
    with pytest.raises(UsageError, match="holds a run already; go on with it"):
        sft(str(learner), taught, tmp_path / "cut", **how)
    with pytest.raises(UsageError, match="holds no run to go on with"):
        sft(str(learner), taught, tmp_path / "none", resume=True, **how)
    steps: list[int] = []
    again = sft(
        str(learner), taught, tmp_path / "cut", resume=True,
        tell=lambda step: steps.append(step.number), **how,
    )  # fmt: skip
    assert steps == [4, 5, 6, 7, 8]
    assert same(whole, again)
    with open(tmp_path / "cut/curves.csv") as file:
        assert [row["step"] for row in csv.DictReader(file)] == list("12345678")


@pytest.mark.slow
def test_two_stages_are_two_runs(learner: Path, taught: Any, tmp_path: Path) -> None:
    general = list(taught)[:64]
    made = sft(
        str(learner), list(taught)[64:128], tmp_path / "run", general=general, steps=2, **QUICK
    )
    first = tmp_path / "run/general"
    assert not same(first / "model", made)
    assert json.loads((tmp_path / "run/config.json").read_text())["model"] == str(first)


@pytest.mark.slow
def test_packed_rows_do_not_see_each_other(learner: Path, taught: Any, tmp_path: Path) -> None:
    """One step on the same conversations moves the weights alike, packed or one a row."""
    few = list(taught)[:8]
    plain = {"steps": 1, "learning_rate": 1e-2, "config": {"optim": "sgd", "max_grad_norm": 0.0,
             "lr_scheduler_type": "constant", "bf16": False}}  # fmt: skip
    apart = sft(str(learner), few, tmp_path / "apart", batch=8, micro_batch=8, **plain)
    packed = sft(
        str(learner), few, tmp_path / "packed", packing=True, max_length=512, batch=1, **plain
    )
    one, other, base = weights(apart), weights(packed), weights(learner)
    moved = max((one[name] - base[name]).abs().max().item() for name in one)
    between = max((one[name] - other[name]).abs().max().item() for name in one)
    assert moved > 1e-4
    assert between < moved / 1000


@pytest.mark.slow
def test_adapters_are_merged_and_the_model_plays(
    learner: Path, taught: Any, tmp_path: Path
) -> None:
    made = sft(str(learner), taught, tmp_path / "run", steps=3, lora=4, **QUICK)
    assert not (made / "adapter_config.json").exists()
    assert not same(made, learner)
    rows = evaluate(["largest"], [f"hf/{made}?max_tokens=16"], tasks=5, db=tmp_path / "b.duckdb")
    assert rows.rows[0].invalid == 0


def nothing(run: Callable[[], object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        run()


def test_settings_that_do_not_fit_are_refused_before_the_first_step(
    learner: Path, taught: Any, tmp_path: Path
) -> None:
    def train(**how: Any) -> Callable[[], object]:
        return lambda: sft(str(learner), list(taught)[:4], tmp_path / "run", **how)

    nothing(train(batch=10, micro_batch=4), "micro_batch=4 does not divide the batch of 10")
    nothing(train(config={"learning_rat": 1}), "SFTConfig field.*learning_rat")
    nothing(train(batch=0), "'batch' is 0")
    nothing(
        lambda: sft("no/such/model", taught, tmp_path / "run"), "hf/no/such/model cannot be loaded"
    )
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_a_loss_that_is_no_number_stops_the_run(learner: Path, taught: Any, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"(loss|grad_norm) is (nan|inf) at step \d.*earlier"):
        sft(str(learner), taught, tmp_path / "run", steps=20, **{**QUICK, "learning_rate": 1e30})


def test_success_is_asked_for_by_default() -> None:
    assert any(isinstance(each, Success) for each in FILTERS)
