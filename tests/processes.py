"""The processes of this machine, as `ps` lists them."""

import subprocess


def processes(number: str = "pid") -> list[tuple[int, str]]:
    """Each with its number, or that of its group (`pgid`), and its command line."""
    listed = subprocess.run(["ps", "-ww", "-eo", f"{number}=,args="], capture_output=True, text=True, check=True).stdout
    return [(int(found), arguments) for found, arguments in (line.split(maxsplit=1) for line in listed.splitlines())]
