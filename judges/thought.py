"""Where a reply's inline reasoning ends."""


def after_thought(reply: str) -> str:
    """A reply without the reasoning before </think>; one that is a JSON object may hold that tag inside a string."""
    return reply if reply.lstrip().startswith("{") else reply.rpartition("</think>")[2]
