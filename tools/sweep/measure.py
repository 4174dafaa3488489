#!/usr/bin/env python3
"""Measures sweeps over invented clinicians, and kills them.

    cargo build --release
    python3 tools/sweep/measure.py make office --people 1000 --posts 2000
    python3 tools/sweep/measure.py run office --people 100      # time, both cores' use, peak memory
    python3 tools/sweep/measure.py run office --people 1000
    python3 tools/sweep/measure.py kill office --people 40 --kills 20

`kill` ends a sweep with SIGKILL at random moments, each time goes on with --resume, and compares every file but the log with
an undisturbed run. Everybody and everything here is invented. Needs nothing but Python's own library.
"""

import argparse
import csv
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

WHITECOAT = Path(os.environ.get("WHITECOAT", "")) if os.environ.get("WHITECOAT") else Path(__file__).resolve().parents[2] / "target" / "release" / "whitecoat"
NOW = "2026-01-02T09:00:00Z"
SEED = 20260102

ORDINARY = [
    "Flu clinic is open on {day} from {hour} to {late}. Walk in, no appointment needed.",
    "Lovely walk along the canal with the dog this {day}. {n} herons.",
    "New paper on {topic} out this week, worth your time: the {n}-month data are interesting.",
    "Anyone else think the {day} crossword was impossible? {n} clues left.",
    "Teaching the students about {topic} today. They asked better questions than I did.",
    "Coffee number {n} and the rota still does not add up.",
    "If you have {topic}, ask your pharmacist before you buy anything over the counter.",
    "We are hiring a receptionist. {hour} to {late}, kind team, ask for the practice manager.",
    "Thread: five things about {topic} that I wish I had known at medical school. 1/{n}",
    "Choir practice moved to {day}. We need {n} more tenors.",
    "Reminder: the practice is closed on {day} for training. In an emergency call 999.",
    "Half marathon done in 2:{n:02d}. My knees have filed a complaint.",
]
FINDINGS = [
    "Mrs. {name} from bed {n} finally went home, 41 days on the vent!!",
    "Same three junkies in the waiting room again, it's like a season ticket",
    "Sciatica gone in {n} visits, guaranteed, or the fifth is on us.",
    "Our laser is 100% safe and every patient leaves with clear skin, from ${n}9.",
    "My hypnosis session will stop you smoking for good. I promise.",
]
TOPICS = ["sepsis", "asthma", "migraine", "eczema", "gout", "tinnitus", "shingles", "anaemia", "reflux", "vertigo"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
NAMES = ["Alvarez", "Okonkwo", "Tamsin", "Pellegrino", "Haverford", "Lindqvist", "Achterberg", "Moreau"]


def text(rng):
    """A post: one in a hundred has something to find."""
    template = rng.choice(FINDINGS) if rng.random() < 0.01 else rng.choice(ORDINARY)
    return template.format(
        day=rng.choice(DAYS), hour=rng.randint(7, 11), late=rng.randint(12, 20), n=rng.randint(2, 58),
        topic=rng.choice(TOPICS), name=rng.choice(NAMES),
    )


def make(args):
    folder = Path(args.folder)
    (folder / "posts").mkdir(parents=True, exist_ok=True)
    with open(folder / "people.csv", "w", newline="", encoding="utf-8") as out:
        roster = csv.writer(out)
        roster.writerow(["id", "name", "profession", "jurisdiction", "accounts", "archives", "consent"])
        for person in range(args.people):
            rng = random.Random(SEED + person)
            name, handle = f"Clinician Number {person}", f"clinician{person}"
            roster.writerow([f"c{person:05d}", name, "physician", "UK", f"x:{handle}", f"posts/{person}.jsonl", f"HR {person}"])
            with open(folder / "posts" / f"{person}.jsonl", "w", encoding="utf-8") as posts:
                for post in range(args.posts):
                    at = time.gmtime(1600000000 + rng.randint(0, 160000000))
                    posts.write(json.dumps({
                        "id": f"{person}-{post}", "platform": "x", "account": handle, "text": text(rng),
                        "created_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", at), "visibility": "public",
                    }) + "\n")
    print(f"{args.people} people with {args.posts} posts each in {folder}")


def roster_of(folder, people):
    """The first people of the roster."""
    path = Path(folder) / f"first-{people}.csv"
    with open(Path(folder) / "people.csv", encoding="utf-8") as every:
        lines = every.readlines()[: people + 1]
    if len(lines) <= people:
        sys.exit(f"{folder} has only {len(lines) - 1} people; make more")
    path.write_text("".join(lines), encoding="utf-8")
    return path


def command(roster, output):
    return [str(WHITECOAT), "sweep", str(roster), "-o", str(output), "--resume", "--now", NOW, "--quiet"]


def run(args):
    roster = roster_of(args.folder, args.people)
    output = Path(args.folder) / f"swept-{args.people}"
    shutil.rmtree(output, ignore_errors=True)
    start = time.monotonic()
    code = subprocess.run(command(roster, output)).returncode
    seconds = time.monotonic() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = used.ru_utime + used.ru_stime
    print(
        f"{args.people} people in {seconds:.1f} s (exit code {code}): {args.people * 60 / seconds:.0f} people a minute, "
        f"{cpu / seconds * 100:.0f}% of one core, of {os.cpu_count()} cores; peak memory {used.ru_maxrss / 1024:.0f} MiB"
    )


def files(folder):
    found = {}
    for path in sorted(Path(folder).rglob("*")):
        if path.is_file() and path.name != "sweep.log":
            found[str(path.relative_to(folder))] = path.read_bytes()
    return found


def kill(args):
    roster = roster_of(args.folder, args.people)
    whole, killed = Path(args.folder) / "whole", Path(args.folder) / "killed"
    for output in (whole, killed):
        shutil.rmtree(output, ignore_errors=True)
    start = time.monotonic()
    subprocess.run(command(roster, whole))
    seconds = time.monotonic() - start
    rng = random.Random(SEED)
    kills, ended, wrong = 0, 0, []
    while kills < args.kills:
        child = subprocess.Popen(command(roster, killed))
        time.sleep(rng.uniform(0.0, seconds / 4))
        if child.poll() is None:
            child.send_signal(signal.SIGKILL)
            kills += 1
        elif kills < args.kills:
            # It came to its end before the kill, which does not count: compare, and begin again.
            ended += 1
            wrong += differences(whole, killed, args.people)
            shutil.rmtree(killed)
        child.wait()
    subprocess.run(command(roster, killed))
    wrong += differences(whole, killed, args.people)
    print(f"{kills} kills, undisturbed {seconds:.0f} s; {ended + 1} sweeps came to their end, of {len(files(whole))} files each; wrong: {wrong[:5] or 'nothing'}")
    sys.exit(1 if wrong else 0)


def differences(whole, killed, people):
    """What is not as in the undisturbed sweep."""
    left, right = files(whole), files(killed)
    wrong = [name for name in sorted(left.keys() | right.keys()) if left.get(name) != right.get(name)]
    if subprocess.run([str(WHITECOAT), "sweep", "verify", str(killed)], stdout=subprocess.DEVNULL).returncode:
        wrong.append("the log")
    with open(killed / "sweep.csv", encoding="utf-8") as table:
        if len(list(csv.reader(table))) - 1 != people:
            wrong.append("rows of sweep.csv")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, what in [("make", make), ("run", run), ("kill", kill)]:
        sub = commands.add_parser(name)
        sub.add_argument("folder")
        sub.add_argument("--people", type=int, default=1000 if name == "make" else 40)
        sub.set_defaults(run=what)
        if name == "make":
            sub.add_argument("--posts", type=int, default=2000)
        if name == "kill":
            sub.add_argument("--kills", type=int, default=20)
    args = parser.parse_args()
    args.run(args)


main()
