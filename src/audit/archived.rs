//! Archived copies of the pages of critical findings, where the user has asked for them.

use std::collections::BTreeSet;

use url::Url;
use whitecoat_engine::Severity;

use crate::pipeline::{Outcome, Settings};
use crate::report::Row;
use crate::sources::web;

/// Asks `index` about the pages of critical findings, and notes in each row where a copy is.
pub(super) fn look_up(rows: &mut [Row], index: &Url, outcome: &mut Outcome, settings: &Settings) {
    let wanted = |row: &Row| row.severity == Severity::Critical && row.is_open() && !row.withheld;
    let pages: BTreeSet<&String> =
        rows.iter().filter(|row| wanted(row)).filter_map(|row| row.url.as_ref()).collect();
    let pages: Vec<String> = pages.into_iter().cloned().collect();
    if pages.is_empty() {
        return;
    }
    settings.progress.line(&format!(
        "asking {} for archived copies of {}: it is told their addresses",
        index.host_str().unwrap_or_default(),
        crate::wording::counted(
            pages.len() as u64,
            "page with critical findings",
            "pages with critical findings"
        )
    ));
    let stopped = || outcome.stopped || settings.interrupt.is_asked();
    let archived = web::archived(&settings.options.web, index, &pages, stopped);
    for row in rows.iter_mut().filter(|row| wanted(row)) {
        row.archived_url = row.url.as_ref().and_then(|url| archived.copies.get(url)).cloned();
    }
    if let Some(last) = outcome.readings.last_mut() {
        last.coverage.absorb(archived.coverage);
    }
}
