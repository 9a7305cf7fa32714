"""The program under test where a sanitizer watches it: it is slower and larger, and what it finds fails the test.

Findings go to files. On stderr one could be missed: a test may kill the program, or expect that it fails.
"""
import os
import pathlib

from harness.paths import PROGRAM, ROOT

# By the preset that it was built with (scripts/build).
NAME = {"asan": "AddressSanitizer", "tsan": "ThreadSanitizer"}.get(PROGRAM.parent.name)
# How many times as long as the release program it may take, on a machine that has more to do.
SLOWNESS = 10 if NAME else 1


class Findings:
    """What programs find that are started from now on. Options that the caller's environment has win over ours."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        # A program that ended with the finding's code didn't do what the test asks, so it says so as early as it can.
        options = f"log_path={folder}/report:halt_on_error=1:exitcode=66"
        self._add("ASAN_OPTIONS", options)
        self._add("UBSAN_OPTIONS", f"{options}:print_stacktrace=1")
        # A std::thread can't be leaked: its destructor ends the program. What TSan takes for leaks are the threads that are
        # at work when a second signal ends the program at once.
        self._add("TSAN_OPTIONS", f"{options}:second_deadlock_stack=1:report_thread_leaks=0"
                                  f":suppressions={ROOT}/scripts/tsan.supp")

    def _add(self, variable: str, options: str) -> None:
        os.environ[variable] = ":".join([options, *filter(None, [os.environ.get(variable)])])

    def take(self) -> str:
        """All that there is since it was last asked."""
        reports = sorted(self.folder.iterdir())
        text = "\n".join(report.read_text(encoding="utf-8", errors="replace") for report in reports)
        for report in reports:
            report.unlink()
        return text
