"""What has to be fast, measured: `make bench`. Nothing here asserts; the numbers are for people.

CPU seconds are of the process and its children. Run it on an idle machine; notebooks run cold, without any cache.
`python tools/bench.py check edit` takes these parts alone. What each part gave last stands in docs/speed.json, which a
page of the site shows.
"""

from __future__ import annotations

import bisect
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import bench_copies
import bench_sites
from lawbook.evidence.execute import Job, commit_of, execute
from lawbook.evidence.keys import run_key
from lawbook.files import write_atomically
from lawbook.reference import kept
from lawbook.reference.catalog import load
from lawbook.site import search, search_index, speed

REPO = Path(__file__).resolve().parents[1]
TINY = REPO / "tests" / "tinybook"
PYTHON = sys.executable


def cpu_of(command: list[str], cwd: Path = REPO) -> float:
    """CPU seconds that a command takes, its children too."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=cwd, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


rows: list[dict[str, str]] = []


def row(what: str, value: str, bar: str = "") -> None:
    """Print a line of the report, and keep it."""
    rows.append({"what": what, "value": value, "to-reach": bar})
    print(f"{what:<64} {value:>24}  {bar}", flush=True)


def product() -> float:
    """CPU seconds of a product of two 1500 × 1500 matrices, the best of five: what a second is worth here."""
    import numpy as np

    a, times = np.random.default_rng(0).standard_normal((1500, 1500)), []
    for _ in range(5):
        started = time.process_time()
        a @ a
        times.append(time.process_time() - started)
    return min(times)


def generated(count: int, folder: Path) -> Path:
    """A knowledge base of `count` entries, copies of the miniature's first under other names."""
    root = folder / f"generated-{count}"
    shutil.copytree(TINY, root, ignore=shutil.ignore_patterns("build", "broken"))
    entry = (root / "references/scaling/halving2001.yml").read_text(encoding="utf-8")
    entry = entry.replace("type: explains", "type: related")
    notebook = (root / "notebooks/scaling/halving2001.py").read_text(encoding="utf-8")
    records = []
    for i in range(count):
        name = f"gen{2000 + i % 50}" + "".join(chr(97 + (i // 50 // 26**k) % 26) for k in range(3))
        (root / f"references/scaling/{name}.yml").write_text(entry.replace("halving2001", name), encoding="utf-8")
        (root / f"notebooks/scaling/{name}.py").write_text(notebook, encoding="utf-8")
        records.append(f"@misc{{{name}, author={{Gen, A. and Other, B.}}, title={{Paper {name}}}, year={{2001}}}}\n")
    with (root / "references/papers.bib").open("a", encoding="utf-8") as file:
        file.writelines(records)
    return root


@contextmanager
def a_cache_of_its_own(folder: Path) -> Iterator[None]:
    """Nothing is kept of a former run of the benchmark."""
    before = os.environ.get(kept.VARIABLE)
    os.environ[kept.VARIABLE] = str(folder / "cache")
    try:
        yield
    finally:
        os.environ.pop(kept.VARIABLE)
        if before is not None:
            os.environ[kept.VARIABLE] = before


def start_up() -> None:
    """Import and help."""
    script = str(Path(PYTHON).with_name("lawbook"))
    for what, command, bar in (
        ("import lawbook", [PYTHON, "-c", "import lawbook"], "≤ 0.2 s"),
        ("lawbook --help", [script, "--help"], "≤ 0.5 s"),
    ):
        times = []
        for _ in range(5):
            started = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            times.append(time.perf_counter() - started)
        row(what, f"{statistics.median(times):.3f} s", bar)


def checks(folder: Path) -> None:
    """`check` at growing size."""
    script = str(Path(PYTHON).with_name("lawbook"))
    base = cpu_of([script, "check"], generated(0, folder))
    for count in (100, 1000, 10_000):
        used = cpu_of([script, "check"], generated(count, folder))
        row(
            f"check, {count} generated entries, beyond start-up",
            f"{(used - base) / count * 1e3:.2f} ms an entry",
            "≤ 1 ms CPU",
        )


def rich_checks(folder: Path) -> None:
    """`check` of real entries and their copies, which the miniature's are no measure of."""
    script = str(Path(PYTHON).with_name("lawbook"))
    book = folder / "book"  # without runs: nothing of them is read
    shutil.copytree(
        REPO, book, ignore=lambda at, names: set(names) - set(bench_copies.SHARED) if Path(at) == REPO else ()
    )
    with a_cache_of_its_own(folder):
        empty = generated(0, folder / "start-up")
        start_ups = [cpu_of([script, "check"], empty) for _ in range(2)]
        for count in (len(list(book.glob("notebooks/*/*.py"))), 1000):
            root = bench_copies.rich(count, folder / f"rich-{count}", book)
            for what, base, bar in zip(("first", "again"), start_ups, ("", "≤ 1.5 ms"), strict=True):
                used = cpu_of([script, "check"], root) - base
                row(
                    f"check, {count} rich entries, {what}, beyond start-up",
                    f"{used / count * 1e3:.2f} ms an entry",
                    bar,
                )
            shutil.rmtree(root)


def searches() -> None:
    """The index of the search at growing size, and what the first query for `edge of stability` reads of it."""
    catalog, _ = load(REPO)
    documents = search.documents(catalog, {})
    for count in (len(catalog.entries), 1000, 5000):
        many = (documents * (count // len(documents) + 1))[: max(count, len(documents))]
        started = time.process_time()
        files = search_index.files(many, catalog.synonyms)
        used = time.process_time() - started
        root = json.loads(files["search_index.json"])["config"]["index"]
        needed = {bisect.bisect_right(root["firsts"], word) - 1 for word in ("edge", "stability", "~edge stability")}
        read = [files["search_index.json"], *(files[f"{root['key']}/{i}.json"] for i in needed)]
        row(f"search index, CPU, {count} entries", f"{used / count * 1e3:.1f} ms an entry")
        row(f"first query at {count} entries, without results", f"{sum(map(len, read)) / 1e3:.0f} kB", "≤ 1 MB")


def site(folder: Path) -> None:
    """Building the site at growing size, and an edit under the live server."""
    script = str(Path(PYTHON).with_name("lawbook"))
    used = {}
    for count in (100, 1000):
        root = generated(count, folder)
        shutil.copy(REPO / "mkdocs.yml", root / "mkdocs.yml")
        shutil.copytree(REPO / "docs", root / "docs", dirs_exist_ok=True)
        used[count] = cpu_of([script, "site", "--no-run", "--no-strict"], root)
    row("site build, 1000 generated entries", f"{used[1000] / 1000 * 1e3:.1f} ms an entry", "≤ 20 ms CPU")
    row("site build, each entry beyond 100", f"{(used[1000] - used[100]) / 900 * 1e3:.1f} ms an entry")


def rich_sites(folder: Path) -> None:
    """A site of the real entries, and of copies of them, beside other generators on the same Markdown."""
    with a_cache_of_its_own(folder):
        for what, value, bar in bench_sites.figures([len(load(REPO)[0].entries), 132], folder):
            row(what, value, bar)


def edit_to_page() -> None:
    """Seconds from saving an entry to its new page being served, and then all pages that show it."""
    import urllib.request

    path = REPO / "references/stability/cohen2021.yml"
    before = path.read_text(encoding="utf-8")
    address = "127.0.0.1:8765"
    script = str(Path(PYTHON).with_name("lawbook"))
    server = subprocess.Popen(
        [script, "serve", "--no-run", "--address", address],
        cwd=REPO,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def page(path: str) -> str:
        try:
            with urllib.request.urlopen(f"http://{address}{path}", timeout=60) as answer:
                return str(answer.read().decode())
        except OSError:
            return ""

    def wait(condition: Callable[[], bool]) -> float:
        started = time.perf_counter()
        while not condition():
            if time.perf_counter() - started > 300:
                raise TimeoutError(f"nothing was served at {address} within 300 s")
            time.sleep(0.02)
        return time.perf_counter() - started

    try:
        wait(lambda: "Sharpness" in page("/laws/cohen2021/"))
        first, all_ = [], []
        for i in range(5):
            time.sleep(2)
            word = f"benchmark{i}"
            path.write_text(before.replace("\ntitle: ", f"\ntitle: {word} ", 1), encoding="utf-8")
            for at, times in (("/laws/cohen2021/", first), ("/families/stability/", all_)):
                times.append(wait(lambda at=at, word=word: word in page(at)))  # type: ignore[misc]
        row("edit of an entry → its page served", f"{statistics.median(first):.2f} s", "≤ 1 s")
        row("from there to all pages", f"{statistics.median(all_):.2f} s")
    finally:
        path.write_text(before, encoding="utf-8")
        server.terminate()
        server.wait()


def keys() -> None:
    """The keys of all runs, in a fresh process: what `status`, `run` and every build of the site begin with."""
    script = (
        "import sys, time; from pathlib import Path; from lawbook.evidence.keys import run_key; "
        "from lawbook.reference.catalog import load; catalog, _ = load(Path(sys.argv[1])); "
        "before = time.process_time(); keys = [run_key(catalog, p, 'quick', 0) for p in catalog.entries]; "
        "print(len(keys), time.process_time() - before)"
    )
    done = [
        subprocess.run([PYTHON, "-c", script, str(REPO)], check=True, capture_output=True, text=True).stdout.split()
        for _ in range(5)
    ]
    row(f"keys of {done[0][0]} runs, CPU", f"{statistics.median(float(d[1]) for d in done):.2f} s", "≤ 0.7 s")


def weights() -> None:
    """Compressed bytes of the first load of a page, from the built site."""
    import gzip
    import re

    built = REPO / "build" / "site"
    if not built.is_dir():
        row("page weights", "no build/site: make site first")
        return
    loads = {}
    for page in ("", *sorted(f"laws/{p.parent.name}/" for p in built.glob("laws/*/index.html"))):
        html = (built / page / "index.html").read_text(encoding="utf-8")
        files = {match for match in re.findall(r'(?:src|href)="([^"#?]+\.(?:css|js))(?:\?[^"]*)?"', html)}
        paths = [(built / page / f).resolve() for f in files]
        total = sum(len(gzip.compress(p.read_bytes(), 6)) for p in paths if p.is_file())
        total += sum(p.stat().st_size for p in built.glob("assets/**/*.woff2")) + len(gzip.compress(html.encode(), 6))
        loads[page] = total
    heaviest_load = max(loads, key=lambda page: loads[page])
    for what, page in (("the home page", ""), (f"/{heaviest_load}", heaviest_load)):
        row(f"first load of {what}, compressed", f"{loads[page] / 1e3:.0f} kB", "≤ 350 kB")
    for what, pattern, bar in (
        ("the heaviest law page", "laws/*/index.html", "≤ 120 kB"),
        ("All laws", "laws/index.html", "≤ 100 kB"),
        ("the heaviest other page", "**/index.html", ""),
    ):
        found = {
            path: path.stat().st_size for path in built.glob(pattern) if pattern[0] != "*" or "laws" not in path.parts
        }
        heaviest = max(found, key=lambda path: found[path])
        row(f"HTML of {what}, {heaviest.parent.name}", f"{found[heaviest] / 1e3:.0f} kB", bar)
    bare = {}
    for path in sorted(built.glob("notebooks/*/index.html")):
        html = path.read_text(encoding="utf-8")
        bare[path.parent.name] = len(re.sub(r"<svg.*?</svg>|<img[^>]*>", "", html, flags=re.DOTALL).encode())
    if bare:
        most = max(bare, key=lambda paper: bare[paper])
        row(f"HTML of /notebooks/{most}/ without figures, the heaviest", f"{bare[most] / 1e3:.0f} kB", "≤ 100 kB")


def side_by_side(what: str, ours: Callable[[], object], tight: Callable[[], object], repeats: int) -> None:
    """Print the CPU time of ours and of a tight version of the same work, medians over runs in alternation, hot."""
    import jax

    times: tuple[list[float], list[float]] = ([], [])
    for i in range(repeats + 1):
        for function, taken in zip((ours, tight), times, strict=True):
            started = time.process_time()
            jax.block_until_ready(function())
            if i:  # the first run warms up
                taken.append(time.process_time() - started)
    mine, least = (statistics.median(taken) for taken in times)
    row(what, f"{mine * 1e3:.1f} / {least * 1e3:.1f} ms = {mine / least:.2f}", "≤ 1.2")


def instruments() -> None:
    """Instruments against tight versions of the same work, beside the peak of matrix products in the same run."""
    import bench_counting
    import bench_curvature

    row("matrix product, peak", f"{2 * 1500**3 / product() / 1e9:.0f} GFLOP a CPU s")
    for case in (*bench_counting.cases(), *bench_curvature.cases()):
        side_by_side(*case)


def eigenvalues() -> None:
    """Eigenvalues beside other packages on a PyTorch model, where `make torch` has made the environment for it."""
    python = REPO / ".venv-torch" / "bin" / "python"
    if python.exists():
        subprocess.run([python, REPO / "tools" / "bench_eigenvalues.py"], check=True)
    else:
        row("eigenvalues beside other packages", "not measured", "make torch")


def notebooks() -> None:
    """CPU seconds and peak memory of each notebook, cold: fresh process, no compilation cache."""
    catalog, _ = load(REPO)
    print(f"\n{'notebook, cold':<24}{'start-up':>10}{'compilation':>13}{'compute':>10}{'CPU s':>8}{'peak MB':>9}")
    used = {}
    with tempfile.TemporaryDirectory() as cache:
        for paper in sorted(catalog.entries):
            os.environ["JAX_COMPILATION_CACHE_DIR"] = str(Path(cache, paper))
            name = catalog.notebook(paper).relative_to(REPO).as_posix()
            job = Job(str(REPO), paper, name, 0, "quick", run_key(catalog, paper, "quick", 0), 600)
            u = execute(job).run.usage
            used[paper] = u.cpu
            print(
                f"{paper:<24}{u.start_up:>10.1f}{u.compilation:>13.1f}{u.compute:>10.1f}{u.cpu:>8.1f}{u.peak_mb:>9.0f}",
                flush=True,
            )
    heaviest = max(used, key=lambda paper: used[paper])
    row("all notebooks, cold", f"{sum(used.values()):.0f} CPU s", "≤ 600 s")
    row(f"the heaviest notebook, {heaviest}", f"{used[heaviest]:.0f} CPU s", "≤ 30 s")
    row("the same, in matrix products of 1500 × 1500", f"{used[heaviest] / product():,.0f}")


PARTS: dict[str, Callable[[Path], None]] = {
    "start": lambda _: start_up(),
    "check": checks,
    "rich": rich_checks,
    "site": site,
    "rich-site": rich_sites,
    "keys": lambda _: keys(),
    "edit": lambda _: edit_to_page(),
    "weights": lambda _: weights(),
    "search": lambda _: searches(),
    "instruments": lambda _: instruments(),
    "eigenvalues": lambda _: eigenvalues(),
    "notebooks": lambda _: notebooks(),
}


def main() -> None:
    """The parts that the command line names, or all of them; the report of each is kept."""
    asked = sys.argv[1:] or list(PARTS)
    if unknown := [part for part in asked if part not in PARTS]:
        sys.exit(f"found {', '.join(unknown)}, expected some of {', '.join(PARTS)}")
    path = REPO / speed.FILE
    for part in asked:
        rows.clear()
        before = product()
        with tempfile.TemporaryDirectory() as name:
            PARTS[part](Path(name))
        known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        known[part] = {
            "date": time.strftime("%Y-%m-%d"),
            "commit": commit_of(str(REPO)),
            "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
            "product": f"{statistics.mean((before, product())):.2f} CPU s",
            "rows": rows,
        }
        ordered = {part: known[part] for part in PARTS if part in known}
        write_atomically(path, json.dumps(ordered, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
