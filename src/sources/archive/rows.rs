//! Tables in exports: rows one by one, found by the names of their columns, in either quoting style.

use std::borrow::Cow;
use std::io::Read;

use csv::ByteRecord;
use encoding_rs::WINDOWS_1252;

use super::container::Entry;
use super::encoding::Repair;
use super::format::Export;
use crate::coverage::Coverage;
use crate::sources::split::{Chunk, Dialect, Event, Records, Splitter};
use crate::sources::{Batch, Decoded, Sink, Stopped};

/// How much is read at once; also about the size of a batch.
const READ_BYTES: usize = 256 * 1024;

/// How many rows may stand above the header, such as the notes that LinkedIn puts there.
const MAX_ROWS_ABOVE: usize = 10;

pub(super) const EMPTY: &str = "A file is empty (0 bytes)";
const NO_COLUMNS: &str = "A table does not have the columns that it should have, and was not read";
const NO_HEADER: &str = "A table has no first row with the names of its columns";
const MORE_CELLS: &str =
    "A row has more cells than the first row: its quotes are broken, and records may be lost in it";
const CANNOT_READ: &str = "A file cannot be read further";

/// What is expected of a table.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Table {
    /// Columns without which it is another table, in lower case.
    pub(super) needs: &'static [&'static str],
    /// Quotes inside cells are written `\"`.
    pub(super) backslash: bool,
}

/// The names of the columns, in lower case.
#[derive(Debug, Default)]
pub(super) struct Header(Vec<String>);

impl Header {
    /// The first row of a file that begins with `start`.
    pub(super) fn of(start: &[u8]) -> Self {
        let line = start.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let mut record = ByteRecord::new();
        let found = dialect(line, false).reader(line).read_byte_record(&mut record).unwrap_or(false);
        if found { Self::from(&record) } else { Self::default() }
    }

    fn from(record: &ByteRecord) -> Self {
        let name =
            |cell: &[u8]| String::from_utf8_lossy(cell).trim_start_matches('\u{feff}').trim().to_lowercase();
        Self(record.iter().map(name).collect())
    }

    /// Whether all these columns are there.
    pub(super) fn has(&self, columns: &[&str]) -> bool {
        columns.iter().all(|column| self.0.iter().any(|name| name == column))
    }

    /// How many columns have such a name.
    pub(super) fn count(&self, fits: impl Fn(&str) -> bool) -> usize {
        self.0.iter().filter(|name| fits(name)).count()
    }
}

/// One row.
pub(super) struct Row<'r> {
    header: &'r Header,
    cells: Vec<Cow<'r, str>>,
    /// Where it is, such as `Shares.csv#line 12`.
    pub(super) place: String,
}

impl Row<'_> {
    /// The cell of a column, without spaces around it; empty if there is none.
    pub(super) fn get(&self, column: &str) -> &str {
        let at = self.header.0.iter().position(|name| name == column);
        at.and_then(|at| self.cells.get(at)).map_or("", |cell| cell.trim())
    }

    /// The first of these columns that is not empty.
    pub(super) fn any(&self, columns: &[&str]) -> &str {
        columns.iter().map(|column| self.get(column)).find(|cell| !cell.is_empty()).unwrap_or_default()
    }

    /// The cells of all columns with such a name, in order.
    pub(super) fn named(&self, fits: impl Fn(&str) -> bool) -> impl Iterator<Item = &str> {
        let cells = self.header.0.iter().zip(self.cells());
        cells.filter(move |(name, _)| fits(name)).map(|(_, cell)| cell)
    }

    /// All cells, in order.
    pub(super) fn cells(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().map(|cell| cell.trim())
    }
}

/// Reads a table. Items come in batches; what cannot be read goes to the coverage.
pub(super) fn read(
    export: &mut Export<'_>,
    entry: &Entry,
    table: Table,
    mut row: impl FnMut(&Row<'_>, &mut Decoded),
) -> Result<(), Stopped> {
    let Export { container, sink, .. } = export;
    if entry.size == 0 {
        sink.coverage().fail(EMPTY, &entry.name);
        return Ok(());
    }
    let mut reader = match container.read(entry) {
        Ok(reader) => reader,
        Err(reason) => {
            sink.coverage().fail(&reason, &entry.name);
            return Ok(());
        }
    };
    let mut buffer = vec![0; READ_BYTES];
    let mut reading = Reading { name: &entry.name, table, dialect: None, header: None };
    let mut splitter: Option<Splitter> = None;
    loop {
        let count = fill(&mut reader, &mut buffer).unwrap_or_else(|error| {
            sink.coverage().fail(&format!("{CANNOT_READ}: {error}"), &entry.name);
            0
        });
        let bytes = buffer.get(..count).unwrap_or_default();
        let dialect = *reading.dialect.get_or_insert_with(|| dialect(bytes, table.backslash));
        let cutter = splitter.get_or_insert_with(|| Splitter::new(Records::Rows(dialect)));
        if count == 0 {
            let rest = splitter.take().map(Splitter::finish).unwrap_or_default();
            reading.take(rest, *sink, &mut row)?;
            break;
        }
        reading.take(cutter.push(bytes), *sink, &mut row)?;
        sink.progress().inc(count as u64);
    }
    if reading.header.is_none() {
        sink.coverage().fail(NO_HEADER, &entry.name);
    }
    Ok(())
}

/// Fills the buffer as far as there is more to read: the first bytes must hold the whole header.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while let Some(free) = buffer.get_mut(filled..).filter(|free| !free.is_empty()) {
        match reader.read(free) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            // What came before is not lost; the next call meets the error again.
            Err(_) if filled > 0 => break,
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// The delimiter is the one that the first line has most of.
fn dialect(start: &[u8], backslash: bool) -> Dialect {
    let line = start.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let count = |delimiter: u8| line.iter().filter(|&&byte| byte == delimiter).count();
    // The last of equals wins, which is the comma where there is neither.
    let delimiter = [b'\t', b';', b','].into_iter().max_by_key(|&delimiter| count(delimiter));
    Dialect { delimiter: delimiter.unwrap_or(b','), backslash }
}

struct Reading<'r> {
    name: &'r str,
    table: Table,
    dialect: Option<Dialect>,
    /// `Some(None)` where none of the first rows is one.
    header: Option<Option<Header>>,
}

impl Reading<'_> {
    fn take(
        &mut self,
        events: Vec<Event>,
        sink: &mut dyn Sink,
        row: &mut impl FnMut(&Row<'_>, &mut Decoded),
    ) -> Result<(), Stopped> {
        for event in events {
            match event {
                Event::Lost { reason, line } => {
                    sink.coverage().fail(reason, format!("{}#line {line}", self.name));
                }
                Event::Chunk(chunk) => {
                    let mut out = Decoded::default();
                    self.rows(&chunk, &mut out, row);
                    sink.coverage().absorb(out.coverage);
                    if !out.items.is_empty() {
                        sink.batch(Batch::ready(out.items))?;
                    }
                }
            }
        }
        Ok(())
    }

    fn rows(&mut self, chunk: &Chunk, out: &mut Decoded, row: &mut impl FnMut(&Row<'_>, &mut Decoded)) {
        let Some(dialect) = self.dialect else { return };
        let mut reader = dialect.reader(chunk.bytes.as_slice());
        let mut record = ByteRecord::new();
        let mut above = 0;
        // Reading from memory into flexible records cannot fail.
        while reader.read_byte_record(&mut record).unwrap_or(false) {
            match &self.header {
                Some(Some(header)) => {
                    let line = chunk.line_of(record.position());
                    let cells = record.iter().map(|cell| text(cell, &mut out.coverage)).collect();
                    let place = format!("{}#line {line}", self.name);
                    if record.iter().skip(header.0.len()).any(|cell| !cell.trim_ascii().is_empty()) {
                        out.coverage.fail(MORE_CELLS, &place);
                    }
                    row(&Row { header, cells, place }, out);
                }
                Some(None) => return,
                None => {
                    let header = Header::from(&record);
                    above += 1;
                    if header.has(self.table.needs) {
                        self.header = Some(Some(header));
                    } else if above > MAX_ROWS_ABOVE {
                        self.no_columns(out);
                        return;
                    }
                }
            }
        }
        if self.header.is_none() {
            self.no_columns(out);
        }
    }

    fn no_columns(&mut self, out: &mut Decoded) {
        self.header = Some(None);
        out.coverage.fail(NO_COLUMNS, format!("{} ({})", self.name, self.table.needs.join(", ")));
    }
}

fn text<'c>(cell: &'c [u8], coverage: &mut Coverage) -> Cow<'c, str> {
    std::str::from_utf8(cell).map_or_else(
        |_| {
            coverage.note(Repair::Windows1252.note());
            WINDOWS_1252.decode_without_bom_handling(cell).0
        },
        Cow::Borrowed,
    )
}
