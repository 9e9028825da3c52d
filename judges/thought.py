"""What a judge's reply says: behind its inline reasoning, and in one line."""


def after_thought(reply: str) -> str:
    """A reply without the reasoning before </think>; one that is JSON, fenced or bare, may hold that tag in a text."""
    return reply if reply.lstrip().startswith(("{", "[", "```")) else reply.rpartition("</think>")[2]


def one_line(text: object) -> str:
    """A text in one line. An escape such as \\ud83d alone is half a character."""
    return whole(" ".join(str(text).split()))


def whole(text: str) -> str:
    """A text whose half characters, which no file can hold, are question marks."""
    return text if text.isascii() else text.encode(errors="replace").decode()
