//! What stands below the options in the help: examples first, then what an option cannot say.

pub(super) const COMMAND: &str = "\
Examples:
  whitecoat audit twitter-archive.zip            audit an archive; writes audit.csv
  whitecoat audit a.zip b.zip https://drjones.example/blog -o spring.csv
  whitecoat check \"draft of a post\"              look at a draft before posting it
  whitecoat rules explain privacy/patient-name   what a rule means and what to do

Exit codes:
  0  clean and complete
  1  findings at or above --fail-on
  2  usage, configuration, or an input that cannot be read at all
  3  incomplete: something was not read, or the run was interrupted";

pub(super) const AUDIT: &str = "\
Examples:
  whitecoat audit twitter-archive.zip
  whitecoat audit twitter-archive.zip --report audit.html      and a page to read and to print
  whitecoat audit facebook.zip --include-messages -o facebook.csv
  whitecoat audit https://drjones.example/ @jones@med.example bsky:jones.example
  whitecoat audit posts.csv --columns severity,rule,excerpt,url
  whitecoat audit x.zip --subject me.toml --previous spring.csv -o autumn.csv
  whitecoat extract archive.zip | whitecoat audit - -o - --format jsonl

An INPUT is a post archive (zip, folder or single file), an items file (JSON Lines or CSV with
columns id and text), a saved web page (HTML, MHTML, WARC, WACZ, HAR), a folder that holds some of
these, a URL, a handle (@name@host for Mastodon and kin, bsky:name for Bluesky), or - for items on
standard input. What it is, is told from its content. Nothing leaves this machine; only what you
name is fetched: of a URL, the pages of its host at or below it.";

pub(super) const EXTRACT: &str = "\
Examples:
  whitecoat extract twitter-archive.zip -o items.jsonl
  whitecoat extract facebook.zip --format csv -o posts.csv
  whitecoat extract archive.zip | head -3
  whitecoat extract --explain archive.zip        what is in it, and what of it can be read";

pub(super) const CHECK: &str = "\
Examples:
  whitecoat check \"Clinic is open until 4 today\"
  pbpaste | whitecoat check -";

pub(super) const SWEEP: &str = "\
Examples:
  whitecoat sweep roster.csv -o 2026-q1
  whitecoat sweep roster.csv -o 2026-q1 --resume          go on after an interruption
  whitecoat sweep roster.csv -o 2026-q2 --previous 2026-q1
  whitecoat sweep verify 2026-q1

Writes for everybody a table, a report for reading and a record (people/ID.csv, .html, .run.json),
sweep.csv with a row a person, sweep.html for the officer, and sweep.log. Nobody is audited without
a consent in the roster.";

pub(super) const INIT: &str = "\
Examples:
  whitecoat init                        asks, and writes me.toml
  whitecoat audit x.zip --subject me.toml

A subject file says who is audited: names, profession, country, employer, accounts, who paid, and the
consent. Rules differ by country and profession, and archives seldom name either.";

pub(super) const VERIFY: &str = "\
Examples:
  whitecoat verify audit.run.json audit.csv
  whitecoat verify audit.run.json --items x-archive.zip

Decisions and notes that were filled in, another order of rows and further columns are no alteration.
A record that was altered together with its report is told only by its root: note that elsewhere.";

pub(super) const RULES_SCORE: &str = "\
Examples:
  whitecoat rules score corpus/*.jsonl                          the shipped rules on the corpus
  whitecoat rules score corpus/*.jsonl --rules crates/engine    rules that are being worked on
  whitecoat rules score corpus/*.jsonl --report docs/quality.md --at-least corpus/floor.toml

A line is an item with `expect` and `also_ok`, lists of rule ids; see docs/corpus.md.";

pub(super) const RULES_TEST: &str = "\
Examples:
  whitecoat rules test                             the shipped rules
  whitecoat rules test rules/                      every .toml file in a folder
  whitecoat rules test rules/privacy/my-rule.toml  one file
  whitecoat rules test crates/engine               a folder with `rules` and `signals`

A rule file is named after its id, family/name.toml, and brings at least five texts that must make
a finding (hits) and five that must not (misses). Exit code 1 if an example is judged otherwise.";
