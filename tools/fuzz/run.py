"""Runs the fuzz targets one after another, from seeds that are made of the tests' fixtures; prints the executions of each.

    python3 tools/fuzz/run.py [--seconds 300] [TARGET...]

Needs a nightly compiler and cargo-fuzz. What is found lies in fuzz/artifacts/TARGET.
"""

import argparse
import io
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests/fixtures"
NEXT_FILE = b"\x1e"
MAX_SEED_BYTES = 16 * 1024
# How long an input may grow, where the default of 16 KiB does not fit.
MAX_LEN = {"dates": 256, "mojibake": 512}


def files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def suffixed(folder, *endings):
    return [path.read_bytes() for path in files(folder) if path.name.endswith(endings)]


def exports():
    """Each fixture of a platform, with folders of one era apart."""
    for platform in sorted((FIXTURES / "archives").iterdir()):
        eras = [platform / era for era in ("json", "html") if (platform / era).is_dir()]
        yield from (eras if eras and platform.name != "snapchat" else [platform])
    yield FIXTURES / "demo-source/x-archive"


def joined(export):
    names = [path for path in files(export) if path.stat().st_size < MAX_SEED_BYTES]
    return NEXT_FILE.join(f"{path.relative_to(export)}\n".encode() + path.read_bytes() for path in names)


def single(export):
    return [f"{path.relative_to(export)}\n".encode() + path.read_bytes() for path in files(export)]


def packed(export):
    as_zip, as_tgz = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(as_zip, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files(export)[:6]:
            archive.writestr(str(path.relative_to(export)), path.read_bytes())
    with tarfile.open(fileobj=as_tgz, mode="w") as archive:
        for path in files(export)[:4]:
            archive.add(path, str(path.relative_to(export)))
    return [as_zip.getvalue(), as_tgz.getvalue()]


def seeds(target):
    archives = FIXTURES / "archives"
    every = list(exports())
    return {
        "export": lambda: [joined(export) for export in every] + [alone for export in every for alone in single(export)],
        "packed": lambda: [one for export in every[::4] for one in packed(export)],
        "splitter": lambda: suffixed(archives, ".json") + suffixed(FIXTURES / "demo-source", ".js"),
        "pieces": lambda: suffixed(archives, ".html"),
        "page": lambda: suffixed(FIXTURES / "sites", ".html") + suffixed(archives, ".html"),
        "elements": lambda: suffixed(archives, ".xml"),
        "csv_rows": lambda: suffixed(archives, ".csv"),
        "items_file": lambda: suffixed(archives, ".csv") + suffixed(FIXTURES / "demo", ".jsonl"),
        "mhtml": lambda: suffixed(FIXTURES / "saved", ".mhtml"),
        "warc": lambda: suffixed(FIXTURES / "saved", ".warc"),
        "har": lambda: suffixed(FIXTURES / "saved", ".har"),
        "media_metadata": lambda: suffixed(FIXTURES / "media", ".jpg", ".dcm"),
        "mojibake": lambda: ["fÃ¸j Ã°\u009f\u0098\u0082".encode(), "føj".encode()],
        "dates": lambda: [
            b"2024-05-01T10:00:00.000Z", b"Wed May 01 10:00:00 +0000 2024", "1 août 2024, 10:00".encode(),
            b"05/01/24, 09:51 AM", "1. května 2024 10:00:00".encode(), b"May 01, 2024 5:31 pm", b"Jun 2018",
            "2024. 5. 1. 오전 10:00".encode(), b"2024-05-01 10:00:00 UTC",
        ],
    }.get(target, list)()


def run(target, seconds):
    corpus = ROOT / "fuzz/corpus" / target
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(target)):
        (corpus / f"seed-{number}").write_bytes(seed[:MAX_SEED_BYTES])
    command = [
        "cargo", "+nightly", "fuzz", "run", "-s", "none", "-a", target, "--",
        f"-max_total_time={seconds}", f"-max_len={MAX_LEN.get(target, MAX_SEED_BYTES)}", "-rss_limit_mb=2048",
        "-timeout=10", "-print_final_stats=1",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace")
    said = done.stderr
    count = re.search(r"number_of_executed_units: *(\d+)", said)
    print(f"{target:16} {count.group(1) if count else '?':>12} executions", end="")
    print("" if done.returncode == 0 else f"  FOUND (exit {done.returncode})", flush=True)
    if done.returncode != 0:
        print(said[-3000:], file=sys.stderr)
    return done.returncode


def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seconds", type=int, default=300)
    asked.add_argument("targets", nargs="*")
    asked = asked.parse_args()
    every = sorted(path.stem for path in (ROOT / "fuzz/fuzz_targets").glob("*.rs"))
    os.environ.setdefault("TMPDIR", "/dev/shm" if os.path.isdir("/dev/shm") else "/tmp")
    return max(run(target, asked.seconds) for target in asked.targets or every)


if __name__ == "__main__":
    sys.exit(main())
