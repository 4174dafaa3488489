//! Evidence that whitecoat recorded itself: the crawl is walked again from it, so that it gives what it gave then.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use jiff::Timestamp;

use super::headers::Headers;
use super::warc::{Record, Records};
use crate::sources::InputError;
use crate::sources::web::Recorded;
use crate::sources::web::evidence::{AT, DEPTH, FAILURE, LOOPBACK, MARK, PAGES, START};
use crate::sources::web::stored::Stored;

/// Reads the answers in a file of evidence.
pub(super) fn read(path: &Path) -> Result<Recorded, InputError> {
    let open = |source| InputError::Open { path: path.to_owned(), source };
    let broken = |problem: String| InputError::Unreadable {
        input: path.display().to_string(),
        problem,
        expected: "a whole file of evidence, as --evidence writes it".to_owned(),
        next: "use the file as it was written; if it was cut in transfer, copy it again".to_owned(),
    };
    let mut records = Records::of(File::open(path).map_err(open)?);
    let recorded = first(&mut records).map_err(open)?;
    let recorded = recorded
        .ok_or_else(|| broken("its first record is not the one that evidence begins with".to_owned()))?;
    // Requests that wait for what came of them, by the record's identifier.
    let mut requests: BTreeMap<String, String> = BTreeMap::new();
    let mut number = 1_u64;
    loop {
        number += 1;
        let record = match records.next() {
            Ok(None) => break,
            Ok(Some(Ok(record))) if !record.is_cut => record,
            Ok(Some(Ok(_))) => return Err(broken(format!("the file ends within record {number}"))),
            Ok(Some(Err(reason))) => return Err(broken(format!("record {number}: {reason}"))),
            Err(error) => return Err(broken(format!("record {number}: {error}"))),
        };
        take(&record, &mut requests, &recorded.answers).map_err(open)?;
    }
    Ok(recorded)
}

/// When the run began whose evidence lies at `path`, if it is whitecoat's.
pub(super) fn date(path: &Path) -> Option<Timestamp> {
    let mut records = Records::of(File::open(path).ok()?);
    let record = records.next().ok()??.ok().filter(is_marked)?;
    Headers::of(&record.block).get(AT)?.parse().ok()
}

fn is_marked(record: &Record) -> bool {
    record.headers.get("warc-type") == Some("warcinfo") && Headers::of(&record.block).get(MARK) == Some("1")
}

fn first<R: Read>(records: &mut Records<std::io::BufReader<R>>) -> std::io::Result<Option<Recorded>> {
    let Ok(Some(Ok(record))) = records.next() else { return Ok(None) };
    if !is_marked(&record) {
        return Ok(None);
    }
    let fields = Headers::of(&record.block);
    let number = |name| fields.get(name).and_then(|value| value.parse::<u64>().ok()).unwrap_or_default();
    Ok(Some(Recorded {
        starts: fields.all(START).map(str::to_owned).collect(),
        pages: number(PAGES),
        depth: u32::try_from(number(DEPTH)).unwrap_or(u32::MAX),
        allow_loopback: fields.get(LOOPBACK) == Some("yes"),
        answers: Stored::new()?,
    }))
}

/// Keeps a request until its answer comes, and an answer for the walks.
fn take(record: &Record, requests: &mut BTreeMap<String, String>, answers: &Stored) -> std::io::Result<()> {
    let header = |name| record.headers.get(name).unwrap_or_default();
    let url = header("warc-target-uri");
    match header("warc-type") {
        "request" => {
            let accept = Headers::of(&record.block).get("accept").unwrap_or_default().to_owned();
            requests.insert(header("warc-record-id").to_owned(), accept);
        }
        "response" => {
            if let Some(accept) = requests.remove(header("warc-concurrent-to")) {
                answers.answered(&accept, url, &record.block)?;
            }
        }
        "metadata" => {
            let fields = Headers::of(&record.block);
            if let Some(accept) = requests.remove(header("warc-concurrent-to"))
                && fields.get(FAILURE).is_some()
            {
                answers.failed(&accept, url, |name| fields.get(name));
            }
        }
        _ => {}
    }
    Ok(())
}
