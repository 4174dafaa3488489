//! Answers from an evidence file, given to the same walks again.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Mutex, PoisonError};

use url::Url;

use super::client::Answer;
use super::evidence::{CAUSE, FAILURE, OF_HOST, TRANSFER, TRANSIENT};
use super::failure::Failure;
use super::walk::Want;

/// The answers. Their bodies lie in a file without a name that goes with the process.
#[derive(Debug)]
pub(in crate::sources) struct Stored(Mutex<Shelf>);

#[derive(Debug)]
struct Shelf {
    file: File,
    end: u64,
    /// In the order of the requests, by `Accept` header and address.
    outcomes: BTreeMap<String, VecDeque<Outcome>>,
}

#[derive(Clone, Debug)]
enum Outcome {
    Answered { at: u64, length: usize },
    Failed(Failure),
}

impl Stored {
    pub(in crate::sources) fn new() -> io::Result<Self> {
        let outcomes = BTreeMap::new();
        Ok(Self(Mutex::new(Shelf { file: tempfile::tempfile()?, end: 0, outcomes })))
    }

    /// Adds the answer to a request, as it stands in its record: head and body.
    pub(in crate::sources) fn answered(&self, accept: &str, url: &str, block: &[u8]) -> io::Result<()> {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = shelf.end;
        shelf.file.seek(SeekFrom::Start(at))?;
        shelf.file.write_all(block)?;
        shelf.end += block.len() as u64;
        shelf.add(accept, url, Outcome::Answered { at, length: block.len() });
        Ok(())
    }

    /// Adds a request that was not answered, with the fields that were recorded about it.
    pub(in crate::sources) fn failed<'f>(
        &self,
        accept: &str,
        url: &str,
        field: impl Fn(&str) -> Option<&'f str>,
    ) {
        let text = |name| field(name).unwrap_or_default().to_owned();
        let failure = Failure::Stored {
            message: text(FAILURE),
            cause: text(CAUSE),
            transient: field(TRANSIENT) == Some("yes"),
            of_host: field(OF_HOST) == Some("yes"),
        };
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.add(accept, url, Outcome::Failed(failure));
    }

    /// What came of the request when it was made: the first time it is asked for the first answer, and so on.
    pub(super) fn answer(&self, url: &Url, want: Want) -> Result<Answer, Failure> {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let outcomes = shelf.outcomes.get_mut(&key(want.accept(), url.as_str())).ok_or(Failure::NotStored)?;
        let outcome = if outcomes.len() > 1 { outcomes.pop_front() } else { outcomes.front().cloned() };
        match outcome {
            None => Err(Failure::NotStored),
            Some(Outcome::Failed(failure)) => Err(failure),
            Some(Outcome::Answered { at, length }) => {
                let mut block = vec![0; length];
                let read =
                    shelf.file.seek(SeekFrom::Start(at)).and_then(|_| shelf.file.read_exact(&mut block));
                read.map_err(|error| Failure::BadAnswer(error.to_string()))?;
                parse(&block).ok_or(Failure::NotStored)
            }
        }
    }
}

impl Shelf {
    fn add(&mut self, accept: &str, url: &str, outcome: Outcome) {
        self.outcomes.entry(key(accept, url)).or_default().push_back(outcome);
    }
}

fn key(accept: &str, url: &str) -> String {
    format!("{accept} {url}")
}

/// Takes a stored answer apart.
fn parse(block: &[u8]) -> Option<Answer> {
    const END: &[u8] = b"\r\n\r\n";
    let end = memchr::memmem::find(block, END)?;
    let head = String::from_utf8_lossy(block.get(..end)?).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines.filter_map(|line| line.split_once(':')).map(|(name, value)| {
        (name.strip_prefix(TRANSFER).unwrap_or(name).to_owned(), value.trim().to_owned())
    });
    Some(Answer { status, headers: headers.collect(), body: block.get(end + END.len()..)?.to_vec() })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn gives_answers_in_their_order_and_the_last_one_again() {
        let stored = Stored::new().unwrap();
        let url = Url::parse("https://h.example/a").unwrap();
        let accept = Want::Page.accept();
        let fields = [(FAILURE, "no connection: a"), (CAUSE, "no connection"), (TRANSIENT, "yes")];
        stored.failed(accept, url.as_str(), |name| {
            fields.iter().find(|field| field.0 == name).map(|field| field.1)
        });
        let block = b"HTTP/1.1 200 \r\netag: \"a:b\"\r\nx-archive-orig-transfer-encoding: chunked\r\n\r\nbody\r\n\r\n";
        stored.answered(accept, url.as_str(), block).unwrap();
        stored.answered(accept, url.as_str(), b"HTTP/1.1 404 \r\n\r\n").unwrap();

        assert!(matches!(stored.answer(&url, Want::Json), Err(Failure::NotStored)));
        let failure = stored.answer(&url, Want::Page).unwrap_err();
        assert_eq!((failure.cause().as_str(), failure.is_transient()), ("no connection", true));
        let answer = stored.answer(&url, Want::Page).unwrap();
        assert_eq!((answer.status, answer.body.as_slice()), (200, &b"body\r\n\r\n"[..]));
        assert_eq!(
            (answer.header("etag"), answer.header("transfer-encoding")),
            (Some("\"a:b\""), Some("chunked"))
        );
        assert_eq!(stored.answer(&url, Want::Page).unwrap().status, 404);
        assert_eq!(stored.answer(&url, Want::Page).unwrap().status, 404);
    }
}
