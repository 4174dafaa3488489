"""Makes the pictures of the README and of docs/ from real runs: python3 tools/pictures/make.py [path of the whitecoat binary] [audit] [uses]

`audit` makes those of the README and of docs/report.md, `uses` those of docs/pre-hire.md and docs/sweep.md; both without a word. Needs chromium and the Python package pillow. Also prints the terminal output as text, for the README's code block.
"""

import csv, html, json, os, re, subprocess, sys, tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs/pictures"
BINARY = str(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "target/release/whitecoat").resolve())
COMMAND = "$ cargo run --release -- audit tests/fixtures/demo"
FIRST_LINES, LAST_LINES = 38, 7
COLOURS = {"31": "#ff6b68", "33": "#e5c07b", "36": "#56b6c2"}
ROWS = 10
COLUMNS = {"severity": 84, "rule": 210, "excerpt": 290, "why": 240, "action": 240, "platform": 98, "kind": 95,
           "posted_at": 168, "decision": 85, "note": 60}


def run(folder):
    env = dict(os.environ, SOURCE_DATE_EPOCH="1762074000", CLICOLOR_FORCE="1")
    args = [BINARY, "audit", "tests/fixtures/demo", "-o", f"{folder}/audit.csv", "--report", f"{folder}/audit.html"]
    shown = subprocess.run(args, cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True).stderr
    with open(f"{folder}/audit.csv", encoding="utf-8", newline="") as table:
        return shown.replace(f"{folder}/", "").splitlines(), list(csv.DictReader(table))


def styled(line):
    """ANSI colours as spans."""
    out, style = "", {}
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        codes = re.fullmatch(r"\x1b\[([0-9;]*)m", part)
        if not codes:
            css = ";".join(f"{key}:{value}" for key, value in style.items())
            out += f'<span style="{css}">{html.escape(part)}</span>'
            continue
        for code in codes[1].split(";"):
            if code in ("", "0"):
                style = {}
            elif code == "1":
                style["font-weight"] = "bold"
            elif code == "2":
                style["color"] = "#8a919c"
            elif code in COLOURS:
                style["color"] = COLOURS[code]
    return out


def terminal(lines):
    lines = [f"\x1b[1m{COMMAND}\x1b[0m"] + lines[:FIRST_LINES] + ["\x1b[2m  ...\x1b[0m"] + lines[-LAST_LINES:]
    body = "\n".join(map(styled, lines))
    css = "body{margin:0;background:#1f2329;color:#d7dae0}pre{margin:14px;font:13px/17px 'DejaVu Sans Mono',monospace;white-space:pre-wrap}"
    return f"<style>{css}</style><pre>{body}</pre>", (850, 17 * (len(lines) + 1) + 28)


def table(rows, columns=COLUMNS):
    """The first row of each rule."""
    first = {}
    for row in rows:
        first.setdefault(row["rule"], row)
    first = list(first.values())[:ROWS]
    css = ("*{box-sizing:border-box}body{margin:0;font:12px 'DejaVu Sans',sans-serif}table{border-collapse:collapse;table-layout:fixed;"
           f"width:{sum(columns.values()) + 26}px" "}td,th{border:1px solid #c9c9c9;padding:3px 5px;vertical-align:top;text-align:left;overflow:hidden}"
           "th{background:#e8e8e8}.n{background:#f3f3f3;color:#777;text-align:center;width:26px}td div{max-height:75px;overflow:hidden}")
    letters = "".join(f'<th class=n style="width:{width}px">{chr(65 + at)}' for at, width in enumerate(columns.values()))
    names = "".join(f"<th>{name}" for name in columns)
    body = "".join(
        f"<tr><td class=n>{at + 2}" + "".join(f"<td><div>{html.escape(row[name])}</div>" for name in columns)
        for at, row in enumerate(first))
    return f"<style>{css}</style><table><tr><th class=n>{letters}<tr><th class=n>1{names}{body}</table>", \
        (sum(columns.values()) + 26, 48 + 83 * len(first))


def picture(name, content, size, folder):
    page = f"{folder}/{name}.html"
    Path(page).write_text(f"<meta charset=utf-8>{content}", encoding="utf-8")
    screenshot(name, f"file://{page}", size, folder)


def screenshot(name, address, size, folder, *more, colours=224):
    shot = f"{folder}/{name}.png"
    subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", *more,
                    f"--window-size={max(size[0], 500)},{size[1]}", f"--screenshot={shot}", address],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    image = Image.open(shot).convert("RGB").crop((0, 0, *size))
    image.quantize(colours, dither=Image.Dither.NONE).save(PICTURES / f"{name}.png", optimize=True)


def report(folder):
    """The page from its top, its list with a filter, and a telephone at night."""
    screenshot("report", f"file://{folder}/audit.html", (1200, 1420), folder)
    framed("report-findings", f"{folder}/audit.html#family=boundary", (1200, 1000), folder)
    framed("report-phone", f"{folder}/audit.html", (390, 1000), folder, "--blink-settings=preferredColorScheme=0")


def framed(name, address, size, folder, *more):
    """In a frame, which unlike a window may be narrower than 500 pixels and be scrolled for a picture."""
    page = f"{folder}/{name}.html"
    style = f"width:{size[0]}px;height:{size[1]}px;border:0"
    Path(page).write_text(f'<body style="margin:0"><iframe src="{Path(address).name}" style="{style}"></iframe>', encoding="utf-8")
    screenshot(name, f"file://{page}", size, folder, "--virtual-time-budget=3000", *more)


def uses(folder):
    """The officer's page of a sweep, and the table of a pre-hire review. Everybody in them is invented."""
    people = [("p-101", "Ann Quill", "annq_rn", "HR 2026-11"), ("p-102", "Ben Osei", "drosei", "HR 2026-12"),
              ("p-103", "Cy Marsh", "cymarsh", ""), ("p-104", "Dee Roth", "deeroth", "HR 2026-13")]
    says = [["Mrs. Alvarez from bed 4 finally went home, 41 days on the vent!!", "Flu jabs on Friday, come early."],
            ["Sciatica gone in four visits, guaranteed, or the fifth is on us.", "Choir practice moved to Monday."],
            ["Half marathon done."], ["Lovely walk along the canal.", "Same three junkies in the waiting room again, it's like a season ticket"]]
    with open(f"{folder}/roster.csv", "w", encoding="utf-8", newline="") as out:
        roster = csv.writer(out)
        roster.writerow(["id", "name", "profession", "jurisdiction", "accounts", "archives", "consent"])
        for (number, name, handle, consent), texts in zip(people, says):
            roster.writerow([number, name, "registered nurse", "UK", f"x:{handle}", f"{handle}.jsonl", consent])
            posts = [{"id": str(at), "platform": "x", "account": handle, "text": text, "visibility": "public",
                      "created_at": f"2025-1{at}-03T09:00:00Z"} for at, text in enumerate(texts)]
            Path(f"{folder}/{handle}.jsonl").write_text("".join(json.dumps(post) + "\n" for post in posts), encoding="utf-8")
    whitecoat = lambda *args: subprocess.run([BINARY, *args, "--now", "2026-01-02T09:00:00Z", "--quiet"], cwd=folder)
    whitecoat("sweep", "roster.csv", "-o", "q1")
    screenshot("sweep", f"file://{folder}/q1/sweep.html", (1200, 860), folder)
    posts = "".join(Path(f"{folder}/{handle}.jsonl").read_text(encoding="utf-8").replace(handle, "drjones") for _, _, handle, _ in people)
    Path(f"{folder}/posts.jsonl").write_text(posts, encoding="utf-8")
    Path(f"{folder}/applicant.toml").write_text(
        'names = ["Dr Jones"]\n[[account]]\nplatform = "x"\nhandle = "drjones"\n[consent]\nreference = "form 7"\n', encoding="utf-8")
    whitecoat("audit", "posts.jsonl", "--profile", "pre-hire", "--subject", "applicant.toml", "-o", "review.csv")
    with open(f"{folder}/review.csv", encoding="utf-8", newline="") as review:
        rows = list(csv.DictReader(review))
    columns = {"severity": 84, "rule": 200, "excerpt": 290, "posted_at": 168, "identity_match": 120, "review_status": 120, "reviewer": 75,
               "review_outcome": 130, "applicant_response": 160}
    picture("pre-hire", *table(rows, {name: width for name, width in columns.items() if rows and name in rows[0]}), folder)


with tempfile.TemporaryDirectory() as folder:
    wanted = sys.argv[2:] or ["audit", "uses"]
    if "audit" in wanted:
        lines, rows = run(folder)
        picture("terminal", *terminal(lines), folder)
        picture("csv", *table(rows), folder)
        report(folder)
        print("\n".join(re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines))
    if "uses" in wanted:
        uses(folder)
