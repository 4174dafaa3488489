"""The reader from its base to the weights that are shipped, and what the tests expect of them: python training/make.py

What comes between is left in the folder `made`. How scores are joined (calibration.json, story-calibration.json) is fitted apart."""

import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
MADE = HERE / "made"
POSTS, STORIES = MADE / "posts.npz", MADE / "stories.npz"

STEPS = (
    ("train.py", "--output", POSTS),
    ("stories.py", POSTS, "--output", STORIES),
    ("export.py", POSTS, STORIES),
    ("expected.py", POSTS, STORIES),
)

if __name__ == "__main__":
    MADE.mkdir(exist_ok=True)
    started = time.time()
    for script, *rest in STEPS:
        subprocess.run([sys.executable, HERE / script, *rest], check=True)
        print(f"{script}: done after {(time.time() - started) / 60:.0f} minutes", file=sys.stderr)
