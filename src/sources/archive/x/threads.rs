//! Which posts hang together. A record names only the post that it answers, and the records stand in no order, so that the
//! post that a thread begins with is known when all of them have been seen.

use std::io::Read;

use memchr::memmem;
use serde::Deserialize;

use super::files::Role;
use super::{Found, csv};
use crate::sources::archive::container::Container;
use crate::sources::archive::loose::{Maybe, Text};
use crate::sources::archive::splitter::{Splitter, Start};
use crate::sources::{Sink, Stopped};

/// How many replies are put into threads. Bounds memory to some 80 MB.
const MAX_REPLIES: usize = 2_000_000;

const TOO_MANY: &str = "X: of more than 2,000,000 replies, the rest are in a thread with the post that they answer and with no other";

/// Where the threads of posts begin.
#[derive(Debug, Default)]
pub(super) struct Threads {
    /// By post, the first post of its thread, for every reply. In order of the posts.
    replies: Vec<(u64, u64)>,
    first: Vec<u64>,
}

impl Threads {
    /// Looks through all files of posts. What is wrong with them is said when they are read.
    pub(super) fn gather(
        container: &mut Container,
        wanted: &[&Found],
        sink: &mut dyn Sink,
    ) -> Result<Self, Stopped> {
        let mut replies = Vec::new();
        // One more than are kept, which tells that there are more.
        let most = MAX_REPLIES + 1;
        for file in wanted.iter().filter(|file| holds_posts(file.role)) {
            if replies.len() >= most {
                break;
            }
            let Ok(reader) = container.read(&file.entry) else { continue };
            if file.role == Role::Csv {
                csv::replies(reader, most, &mut replies, sink)?;
            } else {
                let posts = Splitter::starting(reader, Start::Assigned);
                gather_from(posts, file.role, most, &mut replies, sink)?;
            }
        }
        if replies.len() > MAX_REPLIES {
            sink.coverage().note(TOO_MANY);
        }
        Ok(Self::of(replies))
    }

    /// Follows each reply to the beginning. A post is younger than what it answers, and its number is higher; what says
    /// otherwise is left alone, so that nothing goes round in a circle.
    fn of(mut replies: Vec<(u64, u64)>) -> Self {
        replies.truncate(MAX_REPLIES);
        replies.retain(|(post, answered)| answered < post);
        replies.sort_unstable();
        replies.dedup_by_key(|(post, _)| *post);
        for at in 0..replies.len() {
            let (older, rest) = replies.split_at_mut(at);
            if let Some((_, answered)) = rest.first_mut() {
                *answered = begin(older, *answered).unwrap_or(*answered);
            }
        }
        let mut first: Vec<u64> = replies.iter().map(|(_, first)| *first).collect();
        first.sort_unstable();
        first.dedup();
        Self { replies, first }
    }

    /// The thread of a post: the post that it begins with, which may be the post itself.
    pub(super) fn of_post(&self, id: &str, answered: Option<&str>) -> Option<String> {
        let number = id.parse().ok();
        let found = number.and_then(|number| {
            begin(&self.replies, number)
                .or_else(|| self.first.binary_search(&number).is_ok().then_some(number))
        });
        found.map(|first| first.to_string()).or_else(|| answered.map(str::to_owned))
    }
}

fn begin(replies: &[(u64, u64)], post: u64) -> Option<u64> {
    let at = replies.binary_search_by_key(&post, |(post, _)| *post).ok()?;
    replies.get(at).map(|(_, first)| *first)
}

/// Whether the files of a role are looked through, and so are read twice.
pub(super) fn holds_posts(role: Role) -> bool {
    matches!(role, Role::Posts(_) | Role::Month | Role::Csv)
}

fn gather_from<R: Read>(
    mut splitter: Splitter<R>,
    role: Role,
    most: usize,
    replies: &mut Vec<(u64, u64)>,
    sink: &mut dyn Sink,
) -> Result<(), Stopped> {
    let key = memmem::Finder::new("\"in_reply_to_status_id");
    while let Some(chunk) = splitter.next_chunk() {
        sink.go_on()?;
        sink.progress().inc(chunk.bytes_read);
        let records = chunk.elements().map(|(_, record)| record);
        let answering = records.filter(|record| key.find(record).is_some());
        replies.extend(answering.filter_map(|record| Reply::read(record, role != Role::Month)?.numbers()));
        if replies.len() >= most {
            break;
        }
    }
    Ok(())
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Wrapper<'a> {
    #[serde(borrow)]
    tweet: Maybe<Reply<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Reply<'a> {
    #[serde(borrow)]
    id_str: Text<'a>,
    id: Text<'a>,
    in_reply_to_status_id_str: Text<'a>,
    in_reply_to_status_id: Text<'a>,
}

impl<'a> Reply<'a> {
    fn read(record: &'a [u8], wrapped: bool) -> Option<Self> {
        let inner = wrapped.then(|| serde_json::from_slice::<Wrapper<'a>>(record).ok()?.tweet.0);
        inner.flatten().or_else(|| serde_json::from_slice(record).ok())
    }

    /// Its own, and that of the post that it answers.
    fn numbers(&self) -> Option<(u64, u64)> {
        let answered = self.in_reply_to_status_id_str.or(&self.in_reply_to_status_id);
        Some((self.id_str.or(&self.id).parse().ok()?, answered.parse().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_bears_the_number_of_the_post_that_it_begins_with() {
        // 10 <- 30 <- 20 is told the wrong way round; 5 is somebody else's post.
        let threads = Threads::of(vec![(12, 11), (11, 10), (40, 30), (30, 5), (20, 30), (13, 10), (12, 11)]);
        for (post, answered, thread) in [
            ("10", None, Some("10")),
            ("11", Some("10"), Some("10")),
            ("12", Some("11"), Some("10")),
            ("13", Some("10"), Some("10")),
            ("30", Some("5"), Some("5")),
            ("40", Some("30"), Some("5")),
            ("20", Some("30"), Some("30")),
            ("50", None, None),
            ("no number", Some("x"), Some("x")),
        ] {
            assert_eq!(threads.of_post(post, answered).as_deref(), thread, "{post}");
        }
    }

    #[test]
    fn a_long_thread_and_a_circle_come_to_an_end() {
        let long = Threads::of((2..=100_000).map(|post| (post, post - 1)).collect());
        assert_eq!(long.of_post("100000", Some("99999")).as_deref(), Some("1"));
        let circle = Threads::of(vec![(1, 2), (2, 1), (3, 3)]);
        assert_eq!(circle.of_post("1", Some("2")).as_deref(), Some("1"));
        assert_eq!(circle.of_post("3", Some("3")).as_deref(), Some("3"));
    }
}
