"""Several processes that open a journal which none has made yet."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[3]
OPEN = """
import sys
from pathlib import Path
from curate.chat.journal import Journal
from curate.errors import UserError

print("ready", flush=True)
for path in sys.stdin:
    try:
        Journal(Path(path.strip())).close()
        print("opened", flush=True)
    except UserError as error:
        print(str(error).splitlines()[0].rpartition("'")[2], flush=True)
"""


def test_a_new_journal_is_made_once_and_opened_by_all_who_come_together(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OPEN]
    several = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    found = Counter[str]()
    for number in range(-1, 60):  # the first answer of each is that it is ready
        for process in several:
            assert process.stdin is not None
            if number >= 0:
                process.stdin.write(f"{tmp_path / str(number)}\n")
                process.stdin.flush()
        for process in several:
            assert process.stdout is not None
            found[process.stdout.readline().strip()] += 1
    for process in several:
        process.communicate()
    assert found == {"ready": 4, "opened": 240}
