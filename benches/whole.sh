#!/usr/bin/env bash
# Measures whitecoat on a large X archive against `unzip -p`, in one run. Linux; needs python3, unzip and GNU time.
#
#   benches/whole.sh GEN_DIR OUT_DIR [POSTS...]
#
# GEN_DIR holds gen_corpus.py and gen_stress.py. Corpora are made in OUT_DIR/POSTS unless they are there already.
set -euo pipefail

generators=$1
out=$2
shift 2
sizes=("${@:-100000}")
top=$(cd "$(dirname "$0")/.." && pwd)
whitecoat=$top/target/release/whitecoat
cargo build --release --quiet --manifest-path "$top/Cargo.toml"

# measure LABEL COMMAND...: CPU seconds, wall seconds, peak memory in MiB.
measure() {
    local label=$1
    shift
    local code=0
    /usr/bin/time -f '%U %S %e %M' -o "$out/time" "$@" >/dev/null || code=$?
    if [ "$code" -gt 1 ]; then
        echo "$label ended with $code" >&2
        exit 1
    fi
    tail -n 1 "$out/time" | awk -v label="$label" \
        '{ printf "%-28s %8.2f s CPU %8.2f s wall %8.1f MiB\n", label, $1 + $2, $3, $4 / 1024 }'
}

mkdir -p "$out"
for posts in "${sizes[@]}"; do
    corpus=$out/$posts
    if [ ! -e "$corpus/x-archive.zip" ]; then
        python3 "$generators/gen_corpus.py" --out "$corpus" --posts "$posts"
        rm -r "$corpus/x-archive"
    fi
    zip=$corpus/x-archive.zip
    echo "== $posts posts"
    measure "unzip -p | wc -c" sh -c "unzip -p '$zip' data/tweets.js | wc -c"
    for jobs in 1 2; do
        measure "extract --jobs $jobs" "$whitecoat" extract "$zip" --quiet --jobs "$jobs" -o "$out/items.jsonl"
        measure "audit --jobs $jobs" "$whitecoat" audit --no-reader "$zip" --quiet --jobs "$jobs" -o "$out/audit.csv"
    done
    rm -f "$out/items.jsonl" "$out/audit.csv" "$out/audit.run.json"
done

echo "== start-up"
for _ in 1 2 3; do
    measure "check" "$whitecoat" check "The clinic is open until 4 today"
done

echo "== the engine alone"
first=$out/${sizes[0]}
if [ ! -e "$first/stress/emoji.txt" ]; then
    python3 "$generators/gen_stress.py" "$first/posts.txt" "$first/stress"
fi
cargo bench --quiet --manifest-path "$top/Cargo.toml" --bench throughput -- \
    "$first/posts.txt" "$first/stress/ascii.txt" "$first/stress/emoji.txt" "$first/stress/hits.txt" "$first/stress/near.txt"
