//! The measures as a table on the terminal, and as a page for `docs/`.

use std::fmt::Write as _;

use super::groups::By;
use super::tally::{Counts, Quality, share};

/// How many confusions are listed.
const CONFUSIONS: usize = 15;

/// Half the width of a 95 % interval in standard deviations.
const Z: f64 = 1.96;

/// For the terminal.
pub fn plain(quality: &Quality) -> String {
    let mut out = String::new();
    let width = quality.rules.keys().map(String::len).max().unwrap_or(0).max(12);
    let _ = writeln!(out, "{:width$}  found false missed  precision recall   F1", "rule");
    let mut row = |name: &str, counts: &Counts| {
        let Counts { found, false_alarms, missed } = counts;
        let _ = writeln!(
            out,
            "{name:width$}  {found:5} {false_alarms:5} {missed:6}  {:>9} {:>6} {:>5}",
            number(counts.precision()),
            number(counts.recall()),
            number(counts.f1())
        );
    };
    quality
        .rules
        .iter()
        .filter(|(_, counts)| **counts != Counts::default())
        .for_each(|(id, counts)| row(id, counts));
    quality.families().iter().for_each(|(name, counts)| row(name, counts));
    row("all rules", &quality.all_rules());
    row("posts", &quality.items);
    quality.present.iter().for_each(|(what, counts)| row(what, counts));
    for line in facts(quality) {
        let _ = writeln!(out, "{line}");
    }
    out
}

/// A page: what was measured by which command, then the tables. `without`: the same posts judged without the reader.
pub fn markdown(quality: &Quality, without: Option<&Quality>, command: &str) -> String {
    let mut out =
        format!("# How right the rules are\n\nMeasured with `{command}`, which writes this page.\n\n");
    for line in facts(quality) {
        let _ = writeln!(out, "- {line}");
    }
    if let Some(without) = without {
        out.push_str("\nWithout the reader, the small language model, the same posts give:\n\n");
        let posts = without.items;
        let _ = writeln!(
            out,
            "- posts: precision {}, recall {}, F1 {}; all rules: precision {}, recall {}, F1 {}",
            number(posts.precision()),
            number(posts.recall()),
            number(posts.f1()),
            number(without.all_rules().precision()),
            number(without.all_rules().recall()),
            number(without.all_rules().f1())
        );
        for line in facts(without) {
            let _ = writeln!(out, "- {line}");
        }
    }
    out.push_str("\nIn brackets: 95 % intervals (Wilson).\n\n");
    for (title, rows) in TABLES {
        write_counts(&mut out, title, &rows(quality), without.map(rows).as_deref());
    }
    write_groups(&mut out, quality, without);
    let mut confusions: Vec<_> = quality.confusions.iter().collect();
    confusions.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
    if !confusions.is_empty() {
        out.push_str("| expected and missed | found there instead | times |\n|---|---|---|\n");
        for ((missed, instead), times) in confusions.into_iter().take(CONFUSIONS) {
            let _ = writeln!(out, "| `{missed}` | `{instead}` | {times} |");
        }
    }
    out
}

/// What the rows of a table are called, and their counts.
type Rows = fn(&Quality) -> Vec<(String, Counts)>;

const TABLES: [(&str, Rows); 4] = [
    ("what", |quality| {
        vec![
            ("posts with something in them".to_owned(), quality.items),
            ("all rules".to_owned(), quality.all_rules()),
        ]
    }),
    ("family", |quality| {
        quality.families().into_iter().map(|(name, counts)| (name.to_owned(), counts)).collect()
    }),
    ("rule", |quality| quality.rules.iter().map(|(id, counts)| (format!("`{id}`"), *counts)).collect()),
    ("public corpora", |quality| {
        quality.present.iter().map(|(what, counts)| (what.clone(), *counts)).collect()
    }),
];

/// A table of counts; with three columns more where the same rows are known without the reader.
fn write_counts(
    out: &mut String,
    title: &str,
    rows: &[(String, Counts)],
    without: Option<&[(String, Counts)]>,
) {
    if rows.is_empty() {
        return;
    }
    let more = if without.is_some() { " without the reader: precision | recall | F1 |" } else { "" };
    write_head(out, &format!("| {title} | found | false alarms | missed | precision | recall | F1 |{more}"));
    for (name, counts) in rows {
        let Counts { found, false_alarms, missed } = counts;
        let _ = write!(
            out,
            "| {name} | {found} | {false_alarms} | {missed} | {} | {} | {} |",
            with_interval(*found, found + false_alarms),
            with_interval(*found, found + missed),
            number(counts.f1())
        );
        if let Some(without) = without {
            let counts = without
                .iter()
                .find(|(other, _)| other == name)
                .map(|(_, counts)| *counts)
                .unwrap_or_default();
            let [precision, recall, f1] = [counts.precision(), counts.recall(), counts.f1()].map(number);
            let _ = write!(out, " {precision} | {recall} | {f1} |");
        }
        out.push('\n');
    }
    out.push('\n');
}

/// Whether some people's posts are judged otherwise than others'.
fn write_groups(out: &mut String, quality: &Quality, without: Option<&Quality>) {
    for by in [By::Country, By::Profession, By::Kind] {
        let groups = quality.groups.by(by);
        if groups.len() < 2 {
            continue;
        }
        let more = if without.is_some() { " without the reader: with a finding | noticed |" } else { "" };
        let name = by.name();
        write_head(
            out,
            &format!(
                "| {name} | clean posts | of them with a finding | other posts | of them noticed |{more}"
            ),
        );
        let without = without.map(|without| without.groups.by(by));
        for (name, group) in groups {
            let _ = write!(
                out,
                "| {name} | {} | {} | {} | {} |",
                group.clean,
                with_interval(group.alarmed, group.clean),
                group.there,
                with_interval(group.noticed, group.there)
            );
            if let Some(without) = &without {
                let group = without
                    .iter()
                    .find(|(other, _)| *other == name)
                    .map(|(_, group)| *group)
                    .unwrap_or_default();
                let [alarmed, noticed] =
                    [share(group.alarmed, group.clean), share(group.noticed, group.there)].map(number);
                let _ = write!(out, " {alarmed} | {noticed} |");
            }
            out.push('\n');
        }
        out.push('\n');
    }
}

/// The first line of a table and the one under it.
fn write_head(out: &mut String, head: &str) {
    let columns = head.matches('|').count().saturating_sub(1);
    let _ = writeln!(out, "{head}\n|{}", "---|".repeat(columns));
}

/// What the tables do not say.
fn facts(quality: &Quality) -> Vec<String> {
    let Quality { clean, clean_found, clean_medium, clean_high, .. } = quality;
    let mut facts = Vec::new();
    if *clean > 0 {
        facts.push(format!(
            "{clean} clean posts: {} with a finding, {} with one of medium severity or worse, {} with one of high severity or worse",
            percent(*clean_found, *clean),
            percent(*clean_medium, *clean),
            percent(*clean_high, *clean)
        ));
    }
    if quality.pairs.0 > 0 {
        facts.push(format!(
            "{} minimal pairs: {} with both posts judged right",
            quality.pairs.0,
            percent(quality.pairs.1, quality.pairs.0)
        ));
    }
    let stories = &quality.stories;
    if stories.stories + stories.decoys > 0 {
        facts.push(format!(
            "{} stories that identify only together: {} found, {} with the finding on their last item; {} tales that only look like one: {} alarmed",
            stories.stories,
            percent(stories.found, stories.stories),
            percent(stories.on_last, stories.stories),
            stories.decoys,
            percent(stories.alarmed, stories.decoys)
        ));
    }
    if quality.absent.0 > 0 {
        facts.push(format!(
            "{} posts of public corpora without what was asked: {:.0} findings of medium severity or worse in 1,000",
            quality.absent.0,
            1000.0 * share(quality.absent.1, quality.absent.0).unwrap_or(0.0)
        ));
    }
    facts
}

fn percent(part: u64, whole: u64) -> String {
    share(part, whole).map_or_else(|| "-".to_owned(), |share| format!("{:.1} %", share * 100.0))
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"))
}

/// A share with its Wilson interval.
fn with_interval(part: u64, whole: u64) -> String {
    let Some(share) = share(part, whole) else { return "-".to_owned() };
    let n = whole as f64;
    let centre = (share + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
    let half = Z / (1.0 + Z * Z / n) * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    format!("{share:.2} ({:.2}-{:.2})", (centre - half).max(0.0), (centre + half).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::super::tally::{Counts, Quality};
    use super::{markdown, with_interval};

    #[test]
    fn tables_have_columns_without_the_reader_where_that_is_known() {
        let measured = |found| {
            let counts = Counts { found, false_alarms: 1, missed: 3 - found };
            Quality { rules: [("privacy/patient-name".to_owned(), counts)].into(), ..Quality::default() }
        };
        let alone = markdown(&measured(3), None, "score");
        assert!(
            alone.contains("| rule | found | false alarms | missed | precision | recall | F1 |\n"),
            "{alone}"
        );
        let both = markdown(&measured(3), Some(&measured(1)), "score");
        let row = "| `privacy/patient-name` | 3 | 1 | 0 | 0.75 (0.30-0.95) | 1.00 (0.44-1.00) | 0.86 | 0.50 | 0.33 | 0.40 |";
        assert!(both.contains("| F1 | without the reader: precision | recall | F1 |\n|---|---|---|---|---|---|---|---|---|---|\n"), "{both}");
        assert!(both.contains(row), "{both}");
    }

    #[test]
    fn intervals_are_wilsons() {
        // Newcombe 1998, table I: 81 of 263 is 0.2553 to 0.3662, 0 of 20 is 0 to 0.1611.
        assert_eq!(with_interval(81, 263), "0.31 (0.26-0.37)");
        assert_eq!(with_interval(0, 20), "0.00 (0.00-0.16)");
        assert_eq!(with_interval(0, 0), "-");
    }
}
