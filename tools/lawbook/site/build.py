"""Build the site, serve it, or write it out for another generator."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lawbook.evidence.record import Evidence
from lawbook.files import ensure_own_build
from lawbook.reference.catalog import Catalog
from lawbook.site import content, conversion, later, links, serving
from lawbook.site.folder import write_folder
from lawbook.site.offline import make_offline
from lawbook.site.pages import Book
from lawbook.site.portable import portable, published
from lawbook.site.swap import replacing

log = logging.getLogger("mkdocs.plugins.lawbook")


def build(
    root: Path, *, strict: bool = True, out: Path | None = None, site_url: str | None = None, offline: bool = False
) -> Path:
    """Build the site of the book at `root` into build/site, or `out`, whose former content stands until then.

    Arguments:
        root: The root of the book.
        strict: Whether a warning is a problem, and a link that leads nowhere.
        out: The folder to build into.
        site_url: The address where it will be served, in the place of the one in mkdocs.yml.
        offline: Whether it is to be read from the folder, without a server.

    Returns:
        The folder.

    Raises:
        mkdocs.exceptions.Abort: There is a problem; the folder is as it was.
        OSError: It cannot be written to, or another build is at work on it.
    """
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")
    from mkdocs.commands.build import build as mkdocs_build
    from mkdocs.config import load_config
    from mkdocs.exceptions import Abort

    later.put_off(*conversion.LOADS)
    ensure_own_build(root)
    _show_warnings()
    options: dict[str, object] = {"strict": strict}
    if site_url is not None:
        options["site_url"] = site_url
    config = load_config(str(root / "mkdocs.yml"), **options)  # type: ignore[arg-type]
    site = Path(config.site_dir) if out is None else out.absolute()
    with replacing(site) as new:
        config.site_dir = str(new)
        config.plugins.on_startup(command="build", dirty=False)
        try:
            mkdocs_build(config)
        finally:
            config.plugins.on_shutdown()
        if offline:
            make_offline(new)
        dead = links.dead(new)
        for link in dead:
            log.error("%s", link) if strict else log.warning("%s", link)
        if dead and strict:
            raise Abort(f"Aborted with {len(dead)} link{'s that lead' if len(dead) != 1 else ' that leads'} nowhere")
    return site


def _show_warnings() -> None:
    """MkDocs only prints what it logs when started from its own command line."""
    logger = logging.getLogger("mkdocs")
    if not logger.hasHandlers():
        handler = logging.StreamHandler()
        handler.setLevel(logging.WARNING)
        handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
        logger.addHandler(handler)


def serve(root: Path, address: str = "127.0.0.1:8000") -> None:
    """Serve the site with live reload until interrupted; a build that fails is a page that says so."""
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")
    ensure_own_build(root)
    serving.serve(root / "mkdocs.yml", address)


@dataclass(frozen=True)
class Written:
    """How many files a folder of pages has, how many were written anew, and which links lead nowhere."""

    files: int
    changed: int
    dead: tuple[str, ...]


def write_pages(catalog: Catalog, evidence: Mapping[str, Evidence], out: Path) -> Written:
    """Make `out` hold the whole book for another generator. Raises as `folder.write_folder` does."""
    where = published((catalog.root / "mkdocs.yml").read_text(encoding="utf-8"))
    book = Book(catalog, evidence, content.charts_of(catalog.root), published=where)
    made = content.content(book)
    files = portable(book, made)
    return Written(len(files), write_folder(out, files), made.dead)
