"""How much resident memory a run of the program had."""
import pathlib
import re
import time

import pytest

from harness import sanitizer
from harness.program import DONE, finish, start_pg2athena

MIB = 1 << 20


def highest_memory(process) -> int:
    """Waits for the program's end; the most resident memory that it had, in bytes.

    Skips the test where a sanitizer has memory of its own; once it has seen the run.
    """
    if sanitizer.NAME:
        finish(process, 60)
        pytest.skip(f"{sanitizer.NAME} takes more memory than the program does")
    # Not ru_maxrss: a child's begins with its parent's memory at the fork, and pytest is larger than our program. The
    # kernel's high-water mark only grows, so nothing of it is lost between two looks but what comes in the very end.
    status = pathlib.Path(f"/proc/{process.pid}/status")
    peak = 0
    while process.poll() is None:
        if (mark := re.search(r"VmHWM:\s*(\d+) kB", status.read_text())) and "pg2athena" in status.read_text():
            peak = max(peak, int(mark.group(1)) * 1024)
        time.sleep(0.002)
    return peak


def peak_memory(*arguments, env=None, timeout: float = 10) -> int:
    """Runs the program, which has to succeed; the most resident memory that it had, in bytes."""
    process = start_pg2athena(*arguments, env=env)
    peak = highest_memory(process)
    result = finish(process, timeout)
    assert result.returncode == DONE, result.stderr
    return peak
