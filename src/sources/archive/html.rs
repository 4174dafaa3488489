//! HTML files in exports: read whole where they are small, and made into text.

use std::io::Read;

use scraper::{ElementRef, Html, Selector};

use super::container::Entry;
use super::encoding::repair;
use super::format::Export;
use super::rows::EMPTY;
pub(super) use crate::sources::web::page::dom::{
    file_name, pictures, plain, text, text_without_tree, titled,
};
use crate::sources::web::page::gate;

/// The largest page that is read whole, in bytes.
pub(super) const MAX_PAGE_BYTES: u64 = 16 * 1024 * 1024;

const TOO_LONG: &str = "A page is too long (limit: 16 MiB), and was not read";
const CANNOT_READ: &str = "A file cannot be read further";
const FLAT: &str = "A page nests too deep or holds too many elements, and was read as plain text";

/// The whole of a page that holds one record. What is wrong with it goes to the coverage.
pub(super) fn page(export: &mut Export<'_>, entry: &Entry) -> Option<String> {
    let Export { container, sink, .. } = export;
    sink.progress().inc(entry.size);
    if entry.size == 0 {
        sink.coverage().fail(EMPTY, &entry.name);
        return None;
    }
    let mut bytes = Vec::new();
    let problem = match container.read(entry) {
        Err(reason) => Some(reason),
        Ok(reader) => match reader.take(MAX_PAGE_BYTES + 1).read_to_end(&mut bytes) {
            Err(error) => Some(format!("{CANNOT_READ}: {error}")),
            Ok(_) if bytes.len() as u64 > MAX_PAGE_BYTES => Some(TOO_LONG.to_owned()),
            Ok(_) => None,
        },
    };
    if let Some(problem) = problem {
        sink.coverage().fail(&problem, &entry.name);
        return None;
    }
    Some(match String::from_utf8(bytes) {
        Ok(page) => page,
        Err(error) => {
            let (page, repair) = repair(error.as_bytes())?;
            sink.coverage().note(repair.note());
            page
        }
    })
}

/// The tree of a page; `None`, with a remark, where building it could take for ever.
pub(super) fn tree(export: &mut Export<'_>, page: &str) -> Option<Html> {
    if gate::check(page).is_err() {
        export.sink.coverage().note(FLAT);
        return None;
    }
    Some(Html::parse_document(page))
}

/// The elements below `root` that fit a selector, which is a fixed one.
pub(super) fn all<'t>(root: ElementRef<'t>, selector: &str) -> Vec<ElementRef<'t>> {
    Selector::parse(selector).map(|selector| root.select(&selector).collect()).unwrap_or_default()
}

/// The first element below `root` that fits a selector.
pub(super) fn first<'t>(root: ElementRef<'t>, selector: &str) -> Option<ElementRef<'t>> {
    let selector = Selector::parse(selector).ok()?;
    root.select(&selector).next()
}

/// The text of the first element that fits; empty if there is none.
pub(super) fn text_of(root: ElementRef<'_>, selector: &str) -> String {
    first(root, selector).map(|element| text(element, &[])).unwrap_or_default()
}
