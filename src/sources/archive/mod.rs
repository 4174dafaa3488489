//! Post archives that platforms export (placeholder until the reader is merged: claims nothing).

use std::path::Path;

use super::{InputError, Options, Sink};

/// Whether `path` is an export that [`read`] understands.
pub fn claims(_path: &Path) -> bool {
    false
}

/// Reads an export.
pub fn read(path: &Path, _options: &Options, _sink: &mut dyn Sink) -> Result<(), InputError> {
    Err(InputError::Unreadable {
        input: path.display().to_string(),
        problem: "this build reads no archives".to_owned(),
        expected: "an items file".to_owned(),
        next: "use a build with the archive reader".to_owned(),
    })
}
