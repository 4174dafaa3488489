#!/usr/bin/env python3
"""Whether the rules do better by some names than by others: the same posts, with the names of people of another origin.

    cargo build --release && python3 tools/fairness/names.py corpus/S.jsonl corpus/W.jsonl

Given names of the lexicon that stand with a capital in a post or in what it answers, and surnames behind them or behind a
title, are replaced by common names of each origin (the same name by the same one within a post); posts without a name are
left out. Prints what `whitecoat rules score` says of each version. Names were written down from general knowledge."""

import argparse
import json
import pathlib
import re
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent.parent.parent
NAMES = {
    "as written": None,
    "English": ("Emily James Sarah Thomas Laura David Rachel Peter Helen Mark", "Carter Hughes Bennett Foster Palmer Watson Barker Ellis"),
    "Irish": ("Aoife Padraig Niamh Cormac Siobhan Declan Orla Fergal Grainne Cathal", "Gallagher Brennan Nolan Keane Doherty Maguire Foley Quigley"),
    "Spanish": ("Lucia Javier Carmen Alejandro Pilar Ignacio Marisol Esteban Ximena Rodrigo", "Ramirez Ortega Delgado Vargas Castillo Navarro Mendoza Fuentes"),
    "West African": ("Chidinma Kwame Ngozi Olumide Ama Emeka Folake Kofi Yetunde Babatunde", "Okafor Mensah Adeyemi Boateng Eze Owusu Balogun Nwosu"),
    "South Asian": ("Priya Arjun Lakshmi Rohan Sunita Vikram Ayesha Imran Deepika Harpreet", "Patel Sharma Reddy Iyer Chowdhury Malik Gill Banerjee"),
    "Arabic": ("Fatima Omar Layla Yusuf Noor Khalid Amina Tariq Salma Hassan", "Haddad Mansour Khoury Nasser Saleh Farouk Hamdan Aziz"),
    "Chinese": ("Mei Wei Xiuying Jian Lihua Zhiyong Yan Guoqiang Xiaoli Haoran", "Wang Zhang Liu Chen Huang Zhao Wu Zhou"),
    "Polish": ("Agnieszka Piotr Katarzyna Tomasz Zofia Krzysztof Magdalena Wojciech Ewa Jacek", "Kowalski Nowak Wisniewski Lewandowski Zielinski Mazur Wrobel Dudek"),
}
TITLES = ("Mr", "Mrs", "Ms", "Miss", "Master")


def lexicon(name):
    lines = (HERE / f"crates/engine/lexicons/{name}.txt").read_text(encoding="utf-8").splitlines()
    return {line for line in lines if "\t" not in line and line.isalpha()}


class Swap:
    """Gives each name of a post another one."""

    def __init__(self, given, surnames):
        self.given, self.surnames = lexicon("given-names"), lexicon("surnames")
        self.of_given, self.of_surname = given.split(), surnames.split()

    def text(self, text, known):
        """The text with other names; `known` is what the post's names have become so far."""
        def another(word, names):
            return known.setdefault(word, names[len(known) % len(names)])

        def surname(match):
            before, word = match[1], match[2]
            follows = before.strip(".") in TITLES or before.lower() in self.given
            return f"{before} {another(word, self.of_surname)}" if follows and word.lower() in self.surnames else match[0]

        def given(match):
            is_name = match[0].lower() in self.given and match[0] not in known.values()
            return another(match[0], self.of_given) if is_name else match[0]

        text = re.sub(r"\b([A-Z][a-z]+\.?) ([A-Z][a-z]{2,})\b", surname, text)
        return re.sub(r"\b[A-Z][a-z]{2,}\b", given, text)

    def post(self, post):
        known = {}
        parent = post.get("parent")
        post = {**post, "text": self.text(post["text"], known)}
        if parent and parent.get("text"):
            post["parent"] = {**parent, "text": self.text(parent["text"], known)}
        return post, bool(known)


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("posts", type=pathlib.Path, nargs="+")
    ask.add_argument("--program", default=HERE / "target/release/whitecoat")
    given = ask.parse_args()
    posts = [json.loads(line) for path in given.posts for line in path.read_text(encoding="utf-8").splitlines()]
    named = [post for post in posts if Swap(*NAMES["English"]).post(post)[1]]
    print(f"{len(named)} of {len(posts)} posts have names")
    print("| names | posts: precision | recall | clean posts with a finding | high | `privacy/patient-name`: recall |\n|---|--:|--:|--:|--:|--:|")
    for origin, names in NAMES.items():
        swap = Swap(*names) if names else None
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
            for post in named:
                file.write(json.dumps(swap.post(post)[0] if swap else post) + "\n")
            file.flush()
            said = subprocess.run([given.program, "rules", "score", file.name], capture_output=True, text=True, check=True).stdout
        row = lambda name: next(line.split()[-3:] for line in said.splitlines() if line.startswith(name + " "))
        clean = re.search(r"clean posts: ([\d.]+) % with a finding, .*?([\d.]+) % with one of high", said)
        print(f"| {origin} | {row('posts')[0]} | {row('posts')[1]} | {clean[1]} % | {clean[2]} % | {row('privacy/patient-name')[1]} |", flush=True)


if __name__ == "__main__":
    main()
