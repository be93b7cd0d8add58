"""The sandbox: one protocol whatever is behind it; nothing fails where a backend is missing."""

from __future__ import annotations

import copy
import gc
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from typer.testing import CliRunner

from palestra.cli import app
from palestra.envs.core import UsageError
from palestra.envs.sandbox import (
    Command,
    File,
    Invocation,
    Limits,
    Link,
    PoweredOff,
    Result,
    Sandbox,
    SandboxError,
    backends,
    open_sandbox,
    workers,
)
from palestra.envs.sandbox import bwrap as bwrap_backend
from palestra.envs.sandbox import docker as docker_backend
from palestra.envs.sandbox import memory as memory_backend
from palestra.envs.sandbox import pool as pools

FILES = {
    "/work/hello.sh": File("#!/bin/bash\necho hello\n", 0o755),
    "/work/note.txt": "a note\n",
    "/work/link": Link("note.txt"),
}
HERE = [each.name for each in backends() if each.available]
SHELLS = [name for name in HERE if name != "tools-only"]
anywhere = pytest.mark.parametrize("backend", HERE)
shells = pytest.mark.parametrize("backend", SHELLS)


@pytest.fixture
def boxes() -> Iterator[Callable[..., Sandbox]]:
    opened: list[Sandbox] = []

    def open_one(backend: str, **given) -> Sandbox:
        opened.append(open_sandbox(backend, **{"files": FILES, **given}))
        return opened[-1]

    yield open_one
    for box in opened:
        box.close()
        box.close()  # twice does no harm


def heard(calls: list[Invocation]) -> Command:
    return Command("ask", lambda call: (calls.append(call), f"{len(call.argv)} words\n")[1])


@anywhere
def test_files_are_the_same_from_both_sides(backend: str, boxes: Callable[..., Sandbox]) -> None:
    box = boxes(backend)
    assert box.read("/work/note.txt") == box.read("/work/link") == b"a note\n"
    assert box.exec("cat note.txt").out == "a note\n"
    box.write("/work/deep/er/x.bin", bytes(range(256)), 0o600)
    assert box.read("/work/deep/er/x.bin") == bytes(range(256))
    stat = box.stat("/work/deep/er/x.bin")
    assert stat is not None
    assert (stat.kind, stat.mode, stat.size) == ("file", 0o600, 256)
    box.write("/work/deep/er/x.bin", "less")
    assert box.stat("/work/deep/er/x.bin") == type(stat)("file", 0o600, 4)
    link = box.stat("/work/link")
    assert link is not None
    assert (link.kind, link.target) == ("link", "note.txt")
    box.write("/work/link", "through")
    assert box.read("/work/note.txt") == b"through"
    assert box.list("/work") == ["deep", "hello.sh", "link", "note.txt"]
    box.chmod("/work/hello.sh", 0o640)
    assert box.exec("./hello.sh").code == 126
    box.remove("/work/deep")
    assert box.stat("/work/deep/er") is None
    assert [path for path, _ in box.walk("/work")] == [
        "/work/hello.sh", "/work/link", "/work/note.txt",
    ]  # fmt: skip
    with pytest.raises(FileNotFoundError):
        box.read("/work/none")
    with pytest.raises(IsADirectoryError):
        box.read("/work")
    with pytest.raises(NotADirectoryError):
        box.list("/work/note.txt")


@anywhere
def test_a_registered_command_runs_in_the_host(backend: str, boxes: Callable[..., Sandbox]) -> None:
    calls: list[Invocation] = []
    box = boxes(backend)
    box.register(heard(calls))
    assert box.exec("ask 'two words' ''") == Result(0, "3 words\n")
    assert box.exec("/usr/bin/ask").out == "1 words\n" or backend == "bwrap"
    assert calls[0].argv == ("ask", "two words", "")
    assert calls[0].cwd == "/work"
    assert calls[0].env["USER"] == "agent"
    assert "PYTHONPATH" not in calls[0].env
    assert calls[0].files.read("/work/note.txt") == b"a note\n"
    box.register(Command("ask", lambda call: Result(3, "o", "e")))
    assert box.exec("ask") == Result(3, "o", "e")


@shells
def test_a_command_is_given_input_and_variables_only_if_it_wants(
    backend: str, boxes: Callable[..., Sandbox]
) -> None:
    calls: list[Invocation] = []
    box = boxes(backend)
    box.register(Command("take", lambda call: (calls.append(call), "")[1], stdin=True))
    box.register(heard(calls))
    box.exec("export COLOR=red; cd /tmp; printf 'in put' | take; printf x | ask")
    assert [(call.stdin, call.env["COLOR"], call.cwd) for call in calls] == [
        ("in put", "red", "/tmp"), ("", "red", "/tmp"),
    ]  # fmt: skip


@anywhere
def test_nothing_runs_after_power_off(backend: str, boxes: Callable[..., Sandbox]) -> None:
    box = boxes(
        backend, files={**FILES, "/work/end.sh": File("#!/bin/bash\noff\ntouch b\n", 0o755)}
    )

    def off(call: Invocation) -> str:
        call.files.write("/work/seen", "x")
        box.power_off()
        return "bye\n"

    box.register(Command("off", off))
    line = "./end.sh; touch a | cat; echo x > c & (touch d); rm -rf /work"
    result = box.exec("./end.sh" if backend == "tools-only" else line)
    assert result.code == 143
    assert not box.on
    time.sleep(0.05)
    assert box.list("/work") == ["end.sh", "hello.sh", "link", "note.txt", "seen"]
    with pytest.raises(PoweredOff):
        box.exec("ls")
    again = open_sandbox(backend)
    again.register(Command("off", off))
    again.restore(box.snapshot())
    assert not again.on
    assert again.read("/work/seen") == b"x"
    again.close()


@shells
def test_a_shell_lasts_from_line_to_line(backend: str, boxes: Callable[..., Sandbox]) -> None:
    box = boxes(backend)
    box.exec("X=5; export Y=6; f() { echo f$X; }; cd /tmp")
    assert box.exec("f; pwd; bash -c 'echo $Y'").out == "f5\n/tmp\n6\n"
    assert box.exec("exit 7").code == 7
    assert box.exec("pwd").out == "/tmp\n"
    assert box.exec("exit 1 | true; false").code == 1


@anywhere
def test_a_snapshot_is_the_same_for_the_same_history_and_a_fork_is_apart(
    backend: str, boxes: Callable[..., Sandbox]
) -> None:
    def history() -> Sandbox:
        box = boxes(backend)
        box.register(Command("ask", lambda call: "yes\n"))
        box.exec("chmod 600 note.txt")
        box.exec("mkdir /tmp/d")
        if backend != "tools-only":
            box.exec("export W='a b\nc'")
            box.exec("g() { echo $V; }")
            box.exec("V=1; declare -a L=(1 2); echo n > /tmp/d/n")
        box.exec("cd /tmp/d")
        return box

    one, other = history(), history()
    image = one.snapshot()
    assert image == other.snapshot()
    assert pickle.loads(pickle.dumps(image)) == image
    fork = one.fork()
    assert fork.exec("pwd").out == "/tmp/d\n"
    assert fork.exec("ask").out == "yes\n"
    if backend != "tools-only":
        assert fork.exec('g; echo "$W" ${L[1]}').out == "1\na b\nc 2\n"
    fork.exec("rm /work/note.txt")
    assert one.read("/work/note.txt") == b"a note\n"
    stat = one.stat("/work/note.txt")
    assert stat is not None
    assert stat.mode == 0o600
    fork.restore(image)
    assert fork.read("/work/note.txt") == b"a note\n"
    assert fork.snapshot() == image
    fork.close()


@shells
def test_what_takes_too_long_is_cut_and_the_machine_goes_on(
    backend: str, boxes: Callable[..., Sandbox]
) -> None:
    box = boxes(backend, limits=Limits(output=1_000))
    box.exec("X=1; touch before; cd /tmp")
    cut = box.exec("while :; do :; done; touch after", 0.3)
    assert cut.code == 124
    assert cut.timed_out
    assert box.exec("pwd; ls /work | head -1").out == "/tmp\nbefore\n"
    flood = box.exec("seq 1 5000; seq 1 5000 >&2")
    assert flood.truncated
    assert len(flood.out) == len(flood.err) == 1_000


@anywhere
def test_the_number_of_command_lines_is_limited(
    backend: str, boxes: Callable[..., Sandbox]
) -> None:
    box = boxes(backend, limits=Limits(calls=2))
    assert [box.exec("true").code for _ in range(3)] == [0, 0, 1]


@anywhere
def test_what_a_command_of_the_host_raises_is_raised(
    backend: str, boxes: Callable[..., Sandbox]
) -> None:
    box = boxes(backend)

    def broken(call: Invocation) -> str:
        raise KeyError("a fault of ours")

    box.register(Command("broken", broken))
    with pytest.raises(KeyError, match="a fault of ours"):
        box.exec("broken")
    nested = boxes(backend)
    nested.register(Command("again", lambda call: nested.exec("ls").out))
    with pytest.raises(SandboxError, match="must not run"):
        nested.exec("again")


def test_more_than_the_thousand_lines_of_bashkits_own_limit() -> None:
    with open_sandbox("memory-shell") as box:
        assert {box.exec("echo x").out for _ in range(1_200)} == {"x\n"}


def test_a_shell_that_must_make_room_sleeps_and_wakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "MOST", 3)
    opened = [open_sandbox("memory-shell", files=FILES) for _ in range(8)]
    for number, box in enumerate(opened):
        box.exec(f"N={number}; chmod 700 note.txt; cd /tmp")
    assert len(pools.POOL) <= 3
    for number, box in enumerate(opened):
        assert box.exec("echo $N; pwd").out == f"{number}\n/tmp\n"
        box.close()


def test_too_few_open_files_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    monkeypatch.setattr(resource, "getrlimit", lambda _: (66, 66))
    with pytest.raises(UsageError, match="ulimit -n"):
        pools.most_awake()
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1024, 1024))
    assert pools.most_awake() == pools.MOST
    monkeypatch.setattr(resource, "getrlimit", lambda _: (364, 1024))
    assert pools.most_awake() == 100


def test_the_shell_in_memory_does_not_give_itself_away() -> None:
    line = (
        "uname -a; hostname; bash --version; nosuchcommand; cat /etc/os-release /proc/version; env"
    )
    with open_sandbox("memory-shell") as box:
        result = box.exec(
            f"{line}; df; set; curl http://example.com; python3 --version; help | head"
        )
        words = (result.out + result.err).lower()
        assert not [word for word in ("bashkit", "sandbox", "monty", "virtual") if word in words]
        assert "GNU bash, version 5" in result.out
        assert "station" in result.out


@shells
def test_a_file_that_is_rewritten_keeps_its_mode(
    backend: str, boxes: Callable[..., Sandbox]
) -> None:
    box = boxes(backend)
    assert box.exec("printf 'echo new\\n' > hello.sh; ./hello.sh").out == "new\n"
    box.exec("cp hello.sh copy.sh; echo x | tee copy.sh; rm hello.sh; echo y > hello.sh")
    modes = {path: stat.mode for path, stat in box.walk("/work")}
    assert (modes["/work/copy.sh"], modes["/work/hello.sh"]) == (0o755, 0o644)


def test_without_a_backend_nothing_fails_and_the_list_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "bashkit", None)
    for module in (memory_backend, bwrap_backend, docker_backend):
        module.probe.cache_clear()
    try:
        missing = {each.name: each.missing for each in backends()}
        assert "pip install" in missing["memory-shell"]
        assert "apt install" in missing["bwrap"]
        assert "not installed" in missing["docker"]
        assert missing["tools-only"] == ""
        with pytest.raises(UsageError, match=r"bashkit is not installed.*bubblewrap"):
            open_sandbox()
        with pytest.raises(UsageError, match="docker is not installed"):
            open_sandbox("docker")
        shown = CliRunner().invoke(app, ["sandboxes", "--json"])
        assert shown.exit_code == 0
        assert "apt install bubblewrap" in shown.output
        assert CliRunner().invoke(app, ["sandboxes"]).exit_code == 0
        with open_sandbox("tools-only") as box:
            assert box.exec("echo on").out == "on\n"
    finally:
        for module in (memory_backend, bwrap_backend, docker_backend):
            module.probe.cache_clear()


def test_importing_the_sandbox_imports_no_backend() -> None:
    script = (
        "import sys, palestra.envs.sandbox\n"
        "room = 'palestra.envs.sandbox.'\n"
        "print(sorted({'bashkit', room + 'memory', room + 'bwrap'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    "path", ["work/x", "/x", "/work/../x", "/work//x", "/etc/passwd", "/usr/x/y"]
)
def test_a_place_that_belongs_to_the_machine_is_refused(path: str) -> None:
    with pytest.raises(UsageError, match="/work"):
        open_sandbox("tools-only", files={path: ""})


def test_an_unknown_backend_is_told_the_names() -> None:
    with pytest.raises(UsageError, match="memory-shell"):
        open_sandbox("vm")


def test_a_machine_without_a_shell_says_so() -> None:
    with open_sandbox("tools-only", files=FILES) as box:
        for line in ("ls | cat", "echo $HOME", "a > b", "ls *", "x; y", "echo `id`"):
            assert "no shell" in box.exec(line).err
        assert box.exec("echo 'a | b'").out == "a | b\n"
        assert box.exec("grep -n note note.txt hello.sh").out == "note.txt:1:a note\n"
        assert box.exec("ls -l hello.sh").out.startswith("-rwxr-xr-x")
        assert box.exec("nosuch").code == 127
        assert box.exec("'open").code == 2
        box.write("/work/loop.sh", "./loop.sh\n", 0o755)
        assert "too deeply" in box.exec("./loop.sh").err


def test_a_closed_box_says_so() -> None:
    for backend in HERE:
        box = open_sandbox(backend)
        box.close()
        with pytest.raises(SandboxError, match="closed"):
            box.exec("ls")


def test_results_are_values() -> None:
    assert copy.deepcopy(Result(1, "a")) == Result(1, "a") != Result(1, "b")


class Slow:
    """A bashkit whose lines take half a second and hear nothing."""

    def execute_sync(self, line: str) -> str:
        time.sleep(0.5)
        return line

    def cancel(self) -> None:
        pass


def test_a_line_that_does_not_come_back_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "GRACE", 0.05)
    monkeypatch.setattr(workers, "_lost", [])
    line = workers.Line(Slow(), "x")
    with pytest.raises(workers.Stuck, match="bwrap"):
        workers.run(line, 0.05, str)
    assert line.given_up
    assert workers.stuck() == 1
    monkeypatch.setattr(workers, "GRACE", 5.0)
    assert workers.run(workers.Line(Slow(), "x"), 0.05, str) == "x"
    time.sleep(0.1)
    assert workers.stuck() == 0  # it did end after all


def test_too_many_lines_that_do_not_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "GRACE", 0.0)
    monkeypatch.setattr(workers, "MOST_STUCK", 2)
    monkeypatch.setattr(workers, "_lost", [])
    with open_sandbox("memory-shell") as box:
        box.exec("X=1")
        for _ in range(2):
            with pytest.raises(workers.Stuck, match="lowest priority"):
                workers.run(workers.Line(Slow(), "x"), 0.01, str)
        with pytest.raises(SandboxError, match=r"2 command lines .* do not end.*bwrap"):
            box.exec("echo $X")
        deadline = time.monotonic() + 10
        while workers.stuck() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert box.exec("echo $X", 5).out == "1\n"


def test_commands_of_the_host_run_in_the_thread_that_asked() -> None:
    seen = []
    with open_sandbox("memory-shell") as box:
        box.register(Command("who", lambda call: seen.append(threading.current_thread()) or ""))
        box.exec("who")
        box.exec("X=1; who | cat; (who); who & wait")
    assert set(seen) == {threading.current_thread()}
    assert len(seen) == 4


@pytest.mark.parametrize(
    "line", ["awk -f loop.awk", "w='while(1)'; awk \"BEGIN{$w;}\"", "awk 'BEGIN { for (;;) ; }'"]
)
def test_loops_without_a_body_end_wherever_they_are_written(line: str) -> None:
    """bashkit's clock does not see them; its count of turns does."""
    with open_sandbox("memory-shell") as box:
        box.write("/work/loop.awk", "BEGIN { while (1) ; }\n")
        ended = box.exec(line)
        assert ended.code == 124 or "limit" in ended.err
        assert box.exec("awk 'BEGIN { for (i = 0; i < 3; i++) print i }'").out == "0\n1\n2\n"
    assert workers.stuck() == 0


def test_many_threads_and_few_shells(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each machine keeps to its own files while others put it to sleep at any moment."""
    monkeypatch.setattr(pools, "MOST", 4)
    faults: list[BaseException] = []

    def live(number: int) -> None:
        try:
            for turn in range(4):
                name = f"{number}-{turn}"
                boxes = [open_sandbox("memory-shell", files={"/work/a": name}) for _ in range(4)]
                for round in range(3):
                    for at, box in enumerate(boxes):
                        box.write(f"/work/{name}-{at}", f"{name} {round}", 0o700)
                        assert box.read("/work/a") == name.encode()
                        assert box.list("/work") == [f"{name}-{at}", "a"]
                        assert box.read(f"/work/{name}-{at}") == f"{name} {round}".encode()
                        found = box.stat(f"/work/{name}-{at}")
                        assert found is not None
                        assert found.mode == 0o700
                for at, box in enumerate(boxes):
                    assert box.exec(f"cat a; X={at}; echo -$X").out == f"{name}-{at}\n"
                for box in boxes[:-1]:  # the last is dropped: the collector's turn
                    box.close()
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=live, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    assert not any(thread.is_alive() for thread in threads)
    assert faults == []
    del threads
    gc.collect()
    assert len(pools.POOL) <= 4
