"""A page as one file: template, styles and scripts in it, nothing from elsewhere, everything shown escaped.

    page("report", facts=...)  ->  "<!doctype html>..."

The page's content security policy lets nothing be loaded, and no script run but the page's own, named by their hashes:
text of a trace would stay text even where an escape was forgotten.
"""

import base64
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from cards.words import words

TEMPLATES = Path(__file__).parent / "templates"
_EN, _ZH = words("en"), words("zh")


def page(name: str, /, *, styles: Iterable[str] = (), scripts: Iterable[str] = (), **values: Any) -> str:
    """`<name>.html.j2`, which extends base.html.j2, filled in with `values`, `title` among them.

    styles, scripts: files beside the templates, after base.css and base.js. Raises jinja2.UndefinedError for a value
    that the template asks for and is not given."""
    files = {"styles": ["base.css", *styles], "scripts": ["base.js", *scripts]}
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(t=both, said=said, policy=_policy(files["scripts"]), inline=_inline)
    return environment.get_template(f"{name}.html.j2").render(**files, **values)


def both(english: object, chinese: object) -> Markup:
    """A text in either language, of which the page shows one."""
    return Markup('<span class="en" lang="en">{}</span><span class="zh" lang="zh">{}</span>').format(english, chinese)


def said(code: str, otherwise: str = "") -> Markup:
    """What a code is called (cards.words) in either language; otherwise: the words for one that has none."""
    english, chinese = _EN(code, otherwise), _ZH(code, otherwise)
    return escape(english) if english == chinese else both(english, chinese)


def _policy(scripts: Iterable[str]) -> str:
    hashes = " ".join(f"'sha256-{_hash(name)}'" for name in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )


def _hash(name: str) -> str:
    return base64.b64encode(hashlib.sha256(_inline(name).encode()).digest()).decode()


def _inline(name: str) -> Markup:
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))
