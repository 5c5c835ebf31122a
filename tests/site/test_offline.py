"""A site to be read from a folder: links to files, fonts within the style sheets, no search."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from lawbook.site import links
from lawbook.site.offline import make_offline

PAGE = """<!doctype html>
<html lang="en"><head>
<link rel="preload" href="../../assets/lawbook/a.woff2" as="font" type="font/woff2" crossorigin>
<link rel="stylesheet" href="../../assets/lawbook.css"></head>
<body id="top"><a href="../../">home</a> <a href="../b/#x">b</a> <a href="../b">b</a> <a href="#top">here</a> <a href=".">a</a>
<a href="../../api/index.json">data</a> <a href="https://x.org/laws/b/">elsewhere</a>
<code>&lt;a href="../b/"&gt;</code></body></html>
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("index.html", "laws/a/index.html", "laws/b/index.html"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text('<html lang="en"><b id="x"></b></html>')
    (tmp_path / "laws/a/index.html").write_text(PAGE)
    (tmp_path / "assets/lawbook").mkdir(parents=True)
    (tmp_path / "assets/lawbook/a.woff2").write_bytes(b"font")
    (tmp_path / "assets/lawbook.css").write_text(
        '@font-face { src: url("lawbook/a.woff2") } b { background: url(x.svg) }'
    )
    (tmp_path / "api").mkdir()
    (tmp_path / "api/index.json").write_text("[]")
    return tmp_path


def test_links_lead_to_files_and_nothing_else_changes(folder: Path) -> None:
    assert make_offline(folder) == 4
    text = (folder / "laws/a/index.html").read_text()
    for link in (
        "../../index.html",
        "../b/index.html#x",
        "../b/index.html",
        "./index.html",
        "#top",
        "https://x.org/laws/b/",
    ):
        assert f'href="{link}"' in text
    assert '<code>&lt;a href="../b/"&gt;</code>' in text
    assert "preload" not in text
    assert links.dead(folder) == []


def test_fonts_stand_in_the_style_sheet(folder: Path) -> None:
    make_offline(folder)
    style = (folder / "assets/lawbook.css").read_text()
    assert 'url("data:font/woff2;base64,Zm9udA==")' in style
    assert "url(x.svg)" in style
    assert "[data-lb-offline]" in style


def test_no_link_of_the_site_leads_to_a_folder(site: Path, tmp_path: Path) -> None:
    made = tmp_path / "offline"
    shutil.copytree(site, made)
    make_offline(made)
    assert links.dead(made) == []
    for path in made.rglob("*.html"):
        if path.name != "404.html":
            for kind, value in links._attributes(path.read_text(encoding="utf-8")):
                local = kind == "href" and ":" not in value and value.partition("#")[0]
                assert not local or (path.parent / value.partition("#")[0].partition("?")[0]).is_file(), (path, value)
