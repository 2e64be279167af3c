"""How Sphinx makes a site of these pages; `make docs` builds it, and a warning ends the build.

The pages are written for whoever reads them in the repository: Markdown with relative links, which lead out of this
folder too. So the source is the whole repository, of which only pages are read; a link to another file of it becomes a
download. What such a page cannot say without looking odd there is done here.
"""

import re
from typing import Any, Final

from sphinx.application import Sphinx

project = "recon"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "docs/index"
include_patterns = ["docs/**", "CHANGELOG.md", "CONTRIBUTING.md"]
exclude_patterns = [".*"]  # not even walked through

html_theme = "furo"
html_title = "recon"
html_static_path = ["_static"]
html_css_files = ["recon.css"]
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
html_use_index = False  # the search finds it
html_domain_indices = False

myst_heading_anchors = 4

autodoc_default_options = {"exclude-members": "model_config"}
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
add_module_names = False
napoleon_use_ivar = True  # a list of attributes, without types
napoleon_attr_annotations = False
python_maximum_signature_line_length = 88
# A docstring's single backticks are code, and a link where they name something that is documented.
default_role = "py:obj"
# Every type of ours that a page shows is documented; others have their documentation elsewhere.
nitpicky = True
nitpick_ignore_regex = [("py:obj", ".*"), ("py:(class|exc)", r"(?!reconciliation\.).*")]

_SECTION: Final = re.compile(r"^## (.+)\n([^#]*)", re.MULTILINE)
_PAGE: Final = re.compile(r"^- \[[^\]]+\]\((\S+)\.md\)", re.MULTILINE)


def setup(app: Sphinx) -> None:
    """Let the index make the menu, and docstrings be read as they are meant."""
    app.connect("source-read", _add_menu)
    app.connect("autodoc-process-docstring", _without_type, priority=400)  # before napoleon, at 500


def _add_menu(app: Sphinx, name: str, content: list[str]) -> None:
    """Make a table of contents of each section of the index; a page that is in none is a warning."""
    if name != app.config.root_doc:
        return
    for caption, text in _SECTION.findall(content[0]):
        pages = "\n".join(_PAGE.findall(text))
        content[0] += f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{pages}\n```\n"


def _without_type(_app: Sphinx, what: str, _name: str, _thing: object, _options: Any, lines: list[str]) -> None:
    """Keep the words before a colon: napoleon takes them for the type of an attribute, which its annotation tells."""
    if what in {"attribute", "data", "property"} and lines:
        lines[0] = f":{lines[0]}"
