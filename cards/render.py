"""Templates: jinja2 with every name strict, and the filters that all cards share."""

from pathlib import Path
from typing import Any

import jinja2

from cards.markdown import cell, code, decimals, fenced, many, percent, plain, quoted, share, table, without_comments

TEMPLATES = Path(__file__).parent / "templates"
FILTERS = (cell, code, decimals, fenced, many, percent, plain, quoted, share)


def render(template: str, /, **values: Any) -> str:
    """A template filled in. Raises jinja2.UndefinedError for a name that it uses and `values` has not.

    No value opens an HTML comment, so that the place of the notes is the template's alone; in an .svg all are escaped.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=template.endswith(".svg.j2"),
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: without_comments(value) if isinstance(value, str) else value,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update({filter.__name__: filter for filter in FILTERS})
    environment.globals["table"] = table
    return environment.get_template(template).render(**values)
