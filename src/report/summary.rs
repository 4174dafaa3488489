//! The summary of an audit for a terminal.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;
use whitecoat_engine::{Authorship, Severity};

use super::columns::{action, possible_patient_data, words};
use super::excerpt::EXCERPT_CHARS;
use super::row::Status;
use super::{Row, Run};
use crate::coverage::Gap;
use crate::history::Comparison;
use crate::reading::{Ended, Reading};
use crate::wording::{counted, printable, thousands, time};

/// How many findings are shown.
const WORST: usize = 10;
/// Columns when the terminal does not say, and the widest that is still easy to read.
const WIDTH: usize = 100;
const NARROWEST: usize = 40;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Removing is never just deleting: evidence of a breach may have to be kept.
pub const REMOVAL: &str = "Some of these posts may hold a patient's data. Do not just delete them: hide them from public view, keep one sealed \
     copy, tell the privacy officer (a breach has a clock), check for a legal hold, and only then remove them.";
/// An audit can only say what it saw.
pub const NO_CLEAN_BILL: &str =
    "A finding is a possible issue, not a ruling; and no finding is not a clean bill of health.";

/// The width to write for.
pub fn terminal_width() -> usize {
    terminal_size::terminal_size_of(io::stderr())
        .map_or(WIDTH, |(width, _)| usize::from(width.0))
        .clamp(NARROWEST, WIDTH)
}

/// Writes the summary, coloured; the writer takes the colours out where nobody sees them.
pub fn write(
    run: &Run,
    rows: &[Row],
    run_file: Option<&str>,
    width: usize,
    to: &mut dyn Write,
) -> io::Result<()> {
    let mut page = Page { to, width };
    page.read(run)?;
    page.findings(run, rows)?;
    page.next(run, rows, run_file)
}

struct Page<'t> {
    to: &'t mut dyn Write,
    width: usize,
}

impl Page<'_> {
    fn heading(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.to, "{BOLD}{text}{BOLD:#}")
    }

    /// A paragraph, its lines indented.
    fn text(&mut self, indent: usize, style: Style, text: &str) -> io::Result<()> {
        for line in wrapped(&printable(text), self.width.saturating_sub(indent)) {
            writeln!(self.to, "{:indent$}{style}{line}{style:#}", "")?;
        }
        Ok(())
    }

    fn read(&mut self, run: &Run) -> io::Result<()> {
        self.heading("Read")?;
        for reading in &run.inputs {
            let recognised = match reading.coverage.recognised.as_str() {
                "" => String::new(),
                what => format!(" ({what})"),
            };
            self.text(2, Style::new(), &format!("{}{recognised}", reading.coverage.input))?;
            if reading.coverage.holds == 0 {
                self.text(4, DIM, &contents(reading))?;
            }
            for note in &reading.coverage.notes {
                self.text(4, DIM, &format!("note: {note}"))?;
            }
        }
        if let Some(reader) = run.reader.as_ref().filter(|reader| reader.is_worth_saying()) {
            self.text(2, DIM, &reader.sentence())?;
        }
        let mut not_read: Vec<(&str, String)> = run.inputs.iter().flat_map(not_read).collect();
        not_read.extend(
            run.items_left_out.iter().map(|(reason, count)| {
                ("left out", format!("{}: {reason}", counted(*count, "item", "items")))
            }),
        );
        if !not_read.is_empty() {
            self.heading("Not read")?;
            for (label, line) in not_read {
                self.text(2, Style::new(), &format!("{label}: {line}"))?;
            }
        }
        Ok(())
    }

    fn findings(&mut self, run: &Run, rows: &[Row]) -> io::Result<()> {
        self.heading("Possible issues")?;
        let count =
            |severity: Severity| run.findings.by_severity.get(severity.name()).copied().unwrap_or_default();
        let by_severity: Vec<_> = Severity::ALL
            .iter()
            .rev()
            .map(|&severity| format!("{} {}", thousands(count(severity)), severity.name()))
            .collect();
        self.text(2, Style::new(), &by_severity.join(", "))?;
        let hidden: u64 = run.findings.not_shown_by_rule.values().sum();
        if hidden > 0 {
            self.text(
                2,
                DIM,
                &format!("{} more not shown by profile {}", thousands(hidden), run.profile.name),
            )?;
        }
        if let Some(line) = never_shown(run) {
            self.text(2, DIM, &line)?;
        }
        self.compared(run)?;
        self.done_well(run)?;
        let worst: Vec<&Row> = first(rows).take(WORST).collect();
        if worst.len() > 1 {
            self.heading(&format!("The worst {}", worst.len()))?;
        }
        for (index, row) in worst.iter().copied().enumerate() {
            // What to do is said in full the first time only.
            let known = worst.iter().take(index).any(|other| other.rule.id == row.rule.id);
            let action = if known { row.rule.action.clone() } else { action(row) };
            self.finding(row, &action)?;
        }
        Ok(())
    }

    /// Counts only: no score, and nothing where there is nothing.
    fn done_well(&mut self, run: &Run) -> io::Result<()> {
        let done = run.done_well();
        if !done.is_empty() {
            self.heading("Appears to be done well")?;
        }
        for (practice, count) in done {
            self.text(2, Style::new(), &practice.says(count))?;
        }
        Ok(())
    }

    /// What became of the last audit's findings.
    fn compared(&mut self, run: &Run) -> io::Result<()> {
        let Some(comparison) = &run.comparison else { return Ok(()) };
        self.heading("Since the last audit")?;
        self.text(2, Style::new(), &became(comparison, run))?;
        if let Some(alarms) = false_alarms(comparison) {
            self.text(2, DIM, &alarms)?;
        }
        for note in &comparison.notes {
            self.text(2, DIM, &format!("note: {}: {note}", comparison.previous))?;
        }
        Ok(())
    }

    fn finding(&mut self, row: &Row, action: &str) -> io::Result<()> {
        let colour = style_of(row.severity);
        let date = row.posted_at.map_or("no date".to_owned(), |moment| {
            time(moment, row.precision).split('T').next().unwrap_or_default().to_owned()
        });
        let platform = if row.platform.is_empty() { "" } else { &row.platform };
        let name = row.severity.name();
        let head = printable(&format!("{date} {platform} {}: {}", words(&row.kind), row.rule.title));
        let head = head.split_whitespace().collect::<Vec<_>>().join(" ");
        writeln!(self.to, "  {colour}{name:8}{colour:#} {head}")?;
        if !row.excerpt.is_empty() {
            let mut excerpt: String = row.excerpt.chars().take(EXCERPT_CHARS).collect();
            if excerpt.len() < row.excerpt.len() {
                excerpt.push('…');
            }
            self.text(11, Style::new(), &format!("“{excerpt}”"))?;
        }
        self.text(11, DIM, &format!("{} -> {}", row.rule.id, action))
    }

    fn next(&mut self, run: &Run, rows: &[Row], run_file: Option<&str>) -> io::Result<()> {
        self.heading("What next")?;
        if rows.iter().any(possible_patient_data) {
            self.text(2, Style::new().bold(), REMOVAL)?;
        }
        if run.interrupted {
            self.text(
                2,
                Style::new(),
                "The run was interrupted: this is incomplete. Run the same command again.",
            )?;
        } else if !run.complete {
            self.text(2, Style::new(), "This is incomplete: see what was not read, above.")?;
        }
        if run.output != "-" {
            let count = counted(run.attestation.findings.count.max(run.findings.shown), "row", "rows");
            let fill = match run.fill_in.split_last() {
                Some((last, [])) if !rows.is_empty() => format!(" Fill in its column {last}."),
                Some((last, others)) if !rows.is_empty() => {
                    format!(" Fill in its columns {} and {last}.", others.join(", "))
                }
                _ => String::new(),
            };
            self.text(2, Style::new(), &format!("All findings: {} ({count}).{fill}", run.output))?;
        }
        if let Some(run_file) = run_file {
            let lines = counted(run.checklist.len() as u64, "thing", "things");
            self.text(
                2,
                Style::new(),
                &format!("Record of the run, with {lines} only a person can check: {run_file}"),
            )?;
        }
        self.text(2, DIM, NO_CLEAN_BILL)
    }
}

/// What is to be dealt with first, the worst first: not what was decided on, and no mere prompts.
pub(super) fn first(rows: &[Row]) -> impl Iterator<Item = &Row> {
    rows.iter().filter(|row| row.is_open() && row.severity > Severity::Info)
}

/// `3 new, 5 persisting, 1 gone; 8 still open`.
pub(super) fn became(comparison: &Comparison, run: &Run) -> String {
    let statuses = Status::ALL.iter().filter_map(|status| {
        let count = comparison.by_status.get(status.name())?;
        Some(format!("{} {}", thousands(*count), status.name()))
    });
    let open = format!("{} still open", thousands(run.findings.open));
    let statuses = statuses.collect::<Vec<_>>().join(", ");
    if statuses.is_empty() { open } else { format!("{statuses}; {open}") }
}

/// How often the last audit's reader called a rule's finding no issue.
pub(super) fn false_alarms(comparison: &Comparison) -> Option<String> {
    let of_rule = |(rule, count): (&String, &u64)| {
        let decided = comparison.decided_by_rule.get(rule).copied().unwrap_or_default();
        format!("{rule} {} of {} decided", thousands(*count), thousands(decided))
    };
    let alarms: Vec<String> = comparison.false_alarms_by_rule.iter().map(of_rule).collect();
    (!alarms.is_empty()).then(|| format!("False alarms, as decided: {}", alarms.join(", ")))
}

/// What the profile keeps from its readers, as a number only.
pub(super) fn never_shown(run: &Run) -> Option<String> {
    let suppressed: u64 = run.findings.suppressed_by_class.values().sum();
    (suppressed > 0).then(|| {
        format!(
            "{} left out, or shown without words, because profile {} never shows what they are about",
            thousands(suppressed),
            run.profile.name
        )
    })
}

/// `1,204 items (post 1,000, reply 204), 2012 to 2024; of these reshare 104`.
pub(super) fn contents(reading: &Reading) -> String {
    let counts = &reading.counts;
    let listed = |parts: Vec<String>| parts.join(", ");
    let kinds =
        listed(counts.kinds.iter().map(|(kind, n)| format!("{} {}", words(kind), thousands(*n))).collect());
    let mut line = counted(counts.items, "item", "items");
    if !kinds.is_empty() {
        line.push_str(&format!(" ({kinds})"));
    }
    if let (Some(first), Some(last)) = (counts.first, counts.last) {
        let (first, last) = (first.date().year(), last.date().year());
        line.push_str(&if first == last { format!(", {first}") } else { format!(", {first} to {last}") });
    }
    let others = counts.authorship.iter().filter(|(authorship, _)| **authorship != Authorship::Own);
    let others =
        listed(others.map(|(authorship, n)| format!("{} {}", words(authorship), thousands(*n))).collect());
    if !others.is_empty() {
        line.push_str(&format!("; of these {others}"));
    }
    line
}

/// Why something was not read, label first: what failed before what was left out.
fn not_read(reading: &Reading) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    match &reading.ended {
        Ended::Complete => {}
        Ended::Interrupted => {
            lines.push(("stopped", format!("{}: not read to its end", reading.coverage.input)))
        }
        Ended::Unreadable(problem) => lines.push(("failed", problem.clone())),
    }
    let gaps = |label: &'static str, gaps: &std::collections::BTreeMap<String, Gap>| -> Vec<_> {
        gaps.iter().map(|(reason, gap)| (label, gap_line(reason, gap))).collect()
    };
    lines.extend(gaps("failed", &reading.coverage.failed));
    lines.extend(gaps("left out", &reading.coverage.skipped));
    lines
}

fn gap_line(reason: &str, gap: &Gap) -> String {
    let places = gap.places(", ...");
    let places = if places.is_empty() { places } else { format!(" ({places})") };
    format!("{} x {reason}{places}", thousands(gap.count))
}

/// The colour of a severity.
pub fn style_of(severity: Severity) -> Style {
    match severity {
        Severity::Critical => AnsiColor::Red.on_default().bold(),
        Severity::High => AnsiColor::Red.on_default(),
        Severity::Medium => AnsiColor::Yellow.on_default(),
        Severity::Low => AnsiColor::Cyan.on_default(),
        Severity::Info => DIM,
    }
}

/// The lines of a text at a width, broken at spaces; a word that is wider stays whole.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && line.width() + 1 + word.width() > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}
