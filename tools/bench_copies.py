"""A large knowledge base of real entries: copies under other names, with their notebooks, runs and confirmed seeds.

`python tools/bench_copies.py 1000 FOLDER` writes one of 1,000 entries. Copies of a miniature would hide what formulas,
charts, relations and figures cost.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import count, product
from pathlib import Path
from string import ascii_lowercase

from lawbook.evidence import confirmation, confirmed_file, store
from lawbook.evidence.keys import prediction_key, run_key
from lawbook.evidence.record import digest
from lawbook.reference.catalog import Catalog, load

REPO = Path(__file__).resolve().parents[1]
SHARED = ("references", "notebooks", "docs", "mkdocs.yml", "requirements.lock")


def rich(size: int, folder: Path, book: Path = REPO) -> Path:
    """Write a knowledge base of at least as many entries as `book` has: those of `book`, then copies of them.

    A copy cites and relates to the copies made with it, and to an original where there is none. Its runs and seeds are
    current if those of the original are.

    Arguments:
        size: How many entries there are in all.
        folder: A new folder.
        book: The root of the originals.

    Returns:
        `folder`, the root of the copies.
    """
    original = load(book)[0]
    for name in SHARED:
        if (book / name).is_dir():
            shutil.copytree(book / name, folder / name)
        elif (book / name).is_file():
            shutil.copy(book / name, folder / name)
    papers = sorted(original.entries)
    groups = _groups(papers, size - len(papers))
    for made in groups:
        _copy_files(original, made, folder)
    copies = load(folder)[0]
    for made in ({paper: paper for paper in papers}, *groups):
        for old, new in made.items():
            _copy_seeds(original, old, copies, new)
            for path in sorted((book / "build" / "runs" / old).glob("*.ipynb")):
                _copy_run(_renaming(made)(path.read_text(encoding="utf-8")), copies, new)
    return folder


def _groups(papers: Sequence[str], size: int) -> list[dict[str, str]]:
    """New names of the papers, of all of them again and again until there are `size`."""
    endings = ("".join(letters) for length in count(1) for letters in product(ascii_lowercase, repeat=length))
    made = []
    for start in range(0, size, len(papers)):
        ending = next(endings)
        made.append({paper: f"{paper}x{ending}" for paper in papers[: size - start]})
    return made


def _renaming(made: Mapping[str, str]) -> Callable[[str], str]:
    names = re.compile(rf"\b(?:{'|'.join(map(re.escape, made))})\b")
    return lambda text: names.sub(lambda found: made[found[0]], text)


def _copy_files(original: Catalog, made: Mapping[str, str], folder: Path) -> None:
    """Write entries and notebooks under their new names, and what the shared files say of them."""
    renamed = _renaming(made)
    for old, new in made.items():
        family = original.family_of[old]
        for path in (Path("references", family, f"{old}.yml"), Path("notebooks", family, f"{old}.py")):
            text = (original.root / path).read_text(encoding="utf-8")
            (folder / path).with_stem(new).write_text(renamed(text), encoding="utf-8")
    for name, start in (("papers.bib", r"@\w+\{(\w+),"), ("instruments.yml", r"(\w+)/[\w-]+:")):
        text = (original.root / "references" / name).read_text(encoding="utf-8")
        blocks = re.split(rf"^(?={start})", text, flags=re.MULTILINE)[1:]  # what stands before, then id and block
        mine = [renamed(block) for paper, block in zip(blocks[::2], blocks[1::2], strict=True) if paper in made]
        with (folder / "references" / name).open("a", encoding="utf-8") as file:
            file.writelines(mine)


def _copy_seeds(original: Catalog, old: str, copies: Catalog, new: str) -> None:
    """Write what the seeds of a paper gave as that of its copy, whose fingerprint draws others."""
    found = confirmation.read(original, old)
    if found is not None:
        fingerprint = prediction_key(copies, new)
        seeds = confirmation.seeds_of(fingerprint, len(found.seeds))
        text = confirmed_file.as_text(replace(found, paper=new, fingerprint=fingerprint, seeds=seeds))
        confirmation.path_of(copies, new).write_text(text, encoding="utf-8")


def _copy_run(executed: str, copies: Catalog, new: str) -> None:
    """Write an executed notebook, its names changed, as that of the copy."""
    data = json.loads(executed)
    about = data["metadata"][store.METADATA]
    about["key"] = run_key(copies, new, about["scale"], about["seed"])
    about["source"] = digest(copies.notebook(new).read_text(encoding="utf-8"))
    about["records"] = [digest(record) for record in store.records_of(data)]
    target = store.run_path(copies.root, new, about["scale"], about["seed"])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(store.as_text(data), encoding="utf-8")


if __name__ == "__main__":
    print(rich(int(sys.argv[1]), Path(sys.argv[2])))
