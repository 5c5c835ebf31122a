"""One style sheet for every page: a phone waits for each file before it draws."""

from __future__ import annotations

from collections.abc import Sequence

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files


def bundle(files: Files, sheets: Sequence[str], config: MkDocsConfig) -> None:
    """Put the style sheets of the book, in their order, into the first of them.

    Raises:
        PluginError: `extra_css` names a file that is not there.
    """
    texts = []
    for sheet in sheets:
        file = files.get_file_from_path(sheet)
        if file is None:
            raise PluginError(f"mkdocs.yml: found {sheet!r} in extra_css, expected a file below docs/")
        texts.append(file.content_string.strip())
        files.remove(file)
    files.append(File.generated(config, sheets[0], content="\n\n".join(texts) + "\n"))
