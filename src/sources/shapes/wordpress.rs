//! WordPress's entries and comments, as its export and its interface hold them.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use whitecoat_engine::{Media, Moment, Parent, ParentAuthor, ParentKind, Precision};

use super::stored_html::{self, words};
use super::two_clocks;
use crate::coverage::Coverage;
use crate::sources::web::page::dom::titled;

pub(in crate::sources) const PLATFORM: &str = "wordpress";

pub(in crate::sources) const NO_WORDS: &str = "WordPress: an entry without words and pictures";
pub(in crate::sources) const SEVERAL: &str =
    "WordPress: the blog has several authors, and all its posts count as the account holder's";
const BAD_TIME: &str = "WordPress: a time was not understood; the item was kept without it";
const NO_ZONE: &str = "WordPress: some times, of drafts above all, have no zone and were taken as UTC";

/// How much of what a comment answers is kept, in characters.
pub(in crate::sources) const MAX_PARENT_CHARS: usize = 2_000;

/// The words and pictures of an entry, out of three pieces of HTML.
pub(in crate::sources) fn article(
    title: &str,
    body: &str,
    excerpt: &str,
    coverage: &mut Coverage,
) -> (String, Vec<Media>) {
    let stored = stored_html::read(body, coverage);
    let excerpt = words(excerpt, coverage);
    let mut shown = titled(&words(title, coverage), &stored.text);
    if !excerpt.is_empty() && !shown.contains(&excerpt) {
        shown = format!("{shown}\n\n{excerpt}").trim_start().to_owned();
    }
    (shown, stored.media)
}

/// Posts and comments are numbered apart.
pub(in crate::sources) fn comment_id(number: &str) -> String {
    format!("comment-{number}")
}

/// What a comment answers when it answers the post.
pub(in crate::sources) fn answers_post(post: &str) -> Parent {
    Parent {
        author: ParentAuthor::Own,
        kind: ParentKind::Post,
        id: Some(post.to_owned()),
        ..Parent::default()
    }
}

/// What a comment answers when it answers another comment, of which is known whether the blog's own people wrote it, and its
/// words.
pub(in crate::sources) fn answers_comment(number: &str, answered: Option<(bool, String)>) -> Parent {
    let author = match answered {
        Some((true, _)) => ParentAuthor::Own,
        Some((false, _)) => ParentAuthor::Public,
        None => ParentAuthor::Unknown,
    };
    Parent {
        author,
        kind: ParentKind::Comment,
        id: Some(comment_id(number)),
        text: answered.map(|(_, said)| said.chars().take(MAX_PARENT_CHARS).collect()),
        ..Parent::default()
    }
}

/// The time, with the blog's offset where both clocks are given.
pub(in crate::sources) fn time(
    gmt: &str,
    local: &str,
    published: &str,
    place: &str,
    coverage: &mut Coverage,
) -> (Option<Moment>, Precision) {
    let clock = |text: &str| text.parse::<DateTime>().ok().filter(|clock| clock.year() > 0);
    let moment = match (clock(gmt), clock(local)) {
        (Some(gmt), Some(local)) => two_clocks::moment(gmt, local),
        (Some(gmt), None) => Moment::of_clock(gmt, Offset::UTC),
        (None, Some(local)) => {
            coverage.note(NO_ZONE);
            Moment::of_clock(local, Offset::UTC)
        }
        (None, None) => jiff::fmt::rfc2822::parse(published).ok().map(|zoned| Moment::utc(zoned.timestamp())),
    };
    // Drafts have never had a time.
    let is_missing = |text: &str| text.is_empty() || text.starts_with("0000-00-00");
    if moment.is_none() && !(is_missing(gmt) && is_missing(local)) {
        coverage.fail(BAD_TIME, place);
    }
    (moment, moment.map_or(Precision::Unknown, |_| Precision::Second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_clocks_tell_the_offset() {
        let mut coverage = Coverage::default();
        let mut shown = |gmt, local, published| {
            time(gmt, local, published, "x", &mut coverage).0.map(|moment| moment.to_string())
        };
        for (gmt, local, published, expected) in [
            ("2024-05-01 03:00:00", "2024-04-30 20:00:00", "", Some("2024-04-30T20:00:00-07:00")),
            ("2024-05-01 03:00:00", "2024-05-01 03:00:00", "", Some("2024-05-01T03:00:00Z")),
            ("2024-05-01 03:00:00", "2024-05-07 20:01:00", "", Some("2024-05-01T03:00:00Z")),
            ("0000-00-00 00:00:00", "2024-05-01 03:00:00", "", Some("2024-05-01T03:00:00Z")),
            ("0000-00-00 00:00:00", "", "Wed, 20 Oct 2010 14:08:20 +0000", Some("2010-10-20T14:08:20Z")),
            ("0000-00-00 00:00:00", "0000-00-00 00:00:00", "", None),
            ("2024-02-31 03:00:00", "", "", None),
        ] {
            assert_eq!(shown(gmt, local, published).as_deref(), expected, "{gmt} {local}");
        }
        assert_eq!((coverage.notes.len(), coverage.failed.len()), (1, 1));
    }
}
