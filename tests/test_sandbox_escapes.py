"""No attack leaves its machine, and no machine leaves anything behind."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from palestra.envs.core import UsageError
from palestra.envs.sandbox import Command, File, Limits, backends, open_sandbox
from palestra.envs.sandbox import docker as docker_backend
from palestra.envs.sandbox.attacks import ATTACKS
from palestra.envs.sandbox.escapes import Bait, attempt
from palestra.envs.sandbox.kept import WORKER, init

HERE = [each.name for each in backends() if each.available]


@pytest.fixture(scope="module")
def bait() -> Iterator[Bait]:
    with Bait() as laid:
        yield laid


@pytest.mark.parametrize("aim", ATTACKS)
@pytest.mark.parametrize("backend", HERE)
def test_no_attack_gets_out(backend: str, aim: str, bait: Bait) -> None:
    for attack in ATTACKS[aim]:
        line = bait.line(attack)
        assert attempt(backend, line, bait) == "", line


@pytest.mark.skipif("bwrap" not in HERE, reason="needs bubblewrap")
def test_no_rights_are_to_be_had_in_namespaces_within() -> None:
    line = (
        "unshare -Urm sh -c 'mount -t tmpfs x /tmp && echo unbounded'; grep Cap /proc/self/status"
    )
    with open_sandbox("bwrap") as box:
        result = box.exec(line)
    assert "unbounded" not in result.out
    effective = next(row for row in result.out.splitlines() if row.startswith("CapEff"))
    assert int(effective.split()[1], 16) == 0


def test_the_bait_is_real(bait: Bait) -> None:
    """Without a sandbox the same lines do get out: else the suite would prove nothing."""
    for attack, evidence in (
        ("cat {secret}", "token"), ("ln -s {secret} link; cat link", "token"),
        ("cat /proc/{pid}/cmdline", "token"), ("echo owned > {target}", "wrote"),
        ("exec 3<> /dev/tcp/127.0.0.1/{port} && echo hello >&3; sleep 0.1", "connected"),
        ("printenv PALESTRA_TOKEN", "token"),
    ):  # fmt: skip
        folder = bait.folder / "bare"
        folder.mkdir()
        done = subprocess.run(
            ["bash", "-c", bait.line(attack)], capture_output=True, text=True, cwd=folder
        )
        shutil.rmtree(folder)
        found = "token" if bait.token in done.stdout else bait.harmed()
        assert evidence in found, attack


def episode(backend: str) -> None:
    with open_sandbox(backend, files={"/work/a.sh": File("#!/bin/bash\nask\n", 0o755)}) as box:
        box.register(Command("ask", lambda call: "yes\n"))
        assert box.exec("./a.sh").out == "yes\n"
        box.exec("echo hello > note.txt")
        box.register(Command("off", lambda call: (box.power_off(), "")[1]))
        box.exec("off")
        assert not box.on


@pytest.mark.parametrize(("backend", "episodes"), [("memory-shell", 300), ("bwrap", 15)])
def test_episodes_leave_nothing_behind(backend: str, episodes: int) -> None:
    if backend not in HERE:
        pytest.skip(f"{backend} is not here")
    process = psutil.Process()
    for _ in range(episodes // 3):
        episode(backend)
    gc.collect()
    descriptors, memory = process.num_fds(), process.memory_info().rss
    children = set(process.children(recursive=True))
    for _ in range(episodes):
        episode(backend)
    gc.collect()
    assert process.num_fds() <= descriptors + 2
    assert process.memory_info().rss - memory < 12 << 20
    assert set(process.children(recursive=True)) <= children


def test_a_machine_that_is_dropped_unclosed_gives_its_descriptors_back() -> None:
    if "memory-shell" not in HERE:
        pytest.skip("memory-shell is not here")
    process = psutil.Process()
    open_sandbox("memory-shell").exec("echo")
    gc.collect()
    before = process.num_fds()
    for _ in range(30):
        open_sandbox("memory-shell").exec("echo")
    gc.collect()
    assert process.num_fds() <= before + 3


@pytest.mark.skipif("bwrap" not in HERE, reason="needs bubblewrap")
def test_a_machine_of_processes_that_is_dropped_unclosed_ends() -> None:
    process = psutil.Process()
    before, descriptors = set(process.children()), process.num_fds()
    assert open_sandbox("bwrap").exec("sleep 600 & echo on").out == "on\n"
    gc.collect()
    assert set(process.children()) <= before
    assert process.num_fds() <= descriptors


def test_a_machine_whose_host_has_gone_ends() -> None:
    open_ends = "exec 5> /dev/null 6> /dev/null 7< /dev/null 9> /dev/null"
    script = init(Limits(processes=4_000, memory=4 << 30))
    done = subprocess.run(["bash", "-p", "-c", f"{open_ends};{script}", "init", WORKER], timeout=20)
    assert done.returncode == 1


FAKE = '''#!{python}
"""A docker that makes its containers with bubblewrap: what it is asked for is what it does."""
import os, subprocess, sys
words = sys.argv[1:]
with open({log!r}, "a") as log:
    print(repr(words), file=log)
if words[0] == "version":
    print("99.0"); sys.exit()
if words[:2] == ["image", "inspect"]:
    sys.exit(0 if words[2] == "debian:stable-slim" else 1)
if words[0] == "kill":
    pid = int(open({log!r} + words[3]).read())
    os.kill(pid, getattr(__import__("signal"), words[2])); sys.exit()
line = ["bwrap", "--unshare-all", "--as-pid-1", "--die-with-parent", "--clearenv",
        "--info-fd", "{info}", "--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin",
        "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64", "--proc", "/proc",
        "--dev", "/dev", "--tmpfs", "/usr/local", "--uid", "1000", "--gid", "1000"]
name, rest = "", words[1:]
while rest[0].startswith("--"):
    option, value = rest[0], rest[1]
    if option in ("--rm", "--read-only"):
        rest = rest[1:]
        continue
    rest = rest[2:]
    if option == "--name":
        name = value
    elif option == "--volume":
        source, place, *ro = value.split(":")
        line += ["--ro-bind" if ro else "--bind", source, place]
    elif option == "--env":
        key, _, text = value.partition("=")
        line += ["--setenv", key, text]
assert rest[0] == "debian:stable-slim", rest
read, write = os.pipe()
line[line.index("{info}")] = str(write)
as_nobody = dict(user=65534, group=65534, extra_groups=[]) if os.getuid() == 0 else dict()
child = subprocess.Popen([*line, *rest[1:]], pass_fds=[write], **as_nobody)
os.close(write)
told = b""
while b"}}" not in told:
    told += os.read(read, 1000)
with open({log!r} + name, "w") as known:
    known.write(str(__import__("json").loads(told)["child-pid"]))
sys.exit(child.wait() % 256)
'''


@pytest.fixture
def fake_docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    log = tmp_path / "log"
    program = tmp_path / "bin" / "docker"
    program.parent.mkdir()
    program.write_text(FAKE.format(python=sys.executable, log=str(log), info="INFO"))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    docker_backend.probe.cache_clear()
    yield log
    docker_backend.probe.cache_clear()


@pytest.mark.skipif("bwrap" not in HERE, reason="the fake docker needs bubblewrap")
def test_a_container_is_closed_to_the_world_and_runs_what_it_is_told(fake_docker: Path) -> None:
    with open_sandbox("docker", files={"/work/a.sh": File("#!/bin/bash\necho hi\n", 0o755)}) as box:
        box.register(Command("kill", lambda call: (box.power_off(), "")[1]))
        assert box.exec("cd /tmp; /work/a.sh; X=1").out == "hi\n"
        assert box.exec("echo $X; pwd; exit 4").out == "1\n/tmp\n"
        assert box.exec("while :; do :; done", 0.3).timed_out
        fork = box.fork()
        assert fork.exec("pwd; ls /work").out == "/tmp\na.sh\n"
        fork.close()
        assert box.exec("/bin/kill 1; touch /work/no").code == 143
        assert not box.on
        assert box.list("/work") == ["a.sh"]
    asked = fake_docker.read_text()
    for flag in (
        "'--network', 'none'", "'--cap-drop', 'ALL'", "'--read-only'", "'--pull', 'never'",
        "'no-new-privileges'", "'--pids-limit', '72'", "'--memory', '536870912'",
    ):  # fmt: skip
        assert flag in asked


def test_docker_says_what_is_missing(fake_docker: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PALESTRA_SANDBOX_IMAGE", "other:1")
    assert "docker pull other:1" in docker_backend.probe()[1]
    program = fake_docker.parent / "bin" / "docker"
    program.write_text("#!/bin/sh\necho 'Cannot connect to the Docker daemon' >&2\nexit 1\n")
    docker_backend.probe.cache_clear()
    assert "no daemon" in docker_backend.probe()[1]
    with pytest.raises(UsageError, match="no daemon"):
        open_sandbox("docker")
