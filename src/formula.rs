//! Keeps a spreadsheet from taking a cell for a formula. Quoting does not: the program takes the quotes off first.

use std::borrow::Cow;

/// A cell with an apostrophe before it if a spreadsheet might run it.
pub fn guarded(cell: &str) -> Cow<'_, str> {
    if is_formula(cell.trim_start_matches('\'')) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// The cell that [`guarded`] was given.
pub fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_formula(rest.trim_start_matches('\'')) => rest,
        _ => cell,
    }
}

/// Whether a cell begins, perhaps after spaces, with a sign that starts a formula, or with one that a spreadsheet drops
/// before it looks.
fn is_formula(cell: &str) -> bool {
    if cell.starts_with(['\t', '\r', '\0']) {
        return true;
    }
    let dropped =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}');
    cell.trim_start_matches(dropped).starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use super::{guarded, unguarded};

    #[test]
    fn guards_every_way_to_begin_a_formula() {
        let cases = [
            ("=1+1", true),
            ("+1", true),
            ("-1", true),
            ("@SUM(A1)", true),
            ("\t=1", true),
            ("\tplain", true),
            ("\r=1", true),
            ("\n=1", true),
            ("\0=1", true),
            ("  =1", true),
            ("\u{a0}=1", true),
            ("\u{feff}=1", true),
            ("\u{200b}@x", true),
            ("＝1", true),
            ("＋1", true),
            ("－1", true),
            ("＠x", true),
            ("'=1", true),
            ("plain", false),
            ("a=1", false),
            ("'plain", false),
            ("", false),
            ("…=1", false),
            ("\n plain", false),
        ];
        for (cell, expected) in cases {
            assert_eq!(guarded(cell).len() > cell.len(), expected, "{cell:?}");
            assert_eq!(unguarded(&guarded(cell)), cell, "{cell:?}");
        }
    }
}
