"""How many tokens a text has, about, without a tokeniser."""


def estimated(text: str) -> float:
    """Tokens by DeepSeek's rule of thumb (its API documentation, "Token & Token Usage"): 0.3 a character of ASCII, 0.6
    any other."""
    if text.isascii():
        return len(text) * 0.3
    plain = len(text.encode("ascii", "ignore"))
    return plain * 0.3 + (len(text) - plain) * 0.6
