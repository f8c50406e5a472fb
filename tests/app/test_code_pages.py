"""The pages of code that only the start needed."""

import subprocess
import sys
from pathlib import Path

import pytest

from app import code_pages
from app.code_pages import as_in_their_files, give_back

SMAPS = """\
55d0c0000000-55d0c0002000 r--p 00000000 08:01 1 /usr/lib/a library.so
Rss:                  8 kB
Pss:                  8 kB
Anonymous:            0 kB
Swap:                 0 kB
SwapPss:              0 kB
55d0c0002000-55d0c0004000 r-xp 00002000 08:01 1 /usr/lib/a library.so
Rss:                  8 kB
Pss:                  8 kB
Anonymous:            0 kB
Swap:                 0 kB
SwapPss:              0 kB
55d0c0004000-55d0c0005000 r--p 00004000 08:01 1 /usr/lib/a library.so
Rss:                  4 kB
Pss:                  4 kB
Anonymous:            4 kB
Swap:                 0 kB
SwapPss:              0 kB
55d0c0005000-55d0c0006000 rw-p 00005000 08:01 1 /usr/lib/a library.so
Rss:                  4 kB
Pss:                  4 kB
Anonymous:            0 kB
Swap:                 0 kB
SwapPss:              0 kB
55d0c0006000-55d0c0008000 r--s 00000000 08:01 2 /data/pointsman.db-shm
Rss:                  8 kB
Pss:                  8 kB
Anonymous:            0 kB
Swap:                 0 kB
SwapPss:              0 kB
7f0000000000-7f0000001000 r--p 00000000 00:00 0
Rss:                  4 kB
Pss:                  4 kB
Anonymous:            0 kB
Swap:                 0 kB
SwapPss:              0 kB
7f0000001000-7f0000002000 r-xp 00000000 00:00 0                          [vdso]
Rss:                  4 kB
Pss:                  4 kB
Anonymous:            0 kB
Swap:                 0 kB
SwapPss:              0 kB
7f0000002000-7f0000003000 r-xp 00000000 08:01 3                          /usr/lib64/another.so
Rss:                  4 kB
Pss:                  4 kB
Anonymous:            0 kB
Swap:                 0 kB
SwapPss:              0 kB
7f0000003000-7f0000005000 r--p 00001000 08:01 3                          /usr/lib64/another.so
Rss:                  4 kB
Pss:                  4 kB
Anonymous:            0 kB
Swap:                 4 kB
SwapPss:              4 kB
7f0000005000-7f0000006000 r--p 00003000 08:01 3                          /usr/lib64/another.so
Rss:                  0 kB
Pss:                  0 kB
Anonymous:            0 kB
Swap:                 0 kB
SwapPss:              0 kB
"""
"""A part that was changed by the loader, one of which that is in swap, and one of which nothing is in memory."""

GIVES_BACK = """
import json, re, sqlite3, ssl
import numpy
import onnxruntime
from pathlib import Path
from app.code_pages import give_back

def resident(what):
    return int(re.search(rf"^{what}: +([0-9]+)", Path("/proc/self/smaps_rollup").read_text(), re.M)[1])

before, own = resident("Pss_File"), resident("Anonymous")
give_back()
after = resident("Pss_File")
assert resident("Anonymous") >= own, "what is in no file was taken"
assert json.loads("[1]") == [1] and re.match("a+", "aa")
assert sqlite3.connect(":memory:").execute("select 1").fetchone() == (1,)
assert (numpy.ones((3, 3)) @ numpy.ones((3, 3))).sum() == 27
ssl.create_default_context()
print(after / before)
"""


def test_only_what_is_as_in_its_file_is_given_back() -> None:
    library = [(0x55D0C0000000, 0x55D0C0002000), (0x55D0C0002000, 0x55D0C0004000)]
    assert list(as_in_their_files(SMAPS)) == [*library, (0x7F0000002000, 0x7F0000003000)]
    assert list(as_in_their_files(SMAPS, Path("/usr/lib"))) == library


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux takes them back")
def test_code_that_was_given_back_runs_when_it_is_wanted() -> None:
    done = subprocess.run([sys.executable, "-c", GIVES_BACK], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 0.5


def test_a_system_that_does_not_say_what_is_in_memory_keeps_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(code_pages, "_SMAPS", tmp_path)  # a folder: it cannot be read
    give_back()
