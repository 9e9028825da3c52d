"""The commands of `curate`: thin layers of options over the library, a module for each group of them."""
