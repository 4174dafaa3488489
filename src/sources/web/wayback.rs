//! Archived copies of pages, asked for at an index of the Wayback Machine (CDX). Asking tells the archive which pages are
//! looked at: it is done only on request.

use std::collections::BTreeMap;

use serde_json::Value;
use url::Url;

use super::client::Cap;
use super::failure::Failure;
use super::session::{Session, Shared};
use super::walk::Want;
use super::{address, crawl};
use crate::coverage::Coverage;

/// The index of the Wayback Machine.
pub const WAYBACK_INDEX: &str = "https://web.archive.org/cdx/search/cdx";
/// Most pages of one run that are asked about.
pub const MAX_ASKED: usize = 100;
/// Most bytes of one answer, which has one line.
const MAX_ANSWER_BYTES: u64 = 64 << 10;

const TOO_MANY: &str = "archived copies: not asked about, beyond the limit of 100 pages";
const NOT_PUBLIC: &str = "archived copies: not asked about, the page is not on the public internet";
const STOPPED: &str = "archived copies: not asked about, the run was stopped";
const UNREADABLE: &str = "archived copies: the answer of the index is not what its documentation says";

/// What the index said.
#[derive(Debug, Default)]
pub struct Archived {
    /// By address of the page, that of its newest copy.
    pub copies: BTreeMap<String, String>,
    /// What was not found out, and who was asked.
    pub coverage: Coverage,
}

/// Asks `index` for the newest copy of each page. Blocks; ends early when `stopped` says so.
pub fn archived(session: &Session, index: &Url, pages: &[String], stopped: impl Fn() -> bool) -> Archived {
    let mut all = Archived::default();
    let shared = match session.shared() {
        Ok(shared) => shared,
        Err(failure) => {
            fail(&mut all.coverage, &failure, index);
            return all;
        }
    };
    let mut asked = 0;
    for page in pages {
        let Some(url) = named(page, session.allows_loopback()) else {
            all.coverage.skip(NOT_PUBLIC, page.as_str());
            continue;
        };
        if asked == MAX_ASKED {
            all.coverage.skip(TOO_MANY, page.as_str());
            continue;
        }
        if stopped() {
            all.coverage.skip(STOPPED, page.as_str());
            continue;
        }
        asked += 1;
        match newest(&shared, index, &url) {
            Ok(Some(copy)) => drop(all.copies.insert(page.clone(), copy)),
            Ok(None) => {}
            Err(failure) => fail(&mut all.coverage, &failure, &url),
        }
    }
    let host = index.host_str().unwrap_or_default();
    if asked > 0 {
        all.coverage.contacted(host);
        all.coverage.note(format!(
            "archived copies: {host} was told the addresses of {asked} pages with critical findings, and keeps copies of {}",
            all.copies.len()
        ));
    }
    all
}

/// The page as the archive is told it: without what only this machine needs.
fn named(page: &str, allow_loopback: bool) -> Option<Url> {
    let mut url = Url::parse(page).ok()?;
    url.set_fragment(None);
    address::check(&url, allow_loopback).ok().map(|()| url)
}

fn newest(shared: &Shared, index: &Url, page: &Url) -> Result<Option<String>, Failure> {
    let mut ask = index.clone();
    ask.query_pairs_mut().extend_pairs([
        ("url", page.as_str()),
        ("output", "json"),
        ("fl", "timestamp,original"),
        ("filter", "statuscode:200"),
        ("limit", "-1"),
    ]);
    let cap = Cap { wire: MAX_ANSWER_BYTES, inflated: MAX_ANSWER_BYTES, cut: false };
    let answer = shared.runtime()?.block_on(shared.get(&ask, Want::Json, cap, None))?;
    match answer.status {
        200 => {}
        // The owner of the site has had it taken out.
        403 => return Ok(None),
        other => return Err(Failure::Status(other)),
    }
    if answer.body.trim_ascii().is_empty() {
        return Ok(None);
    }
    let rows: Vec<Vec<Value>> =
        serde_json::from_slice(&answer.body).map_err(|_| Failure::Unread(UNREADABLE.to_owned()))?;
    // The first row names the fields.
    let Some(row) = rows.get(1..).and_then(<[_]>::last) else { return Ok(None) };
    let field = |at: usize| row.get(at).and_then(Value::as_str);
    let at = field(0).filter(|at| at.len() == 14 && at.bytes().all(|byte| byte.is_ascii_digit()));
    let copy = at.zip(field(1)).and_then(|(at, original)| index.join(&format!("/web/{at}/{original}")).ok());
    copy.map(|copy| Some(copy.to_string())).ok_or_else(|| Failure::Unread(UNREADABLE.to_owned()))
}

fn fail(coverage: &mut Coverage, failure: &Failure, page: &Url) {
    let cause = failure.cause();
    let cause = cause.trim_start_matches("archived copies: ");
    coverage.fail(&format!("archived copies: {cause}"), crawl::shown(page));
}
