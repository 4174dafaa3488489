"""Makes large invented exports, and measures how fast and in how much memory they are read.

    python3 tools/bench/exports.py make DIR MEGABYTES [NAME...]   # X, Facebook, Mastodon and others as zips
    python3 tools/bench/exports.py measure DIR BINARY             # against unzip -p of the same file, in the same run
"""

import csv
import io
import json
import os
import pathlib
import random
import subprocess
import sys
import time
import zipfile

WORDS = (
    "the ward was quiet and we had tea after the round when somebody asked about sleep because of a long night "
    "my shift ended late so I walked home along the river and thought of nothing much today it rained again "
    "please read this before you book a visit a cough in spring is mostly harmless but ask your own doctor"
).split()


def texts(seed):
    chance = random.Random(seed)
    while True:
        yield " ".join(chance.choices(WORDS, k=chance.randint(8, 60))) + "."


def bytewise(text):
    """As Meta escapes: each byte of UTF-8 as a character of its own."""
    return "".join(chr(b) if b < 128 else f"\\u{b:04x}" for b in text.encode())


def lines(records, before, between, after):
    yield before
    for number, record in enumerate(records):
        yield (between if number else "") + record
    yield after


def x(limit):
    def records():
        for number, text in zip(range(10**9), texts(1)):
            yield json.dumps({"tweet": {
                "id_str": str(10**18 + number), "id": str(10**18 + number), "full_text": text, "lang": "en",
                "created_at": "Wed Oct 10 20:19:24 +0000 2018", "favorite_count": "3", "retweet_count": "0",
                "entities": {"hashtags": [], "urls": [], "user_mentions": [], "symbols": []},
                "display_text_range": ["0", str(len(text))], "source": "<a href=\"https://x.example\">web</a>",
            }}, indent=1)
    yield "data/account.js", ["window.YTD.account.part0 = [{\"account\": {\"username\": \"drbench\", \"accountId\": \"1\"}}]"]
    yield "data/tweets.js", capped(lines(records(), "window.YTD.tweets.part0 = [\n", ",\n", "\n]"), limit, "\n]")


def facebook(limit):
    def records():
        for number, text in zip(range(10**9), texts(2)):
            record = {"timestamp": 1400000000 + number * 300, "data": [{"post": "TEXT"}], "title": "Jane Roe updated her status.",
                      "attachments": [{"data": [{"external_context": {"url": "https://a.example/x", "name": "A page"}}]}]}
            yield json.dumps(record, indent=1).replace("TEXT", bytewise(text + " é 😷"))
    name = "your_facebook_activity/posts/your_posts__check_ins__photos_and_videos_1.json"
    yield name, capped(lines(records(), "[\n", ",\n", "\n]"), limit, "\n]")


def mastodon(limit):
    base = "https://m.example/users/ida"

    def records():
        for number, text in zip(range(10**9), texts(3)):
            note = {"id": f"{base}/statuses/{number}", "type": "Note", "url": f"https://m.example/@ida/{number}", "summary": None,
                    "published": "2024-05-01T10:00:00Z", "content": f"<p>{text}</p>", "inReplyTo": None, "sensitive": False,
                    "to": ["https://www.w3.org/ns/activitystreams#Public"], "cc": [f"{base}/followers"], "tag": [], "attachment": []}
            yield json.dumps({"id": f"{base}/statuses/{number}/activity", "type": "Create", "actor": base, "published": note["published"],
                              "to": note["to"], "cc": note["cc"], "object": note})
    head = '{"@context":"https://www.w3.org/ns/activitystreams","id":"outbox.json","type":"OrderedCollection","totalItems":1,"orderedItems":['
    yield "actor.json", ['{"id": "%s", "type": "Person", "preferredUsername": "ida", "name": "Ida"}' % base]
    yield "outbox.json", capped(lines(records(), head, ",", "]}"), limit, "]}")


def instagram(limit):
    def records():
        for number, text in zip(range(10**9), texts(4)):
            media = {"uri": f"media/posts/202401/{10**16 + number}.jpg", "creation_timestamp": 1700000000 + number, "title": "TEXT"}
            yield json.dumps({"media": [media]}, indent=1).replace("TEXT", bytewise(text))
    yield "your_instagram_activity/media/posts_1.json", capped(lines(records(), "[\n", ",\n", "\n]"), limit, "\n]")


def facebook_html(limit):
    def records():
        for number, text in zip(range(10**9), texts(5)):
            yield (f'<div class="_a6-g"><div class="_2ph_ _a6-h _a6-i">Jane Roe updated her status.</div><div class="_2ph_ _a6-p"><div>'
                   f'<div class="_2pin"><div>{text}</div></div></div></div><div class="_3-94 _a6-o"><a href="https://www.facebook.com/dyi/l/?l={number}">'
                   f'<div class="_a72d">Jul 26, 2024 1:35:01pm</div></a></div></div>')
    name = "your_facebook_activity/posts/your_posts__check_ins__photos_and_videos_1.html"
    yield name, capped(lines(records(), "<html><body>", "", "</body></html>"), limit, "</body></html>")


def table(header, row):
    def rows(limit, seed):
        size = 0
        for number, text in zip(range(10**9), texts(seed)):
            line = io.StringIO()
            csv.writer(line).writerow(row(number, text) if number else header)
            size += len(line.getvalue())
            yield line.getvalue()
            if size > limit:
                return
    return rows


def reddit(limit):
    rows = table("id,permalink,date,ip,subreddit,gildings,link,parent,body,media".split(","), lambda n, text: [
        f"k{n}", f"https://www.reddit.com/r/a/comments/p/x/k{n}/", "2024-01-12 17:29:56 UTC", "", "a", "0",
        "https://www.reddit.com/r/a/comments/p/x/", "", text, ""])
    yield "statistics.csv", ["statistic,value\r\naccount name,drbench\r\n"]
    yield "comment_headers.csv", ["id,permalink,date,ip,subreddit,gildings,link,parent\r\n"]
    yield "comments.csv", rows(limit, 6)


def linkedin(limit):
    rows = table("Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility".split(","), lambda n, text: [
        "2024-11-27 09:51:00", f"https://www.linkedin.com/feed/update/urn%3Ali%3Ashare%3A{n}", text, "", "", "MEMBER_NETWORK"])
    yield "Shares.csv", rows(limit, 7)


def youtube(limit):
    rows = table("Comment ID,Channel ID,Comment create timestamp,Price,Post ID,Video ID,Comment text".split(","), lambda n, text: [
        f"Ug{n}", "UC1", "2024-05-01T10:00:00+00:00", "0", "", "abcdefghijk", json.dumps({"text": text})])
    yield "Takeout/archive_browser.html", ["<html>"]
    yield "Takeout/YouTube and YouTube Music/comments/comments.csv", rows(limit, 8)


def wordpress(limit):
    def records():
        for number, text in zip(range(10**9), texts(9)):
            yield (f"<item><title>T{number}</title><link>https://b.example/{number}</link><dc:creator>eva</dc:creator>"
                   f"<content:encoded><![CDATA[<p>{text}</p>]]></content:encoded><wp:post_id>{number}</wp:post_id>"
                   f"<wp:post_date_gmt>2020-01-02 10:00:00</wp:post_date_gmt><wp:status>publish</wp:status><wp:post_type>post</wp:post_type></item>")
    head = ('<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
            ' xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>B</title><link>https://b.example</link><wp:wxr_version>1.2</wp:wxr_version>')
    yield "b.wordpress.2020.xml", capped(lines(records(), head, "\n", "</channel></rss>"), limit, "</channel></rss>")


def whatsapp(limit):
    def rows():
        size = 0
        for number, text in zip(range(10**9), texts(10)):
            line = f"[13/05/2024, 22:{number // 60 % 60:02}:{number % 60:02}] Ida: {text}\r\n"
            size += len(line)
            yield line
            if size > limit:
                return
    yield "_chat.txt", rows()


EXPORTS = [x, facebook, mastodon, instagram, facebook_html, reddit, linkedin, youtube, wordpress, whatsapp]


def capped(pieces, limit, end):
    size = 0
    for piece in pieces:
        size += len(piece)
        yield piece
        if size > limit:
            yield end
            return


def make(folder, megabytes, names):
    for export in [export for export in EXPORTS if not names or export.__name__ in names]:
        path = folder / f"{export.__name__}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
            for name, pieces in export(megabytes * 1_000_000):
                with archive.open(name, "w", force_zip64=True) as file:
                    held, size = [], 0
                    for piece in pieces:
                        held.append(piece)
                        size += len(piece)
                        if size > 1 << 20:
                            file.write("".join(held).encode())
                            held, size = [], 0
                    file.write("".join(held).encode())
        print(path, path.stat().st_size)


def timed(command):
    """CPU seconds of the command and all that it starts, its wall seconds, and its peak memory in MiB."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    return usage.ru_utime + usage.ru_stime, time.monotonic() - start, usage.ru_maxrss / 1024


def measure(folder, binary):
    print("| export | MB unpacked | `unzip -p`, CPU s | `extract --jobs 1`, CPU s | MB a CPU second | of `unzip -p` | peak MiB |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for path in sorted(folder.glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist()) / 1e6
        least = min(timed(["unzip", "-p", str(path)])[0] for _ in range(2))
        command = [binary, "extract", "--jobs", "1", "--quiet", "--include-messages", str(path), "-o", "/dev/null"]
        runs = [timed(command) for _ in range(2)]
        cpu, peak = min(run[0] for run in runs), max(run[2] for run in runs)
        print(f"| {path.stem} | {size:.0f} | {least:.2f} | {cpu:.2f} | {size / cpu:.0f} | {cpu / least:.1f} | {peak:.0f} |", flush=True)


if __name__ == "__main__":
    what, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    if what == "make":
        folder.mkdir(parents=True, exist_ok=True)
        make(folder, int(sys.argv[3]), sys.argv[4:])
    else:
        measure(folder, sys.argv[3])
