"""The two rounds, pure: text in, Verdict out. No sockets, no files, nothing of ours imported.

Round one, `judges.answers`, says whether an answer is right. Round two, `judges.reasoning`, says whether the
reasoning is good. Both say None, with a reason, when they cannot tell.
"""

from judges.verdict import REASONS, Score, Verdict

__all__ = ["REASONS", "Score", "Verdict"]
