#!/bin/sh
# CPU seconds and peak memory of crawling a site on loopback, whitecoat and Scrapy one after the other.
#   crawl.sh http://127.0.0.1:8123/index.html PYTHON-WITH-SCRAPY
set -eu
here=$(dirname "$0")
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
shown='%U user  %S system  %e wall  %M KB peak'
echo whitecoat
/usr/bin/time -f "$shown" "$here/../../target/release/whitecoat" extract "$1" --allow-loopback --no-cache --max-pages 100000 \
    -q -o "$out/whitecoat.jsonl" || true
wc -l < "$out/whitecoat.jsonl"
echo Scrapy
/usr/bin/time -f "$shown" "$2" "$here/spider.py" "$1" "$out/scrapy.jsonl"
wc -l < "$out/scrapy.jsonl"
