"""How messages become the text that is trained on."""
