//! The account that an export belongs to.

use super::format::Export;

pub(super) use crate::sources::shapes::account::Account;

/// Says what the export was recognised as, such as `Reddit archive of u/drvreeland`.
pub(super) fn recognised(export: &mut Export<'_>, owner: &str) {
    let platform = export.platform;
    let article = if platform.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" };
    let mut said = match export.container.single_file() {
        Some(name) => format!("{name} of {article} {platform} archive"),
        None => format!("{platform} archive"),
    };
    if !owner.is_empty() {
        said.push_str(&format!(" of {owner}"));
    }
    export.sink.recognised(&said);
    let bytes = export.files.iter().map(|file| file.entry.size).sum();
    export.sink.progress().set_length(bytes);
}
