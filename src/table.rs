//! A table that a person may have had open in a spreadsheet: read whatever it did to encoding, delimiter and order.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::formula;
use crate::wording::{nearest, thousands};

/// The largest table that is read: it is held in memory.
pub const MAX_TABLE_BYTES: u64 = 512 * 1024 * 1024;

/// A table in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The first row, in lower case.
    pub header: Vec<String>,
    /// The others that are not empty.
    pub rows: Vec<TableRow>,
    /// What parts the cells.
    pub delimiter: char,
    /// What was done to read it, in words.
    pub notes: Vec<String>,
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRow {
    /// Its number as a spreadsheet counts, the header being 1.
    pub number: u64,
    /// Its cells, what guarded them against running as formulas taken off.
    pub cells: Vec<String>,
    /// Cells that look like formulas and were not guarded.
    bare: Vec<usize>,
}

/// Why a table cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The system refuses.
    #[error("{path}: {source}\n  try: check the path, and whether you may read the file")]
    Open {
        /// As given.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// It is no table.
    #[error("{path}: {problem}\n  expected: {expected}\n  try: {next}")]
    Invalid {
        /// As given.
        path: String,
        /// What is wrong.
        problem: String,
        /// What would have been right.
        expected: String,
        /// What to do.
        next: String,
    },
}

impl TableError {
    /// Something wrong with the table at `path`.
    pub fn invalid(
        path: &Path,
        problem: impl Into<String>,
        expected: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        let path = path.display().to_string();
        Self::Invalid { path, problem: problem.into(), expected: expected.into(), next: next.into() }
    }
}

impl Table {
    /// Reads a file.
    pub fn open(path: &Path) -> Result<Self, TableError> {
        let failed = |source| TableError::Open { path: path.display().to_string(), source };
        let mut bytes = Vec::new();
        File::open(path)
            .map_err(failed)?
            .take(MAX_TABLE_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        if bytes.len() as u64 > MAX_TABLE_BYTES {
            let problem = format!("larger than {} bytes, the most that is read", thousands(MAX_TABLE_BYTES));
            return Err(TableError::invalid(path, problem, "a table of findings or people", "part the file"));
        }
        if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0") {
            return Err(TableError::invalid(
                path,
                "a workbook of a spreadsheet program, not a CSV file",
                "comma-separated text",
                "open it in the spreadsheet and save it as CSV (UTF-8)",
            ));
        }
        Ok(Self::parse(&bytes))
    }

    /// Reads bytes.
    pub fn parse(bytes: &[u8]) -> Self {
        let (text, note) = decode(bytes);
        let mut text = text.as_str();
        let mut stated = None;
        // Excel's own mark for what parts the cells.
        if let Some(rest) = text.strip_prefix("sep=") {
            stated = rest.chars().next();
            text = rest.split_once('\n').map_or("", |(_, rest)| rest);
        }
        let delimiter = stated.filter(char::is_ascii).unwrap_or_else(|| delimiter(text));
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(u8::try_from(delimiter).unwrap_or(b','))
            .from_reader(text.as_bytes());
        let mut table = Self { delimiter, notes: note.into_iter().collect(), ..Self::default() };
        let (mut number, mut record) = (0, csv::StringRecord::new());
        // Reading text from memory into flexible records cannot fail.
        while reader.read_record(&mut record).unwrap_or(false) {
            number += 1;
            let cells: Vec<String> = record.iter().map(|cell| cell.replace("\r\n", "\n")).collect();
            if cells.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            if table.header.is_empty() {
                table.header = cells.iter().map(|cell| cell.trim().to_lowercase()).collect();
            } else {
                let is_bare = |(_, cell): &(usize, &String)| {
                    matches!(formula::guarded(cell), Cow::Owned(_)) && !cell.starts_with('\'')
                };
                let bare = cells.iter().enumerate().filter(is_bare).map(|(at, _)| at).collect();
                let cells = cells.iter().map(|cell| formula::unguarded(cell).to_owned()).collect();
                table.rows.push(TableRow { number, cells, bare });
            }
        }
        table
    }

    /// Where a column stands.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|cell| cell == name)
    }

    /// Names that stand over more than one column, of which only the first is read.
    pub fn doubles(&self) -> Vec<&str> {
        let named = self.header.iter().enumerate().filter(|(_, name)| !name.is_empty());
        let second = named.filter(|(at, name)| self.column(name).is_some_and(|first| first < *at));
        second.map(|(_, name)| name.as_str()).collect()
    }

    /// The column that may have been meant where `name` is missing.
    pub fn like(&self, name: &str) -> Option<&str> {
        nearest(name, self.header.iter().map(String::as_str))
    }
}

impl TableRow {
    /// Whether a spreadsheet would run a cell as a formula.
    pub fn is_bare(&self, column: usize) -> bool {
        self.bare.contains(&column)
    }

    /// A cell; empty where the row is too short.
    pub fn cell(&self, column: Option<usize>) -> &str {
        column.and_then(|column| self.cells.get(column)).map_or("", String::as_str)
    }
}

/// UTF-8, UTF-16 or what Windows calls ANSI, with a remark where it was not UTF-8.
fn decode(bytes: &[u8]) -> (String, Option<String>) {
    let wide = |encoding: &'static encoding_rs::Encoding| {
        let note = format!("it was saved as {}", encoding.name());
        (encoding.decode(bytes).0.into_owned(), Some(note))
    };
    if let Some((encoding, _)) = encoding_rs::Encoding::for_bom(bytes) {
        return match encoding == encoding_rs::UTF_8 {
            true => (encoding.decode(bytes).0.into_owned(), None),
            false => wide(encoding),
        };
    }
    match bytes {
        [0, _, ..] => return wide(encoding_rs::UTF_16BE),
        [_, 0, ..] => return wide(encoding_rs::UTF_16LE),
        _ => {}
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), None),
        Err(_) => wide(encoding_rs::WINDOWS_1252),
    }
}

/// What stands most often between the names of the first row.
fn delimiter(text: &str) -> char {
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |delimiter: char| header.matches(delimiter).count();
    // Of several that are as frequent, the last.
    ['\t', ';', ','].into_iter().max_by_key(|&delimiter| count(delimiter)).unwrap_or(',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_spreadsheets_write() {
        let plain = "rule,note\nprivacy/a,\"caf\u{e9}, warm\"\n";
        let semicolons = plain.replace(',', ";").replace("\u{e9};", "\u{e9},");
        let wide = |text: &str| -> Vec<u8> {
            let units = text.replace(',', "\t").replace("\u{e9}\t", "\u{e9},");
            [0xff, 0xfe].into_iter().chain(units.encode_utf16().flat_map(u16::to_le_bytes)).collect()
        };
        let ansi: Vec<u8> = plain.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
        let variants: [Vec<u8>; 6] = [
            plain.into(),
            format!("\u{feff}{}", plain.replace('\n', "\r\n")).into(),
            semicolons.clone().into(),
            format!("sep=;\r\n{semicolons}").into(),
            wide(plain),
            ansi,
        ];
        for bytes in variants {
            let table = Table::parse(&bytes);
            assert_eq!(table.header, ["rule", "note"], "{bytes:?}");
            assert_eq!(table.rows.len(), 1, "{bytes:?}");
            assert_eq!(table.rows.first().map(|row| row.cell(table.column("note"))), Some("caf\u{e9}, warm"));
        }
    }

    #[test]
    fn numbers_rows_as_a_spreadsheet_does_and_takes_guards_off() {
        let table = Table::parse(b"A,B\n'=1,x\n,\n2,y\n");
        let rows: Vec<_> = table.rows.iter().map(|row| (row.number, row.cells.join("|"))).collect();
        assert_eq!(rows, [(2, "=1|x".to_owned()), (4, "2|y".to_owned())]);
        assert_eq!(table.column("b"), Some(1));
        assert_eq!(table.like("bb"), Some("b"));
        assert_eq!(Table::parse(b""), Table { delimiter: ',', ..Table::default() });
    }
}
