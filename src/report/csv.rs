//! The audit as CSV: RFC 4180, UTF-8, safe to open in a spreadsheet.

use std::io::{self, Write};

use super::{Closed, Columns, Row, Run};
use crate::formula;

/// How the table is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Leave cells that look like formulas as they are.
    pub raw: bool,
    /// Begin with a byte order mark and end lines with CRLF, as Excel wants it.
    pub excel: bool,
}

/// Writes the table: the findings, then what is left of the last audit.
pub fn write(
    rows: &[Row],
    closed: &[Closed],
    run: &Run,
    columns: &Columns,
    options: Options,
    mut to: impl Write,
) -> io::Result<()> {
    if options.excel {
        to.write_all("\u{feff}".as_bytes())?;
    }
    let terminator = if options.excel { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
    let mut writer = csv::WriterBuilder::new().terminator(terminator).from_writer(to);
    fill((rows, closed), run, columns, options, &mut writer).map_err(plain)?;
    writer.flush()
}

fn fill<W: Write>(
    (rows, closed): (&[Row], &[Closed]),
    run: &Run,
    columns: &Columns,
    options: Options,
    writer: &mut csv::Writer<W>,
) -> csv::Result<()> {
    writer.write_record(columns.iter().map(|column| column.name))?;
    let mut line = |cells: &mut dyn Iterator<Item = String>| -> csv::Result<()> {
        for cell in cells {
            if options.raw {
                writer.write_field(&cell)?;
            } else {
                writer.write_field(formula::guarded(&cell).as_bytes())?;
            }
        }
        writer.write_record(None::<&[u8]>)
    };
    for row in rows {
        line(&mut columns.iter().map(|column| column.cell(row, run)))?;
    }
    for row in closed {
        line(&mut columns.iter().map(|column| row.cell(column.name)))?;
    }
    Ok(())
}

/// The system's own error: wrapped into another, a full disk would no longer be told from anything else.
fn plain(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
