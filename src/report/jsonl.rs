//! The audit as JSON Lines: the same fields as the table, with types.

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Closed, Columns, Row, Run};

/// Writes one object a finding. Beside `span` stands `span_field`, the text that it cuts.
pub fn write(
    rows: &[Row],
    closed: &[Closed],
    run: &Run,
    columns: &Columns,
    mut to: impl Write,
) -> io::Result<()> {
    for row in rows {
        serde_json::to_writer(&mut to, &Object { row, run, columns })?;
        to.write_all(b"\n")?;
    }
    for row in closed {
        serde_json::to_writer(&mut to, &Earlier { row, columns })?;
        to.write_all(b"\n")?;
    }
    to.flush()
}

struct Earlier<'r> {
    row: &'r Closed,
    columns: &'r Columns,
}

impl Serialize for Earlier<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for column in self.columns.iter() {
            map.serialize_entry(column.name, &self.row.value(column.name))?;
            if column.name == "span" {
                map.serialize_entry("span_field", &self.row.span_field())?;
            }
        }
        map.end()
    }
}

struct Object<'r> {
    row: &'r Row,
    run: &'r Run,
    columns: &'r Columns,
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for column in self.columns.iter() {
            map.serialize_entry(column.name, &column.value(self.row, self.run))?;
            if column.name == "span" {
                map.serialize_entry("span_field", &self.row.span_field)?;
            }
        }
        map.end()
    }
}
