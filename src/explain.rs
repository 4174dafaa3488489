//! What was read of an input, file by file, as a table for a person.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;
use whitecoat_engine::{Item, Moment};

use crate::coverage::{Gap, file_of};
use crate::reading::{Ended, Reading};
use crate::wording::{counted, printable, thousands};

/// How many files without items are listed for each reason.
const FILES_PER_REASON: usize = 10;

/// What came out of each file of one input.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Files(BTreeMap<String, Part>);

/// What came out of one file.
#[derive(Clone, Debug, Default, PartialEq)]
struct Part {
    readers: BTreeSet<String>,
    /// Records that gave items.
    records: u64,
    items: u64,
    /// The record of the last item.
    last_source: String,
    first: Option<Moment>,
    last: Option<Moment>,
}

impl Files {
    /// Counts items by the file that they are from.
    pub fn of(items: &[Item]) -> Self {
        let mut files = Self::default();
        for item in items {
            let part = files.0.entry(file_of(&item.source).to_owned()).or_default();
            if !part.readers.contains(&item.platform) {
                part.readers.insert(item.platform.clone());
            }
            part.items += 1;
            part.records += u64::from(part.last_source != item.source);
            part.last_source.clone_from(&item.source);
            part.span(item.created_at, item.created_at);
        }
        files
    }

    /// Adds what a later part of the same input gave.
    pub fn absorb(&mut self, other: Self) {
        for (file, other) in other.0 {
            let part = self.0.entry(file).or_default();
            part.readers.extend(other.readers);
            part.records += other.records;
            part.items += other.items;
            part.last_source = other.last_source;
            part.span(other.first, other.last);
        }
    }

    /// Writes the table of an input.
    pub fn write(&self, reading: &Reading, to: &mut dyn Write) -> io::Result<()> {
        let coverage = &reading.coverage;
        writeln!(to, "{}", printable(&coverage.input))?;
        let recognised = match (coverage.recognised.as_str(), &reading.ended) {
            ("", Ended::Unreadable(problem)) => problem.lines().next().unwrap_or_default(),
            ("", _) => "nothing was recognised",
            (recognised, _) => recognised,
        };
        writeln!(to, "  {}", printable(recognised))?;
        let gaps: Vec<(&str, &str, &Gap)> = [("failed", &coverage.failed), ("left out", &coverage.skipped)]
            .into_iter()
            .flat_map(|(what, gaps)| gaps.iter().map(move |(reason, gap)| (what, reason.as_str(), gap)))
            .collect();
        if coverage.holds > 0 {
            self.rest(&gaps, to)?;
            return writeln!(to);
        }
        let items = counted(reading.counts.items, "item", "items");
        let files = counted(self.0.len() as u64, "file", "files");
        let span = days(reading.counts.first, reading.counts.last);
        writeln!(to, "  {items} from {files}{}", if span.is_empty() { span } else { format!(", {span}") })?;
        self.table(&gaps, to)?;
        self.rest(&gaps, to)?;
        for (at, note) in coverage.notes.iter().enumerate() {
            writeln!(to, "{}  note: {}", if at == 0 { "\n" } else { "" }, printable(note))?;
        }
        writeln!(to)
    }

    /// The files that gave items; below each, what of it was not read.
    fn table(&self, gaps: &[(&str, &str, &Gap)], to: &mut dyn Write) -> io::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let readers = |part: &Part| printable(&part.readers.iter().cloned().collect::<Vec<_>>().join("+"));
        let times = |part: &Part| days(part.first, part.last);
        let widest = |column: &dyn Fn(&Part) -> String, head: &str| {
            self.0.values().map(|part| column(part).width()).max().unwrap_or(0).max(head.width())
        };
        let (reader, time) = (widest(&readers, "reader"), widest(&times, "time"));
        writeln!(to, "\n  {:>9}  {:>9}  {:reader$}  {:time$}  file", "records", "items", "reader", "time")?;
        for (file, part) in &self.0 {
            let own: Vec<_> = gaps.iter().filter_map(|gap| Some((gap, *gap.2.files.get(file)?))).collect();
            let records = thousands(part.records + own.iter().map(|(_, count)| count).sum::<u64>());
            let items = thousands(part.items);
            let (reader, time) = (padded(&readers(part), reader), padded(&times(part), time));
            writeln!(to, "  {records:>9}  {items:>9}  {reader}  {time}  {}", printable(file))?;
            for ((what, reason, _), count) in own {
                writeln!(to, "{:24}{what}: {} x {}", "", thousands(count), printable(reason))?;
            }
        }
        Ok(())
    }

    /// The files that gave no items, by the reason.
    fn rest(&self, gaps: &[(&str, &str, &Gap)], to: &mut dyn Write) -> io::Result<()> {
        for (what, reason, gap) in gaps {
            let others: Vec<_> = gap.files.iter().filter(|(file, _)| !self.0.contains_key(*file)).collect();
            if others.is_empty() {
                continue;
            }
            writeln!(to, "\n  {what}: {}", printable(reason))?;
            for (file, count) in others.iter().take(FILES_PER_REASON) {
                let count = if **count > 1 { format!(" ({} x)", thousands(**count)) } else { String::new() };
                writeln!(to, "    {}{count}", printable(file))?;
            }
            let more = others.len().saturating_sub(FILES_PER_REASON);
            if more > 0 {
                writeln!(to, "    and {}", counted(more as u64, "more file", "more files"))?;
            }
        }
        Ok(())
    }
}

impl Part {
    fn span(&mut self, first: Option<Moment>, last: Option<Moment>) {
        self.first = self.first.into_iter().chain(first).min_by_key(Moment::instant);
        self.last = self.last.into_iter().chain(last).max_by_key(Moment::instant);
    }
}

/// `2011-03-01 to 2024-05-01`, one day alone, or nothing.
fn days(first: Option<Moment>, last: Option<Moment>) -> String {
    match (first.map(|first| first.date()), last.map(|last| last.date())) {
        (Some(first), Some(last)) if first != last => format!("{first} to {last}"),
        (Some(day), _) | (None, Some(day)) => day.to_string(),
        (None, None) => String::new(),
    }
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}
