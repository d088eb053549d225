"""The kill harness on a small service of our own: an HTTP server with two children."""

from __future__ import annotations

import signal
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.instruments.killer import (
    NotReady,
    Service,
    children_of,
    free_port,
    living,
    random_kills,
    wait_gone,
)

pytestmark = pytest.mark.kill

SERVICE = textwrap.dedent(
    """
    import http.server, os, signal, subprocess, sys, time

    # One child ends when its parent does; the other, with "clingy", stays.
    # Its parent's id is given, not asked for: the parent may be dead before the child has started to run.
    loyal = f"import os, time\\nwhile os.getppid() == {os.getpid()}: time.sleep(0.02)"
    clingy = "import time; time.sleep(60)"
    subprocess.Popen([sys.executable, "-c", clingy if "clingy" in sys.argv else loyal])
    if "leaver" in sys.argv:
        subprocess.Popen([sys.executable, "-c", clingy], start_new_session=True)
    if "broken" in sys.argv:
        sys.exit("cannot open the index")
    if "stubborn" in sys.argv:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)

    class Ready(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(str(os.getpid()).encode())

    if "silent" in sys.argv:
        time.sleep(60)
    print("listening", flush=True)
    http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Ready).serve_forever()
    """
)


def a_service(folder: Path, *flags: str, ready_timeout_s: float = 20.0) -> Service:
    port = free_port()
    return Service(
        [sys.executable, "-c", SERVICE, str(port), *flags],
        ready_url=f"http://127.0.0.1:{port}/",
        log=folder / "service.log",
        ready_timeout_s=ready_timeout_s,
    )


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with a_service(tmp_path) as running:
        yield running


def test_a_service_is_ready_after_start_and_leads_its_own_group(service: Service) -> None:
    assert service.running
    assert "listening" in service.log_tail()
    assert [each.ppid() for each in service.children()] == [service.pid]
    assert service.start_s > 0


def test_killing_the_group_leaves_nothing(service: Service) -> None:
    before = children_of(service.pid)
    assert service.kill_group() == []
    assert living(before) == []
    assert service.exit_status == -signal.SIGKILL


def test_killing_the_parent_alone_leaves_children_that_may_end_by_themselves(service: Service) -> None:
    orphans = service.kill_parent()
    assert not service.running
    assert wait_gone(orphans) == []


def test_a_restart_takes_the_same_port_and_appends_to_the_log(service: Service) -> None:
    first = service.pid
    service.kill_group()
    assert service.restart() > 0
    assert service.pid != first
    assert service.starts == 2
    assert service.log_tail().count("listening") == 2


def test_stop_is_a_polite_end(service: Service) -> None:
    assert service.stop() == -signal.SIGTERM


def test_a_service_that_ignores_sigterm_is_an_error(tmp_path: Path) -> None:
    with a_service(tmp_path, "stubborn") as stubborn, pytest.raises(AssertionError, match="still running"):
        stubborn.stop(timeout_s=0.2)


def test_a_service_that_ends_early_shows_its_log(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="cannot open the index"), a_service(tmp_path, "broken"):
        pass


def test_a_service_that_never_gets_ready_is_ended(tmp_path: Path) -> None:
    silent = a_service(tmp_path, "silent", ready_timeout_s=0.5)
    with pytest.raises(NotReady, match="not ready after"), silent:
        pass
    assert not silent.running
    assert not psutil.pid_exists(silent.pid)


def test_leaving_the_block_ends_children_that_left_the_group(tmp_path: Path) -> None:
    with a_service(tmp_path, "leaver") as service:
        children = service.children()
        left = service.kill_group()
        assert len(children) == 2
        assert len(left) == 1
    assert living(children) == []


def test_random_kills_bring_the_service_back_each_time(service: Service) -> None:
    kills = list(random_kills(service, times=6, seed=3, after_s=(0.0, 0.1), while_starting=0.5))
    assert [each.n for each in kills] == [1, 2, 3, 4, 5, 6]
    assert {each.whom for each in kills} == {"group", "parent"}
    assert {each.again_while_starting for each in kills} == {True, False}
    assert not any(each.orphans_left for each in kills)
    assert service.running


def test_the_same_seed_kills_at_the_same_moments(tmp_path: Path) -> None:
    plans = []
    for _ in range(2):
        with a_service(tmp_path) as service:
            kills = random_kills(service, times=3, seed=11, after_s=(0.0, 0.05))
            plans.append([(each.whom, each.after_s) for each in kills])
    assert plans[0] == plans[1]


def test_orphans_that_stay_too_long_are_reported_and_ended(tmp_path: Path) -> None:
    with a_service(tmp_path, "clingy") as service:
        children = service.children()
        kills = random_kills(service, times=1, seed=1, after_s=(0, 0), whom="parent", orphans_timeout_s=0.2)
        (kill,) = list(kills)
        assert len(kill.orphans_left) == 1
        assert "time.sleep(60)" in kill.orphans_left[0]
        assert wait_gone(children) == []


def test_wait_gone_watches_paths_and_ids_too(service: Service, tmp_path: Path) -> None:
    marker = tmp_path / "lock"
    marker.touch()
    assert wait_gone([marker], timeout_s=0.05) == [marker]
    marker.unlink()
    assert wait_gone([marker], timeout_s=0.05) == []
    pid, started = service.pid, time.monotonic()
    assert wait_gone([pid], timeout_s=0.1) == [pid]
    assert time.monotonic() - started >= 0.1
    service.kill_group()
    assert wait_gone([pid]) == []
