//! The audit as CSV: RFC 4180, UTF-8, safe to open in a spreadsheet.

use std::io::{self, Write};

use super::{Columns, Row, Run};
use crate::formula;

/// How the table is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Leave cells that look like formulas as they are.
    pub raw: bool,
    /// Begin with a byte order mark and end lines with CRLF, as Excel wants it.
    pub excel: bool,
}

/// Writes the table.
pub fn write(
    rows: &[Row],
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
    fill(rows, run, columns, options, &mut writer).map_err(plain)?;
    writer.flush()
}

fn fill<W: Write>(
    rows: &[Row],
    run: &Run,
    columns: &Columns,
    options: Options,
    writer: &mut csv::Writer<W>,
) -> csv::Result<()> {
    writer.write_record(columns.iter().map(|column| column.name))?;
    for row in rows {
        for column in columns.iter() {
            let cell = column.cell(row, run);
            if options.raw {
                writer.write_field(&cell)?;
            } else {
                writer.write_field(formula::guarded(&cell).as_bytes())?;
            }
        }
        writer.write_record(None::<&[u8]>)?;
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
