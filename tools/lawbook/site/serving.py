"""The site served while somebody writes: a build that fails is a page that says so, until the fault is mended."""

from __future__ import annotations

import logging
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable
from functools import partial
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lawbook.site import conversion, later

log = logging.getLogger("mkdocs.plugins.lawbook")
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="2">
<title>The site cannot be built</title></head>
<body style="font: 1rem/1.5 sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem">
<h1>The site cannot be built</h1>
<pre style="white-space: pre-wrap">{message}</pre>
<p>This page goes when the fault is mended.</p>
<details><summary>Where it was met</summary><pre style="overflow: auto">{trace}</pre></details>
</body></html>
"""


class _Errors(logging.Handler):
    """Keeps what MkDocs logs as an error: its exceptions only say that there was one."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def serve(settings: Path, address: str) -> None:
    """Serve a site until interrupted. A build that fails, the first one too, is a page that says so.

    Arguments:
        settings: The mkdocs.yml.
        address: Where to listen, host:port.

    Raises:
        mkdocs.exceptions.ConfigurationError: The settings are wrong from the start.
        OSError: Nobody may listen there.
    """
    from mkdocs.commands.build import build
    from mkdocs.config import load_config
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.livereload import LiveReloadServer

    later.put_off(*conversion.LOADS)
    temporary = partial(tempfile.TemporaryDirectory, prefix="lawbook-")
    with temporary() as folder, temporary() as rest:

        def configured() -> MkDocsConfig:
            config = load_config(str(settings), site_dir=folder, dev_addr=address, strict=False)
            config.site_url = f"http://{config.dev_addr}{mounted(config)}"
            return config

        def rebuild() -> None:
            if lawbook is not None and lawbook.make_at_once():
                Path(rest, "to-do").write_text(str(time.monotonic_ns()), encoding="utf-8")  # watched
                return
            config = configured()
            build(config, serve_url=config.site_url)

        config = configured()
        lawbook: Any = config.plugins.get("lawbook")  # one object for all builds
        config.plugins.on_startup(command="serve", dirty=False)
        host, port = config.dev_addr
        path = urlsplit(config.site_url or "").path
        server = LiveReloadServer(rebuild, host, port, root=folder, mount_path=path, polling_interval=0.2)
        server.error_handler = lambda code: _page_of(Path(folder, f"{code}.html"))
        Guard(server)
        try:
            server.builder()
            for watched in (config.docs_dir, config.config_file_path, rest, *config.watch):
                server.watch(str(watched))
            server = config.plugins.on_serve(server, config=config, builder=rebuild)
            server.serve()  # type: ignore[no-untyped-call]
        except KeyboardInterrupt:
            log.info("Shutting down...")
        finally:
            server.shutdown()
            config.plugins.on_shutdown()


def mounted(config: Any) -> str:
    """The path of a site's address: it is served below the same one as it is published."""
    return "/" + urlsplit(config.site_url or "").path.strip("/") + "/" if config.site_url else "/"


def _page_of(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


class Guard:
    """Stands between a server of MkDocs and its builder.

    Arguments:
        server: The server, whose requests and builds go through the guard from now on.
    """

    def __init__(self, server: Any) -> None:
        self.fault: bytes | None = None
        self.build: Callable[..., None] = server.builder
        self.serve: Callable[..., Iterable[bytes]] = server.get_app()
        server.builder = self.builder
        server.set_app(self.request)

    def builder(self) -> None:
        """Build; whatever goes wrong becomes the page that every address then shows."""
        errors, mkdocs = _Errors(), logging.getLogger("mkdocs")
        mkdocs.addHandler(errors)
        try:
            self.build()
        except (Exception, SystemExit) as error:  # MkDocs ends a build with the latter
            message = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            message = "\n".join([*errors.messages, message])
            log.error("the site cannot be built: %s", message)
            trace = "".join(traceback.format_exception(error))
            self.fault = _PAGE.format(message=escape(message), trace=escape(trace)).encode()
        else:
            self.fault = None
        finally:
            mkdocs.removeHandler(errors)

    def request(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """The page that was asked for, or the one about the fault."""
        fault = self.fault
        if fault is None or environ["PATH_INFO"].startswith("/livereload/"):
            return self.serve(environ, start_response)
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")])
        return [fault]
