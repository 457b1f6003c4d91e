"""The watchman interrupts what is late while it runs, and nothing else."""

from __future__ import annotations

import threading
import time

from queries.watchman import EVERY_SECONDS, Watchman


class Connection:
    """Remembers whether somebody interrupted it."""

    def __init__(self) -> None:
        self.interrupted = threading.Event()

    def interrupt(self) -> None:
        self.interrupted.set()


def test_what_takes_too_long_is_interrupted_once():
    connection, watchman = Connection(), Watchman()
    with watchman.watching(connection, 0.01):
        assert connection.interrupted.wait(20 * EVERY_SECONDS)
        connection.interrupted.clear()
        assert not connection.interrupted.wait(3 * EVERY_SECONDS)


def test_what_ended_in_time_is_left_alone():
    quick, slow, watchman = Connection(), Connection(), Watchman()
    with watchman.watching(quick, 0.01):
        pass
    with watchman.watching(slow, 60):
        time.sleep(3 * EVERY_SECONDS)
    assert not quick.interrupted.is_set()
    assert not slow.interrupted.is_set()


def test_it_wakes_up_again_after_a_rest():
    watchman = Watchman()
    for _ in range(2):
        connection = Connection()
        with watchman.watching(connection, 0.01):
            assert connection.interrupted.wait(20 * EVERY_SECONDS)
        time.sleep(3 * EVERY_SECONDS)


def test_of_several_only_the_late_one_is_interrupted():
    late, early, watchman = Connection(), Connection(), Watchman()
    with watchman.watching(early, 60), watchman.watching(late, 0.01):
        assert late.interrupted.wait(20 * EVERY_SECONDS)
    assert not early.interrupted.is_set()
