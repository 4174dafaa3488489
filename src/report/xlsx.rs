//! The audit as a workbook: the same table, ready to be read and decided on.
//!
//! All cells are text, which a spreadsheet never runs as a formula.

use std::io::{self, Write};

use rust_xlsxwriter::{
    Color, DataValidation, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook,
    Worksheet, XlsxError,
};

use super::{Closed, Columns, Row, Run};
use crate::wording::printable;

/// What may stand in `decision`, as the list offers it; a reason is written after `keep: `.
pub const DECISIONS: [&str; 4] = ["keep: ", "removed", "edited", "not-an-issue"];
/// Characters of a cell; the format allows 32,767.
const CELL_CHARS: usize = 32_000;
/// Rows of a sheet, its header counted.
const SHEET_ROWS: usize = 1_048_576;
/// Width of columns that are not listed, in characters.
const WIDTH: f64 = 16.0;
const WIDTHS: &[(&str, f64)] = &[
    ("severity", 10.0),
    ("rule", 26.0),
    ("title", 28.0),
    ("excerpt", 60.0),
    ("why", 45.0),
    ("action", 55.0),
    ("posted_at", 21.0),
    ("url", 32.0),
    ("source", 32.0),
    ("note", 30.0),
    ("guidelines", 40.0),
];

/// Writes a workbook of one sheet: a frozen header with filters, wrapped text, a list of choices in `decision`; the
/// findings, then what is left of the last audit.
///
/// # Errors
/// More rows than a sheet can hold, or a failure of the output.
pub fn write(
    rows: &[Row],
    closed: &[Closed],
    run: &Run,
    columns: &Columns,
    mut to: impl Write,
) -> io::Result<()> {
    let count = rows.len() + closed.len();
    if count >= SHEET_ROWS {
        let problem =
            format!("{count} findings are more than a sheet holds ({SHEET_ROWS} rows); write a .csv");
        return Err(io::Error::other(problem));
    }
    let workbook = fill(rows, closed, run, columns).and_then(|mut workbook| workbook.save_to_buffer());
    to.write_all(&workbook.map_err(io::Error::other)?)?;
    to.flush()
}

fn fill(rows: &[Row], closed: &[Closed], run: &Run, columns: &Columns) -> Result<Workbook, XlsxError> {
    let count = rows.len() + closed.len();
    let mut workbook = Workbook::new();
    let started = ExcelDateTime::from_timestamp(run.started.instant().as_second())?;
    workbook
        .set_properties(&DocProperties::new().set_title("whitecoat audit").set_creation_datetime(&started));
    let sheet = workbook.add_worksheet().set_name("Findings")?;
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let header = wrapped
        .clone()
        .set_bold()
        .set_background_color(Color::RGB(0xF0_EC_E0))
        .set_border_bottom(FormatBorder::Thin);
    for (at, column) in (0u16..).zip(columns.iter()) {
        let width = WIDTHS.iter().find(|(name, _)| *name == column.name).map_or(WIDTH, |(_, width)| *width);
        sheet.set_column_width(at, width)?;
        sheet.write_string_with_format(0, at, column.name, &header)?;
        let shown = rows.iter().map(|row| column.cell(row, run));
        let cells = shown.chain(closed.iter().map(|row| row.cell(column.name)));
        for (line, text) in (1u32..).zip(cells) {
            sheet.write_string_with_format(line, at, cell(&text), &wrapped)?;
        }
        if column.name == "decision" && count > 0 {
            offer_decisions(sheet, at, count)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    let (last_row, last_column) = (u32::try_from(count).unwrap_or(u32::MAX), columns.iter().count());
    if let Some(last_column) = last_column.checked_sub(1).and_then(|last| u16::try_from(last).ok()) {
        sheet.autofilter(0, 0, last_row, last_column)?;
    }
    Ok(workbook)
}

/// The list helps and does not hinder: other words, such as a reason after `keep: `, may be typed.
fn offer_decisions(sheet: &mut Worksheet, column: u16, rows: usize) -> Result<(), XlsxError> {
    let choices = DataValidation::new().allow_list_strings(&DECISIONS)?.show_error_message(false);
    sheet.add_data_validation(1, column, u32::try_from(rows).unwrap_or(u32::MAX), column, &choices)?;
    Ok(())
}

/// Text that fits a cell and holds nothing that the format cannot.
fn cell(text: &str) -> String {
    let shown = printable(text);
    match shown.char_indices().nth(CELL_CHARS) {
        None => shown,
        Some((end, _)) => format!("{}…", shown.get(..end).unwrap_or_default()),
    }
}
