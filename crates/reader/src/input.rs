//! What of an item the network sees, as `training/posts.py` says it: windows of its own words, each with what stands around.

use whitecoat_engine::{Authorship, Item, Kind, Parent, ParentAuthor, ParentKind, Passage};

use crate::wordpiece::{BEGIN, BETWEEN, WordPiece};

/// Pieces of one window's own words, of the parent's text, the bio and the profession.
const OWN: usize = 112;
const PARENT: usize = 32;
const BIO: usize = 14;
const PROFESSION: usize = 5;

/// Pieces of the small windows that longer text is read in besides: there nothing stands around a sentence that could drown it.
const SMALL: usize = 40;

/// Pieces of a story, and of one of its items.
const STORY: usize = 224;
const PASSAGE: usize = 96;

/// A piece, and whether it is the item's own (0) or stands around (1).
pub(crate) type Piece = (u16, u8);

/// The item's windows, and where there is more than one the small ones.
pub(crate) fn windows(item: &Item, words: &WordPiece, longest: usize) -> (Vec<Vec<Piece>>, Vec<Vec<Piece>>) {
    let mut around = around(item, item.parent.as_ref(), words);
    around.truncate(longest.saturating_sub(OWN + 3));
    let sentences = words.sentences(&own_text(item));
    let windows = |most: usize| -> Vec<_> {
        packed(&sentences, most).into_iter().map(|own| window(own, &around)).collect()
    };
    let large = windows(OWN);
    let small = if large.len() > 1 { windows(SMALL) } else { Vec::new() };
    (large, small)
}

fn window(own: Vec<u16>, around: &[u16]) -> Vec<Piece> {
    let own = std::iter::once(BEGIN).chain(own).chain([BETWEEN]).map(|piece| (piece, 0));
    own.chain(around.iter().copied().chain([BETWEEN]).map(|piece| (piece, 1))).collect()
}

/// What is kept of an item for stories.
pub(crate) fn passage(item: &Item, words: &WordPiece) -> Passage {
    let own = words.pieces(&own_text(item)).into_iter().take(PASSAGE).collect();
    Passage { own, around: around(item, None, words).into() }
}

/// The window of a story: what its items say, and what stands around the last. Where there is no room, the longest are cut.
pub(crate) fn story(passages: &[&Passage], longest: usize) -> Vec<Piece> {
    let fits =
        |most: &usize| passages.iter().map(|passage| passage.own.len().min(*most)).sum::<usize>() <= STORY;
    let most = (1..=PASSAGE).rev().find(fits).unwrap_or_default();
    let own = passages.iter().flat_map(|passage| passage.own.iter().copied().take(most)).collect();
    let around = passages.last().map(|passage| &*passage.around).unwrap_or_default();
    let mut window = window(own, around);
    window.truncate(longest);
    window
}

/// The text, then descriptions and file names of pictures, each a line.
pub(crate) fn own_text(item: &Item) -> String {
    let mut text = item.text.clone();
    for line in item.media.iter().flat_map(|medium| [&*medium.alt, medium.given_name().unwrap_or_default()]) {
        if !line.is_empty() {
            text.push('\n');
            text.push_str(line);
        }
    }
    text
}

/// Kind, whose words, what it answers, whose account.
fn around(item: &Item, parent: Option<&Parent>, words: &WordPiece) -> Vec<u16> {
    let mut around = words.pieces(&format!("{} {}", kind(item.kind), authorship(item.authorship)));
    if let Some(parent) = parent {
        around.extend(words.pieces(&format!("{} {}:", author(parent.author), parent_kind(parent.kind))));
        let text = words.pieces(parent.text.as_deref().unwrap_or_default());
        around.extend(text.into_iter().take(PARENT));
    }
    let profile =
        item.profile.as_deref().filter(|profile| !profile.profession.is_empty() || !profile.bio.is_empty());
    if let Some(profile) = profile {
        around.extend(words.pieces("by"));
        around.extend(words.pieces(&profile.profession).into_iter().take(PROFESSION));
        around.extend(words.pieces(":"));
        around.extend(words.pieces(&profile.bio).into_iter().take(BIO));
    }
    around
}

/// Sentences packed into windows; one that is longer than a window is cut. At least one window.
fn packed(sentences: &[Vec<u16>], most: usize) -> Vec<Vec<u16>> {
    let (mut windows, mut window) = (Vec::new(), Vec::new());
    for part in sentences.iter().flat_map(|sentence| sentence.chunks(most)) {
        if window.len() + part.len() > most {
            windows.push(std::mem::take(&mut window));
        }
        window.extend_from_slice(part);
    }
    if !window.is_empty() || windows.is_empty() {
        windows.push(window);
    }
    windows
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Post => "post",
        Kind::Reply => "reply",
        Kind::Comment => "comment",
        Kind::ReviewReply => "review reply",
        Kind::Caption => "caption",
        Kind::Article => "article",
        Kind::Message => "message",
        Kind::Profile => "profile",
        Kind::Media => "media",
    }
}

fn authorship(authorship: Authorship) -> &'static str {
    match authorship {
        Authorship::Own => "self",
        Authorship::Reshare => "reshare",
        Authorship::Tagged => "tagged",
        Authorship::Other => "other",
    }
}

fn author(author: ParentAuthor) -> &'static str {
    match author {
        ParentAuthor::Patient => "patient",
        ParentAuthor::Public => "public",
        ParentAuthor::Colleague => "colleague",
        ParentAuthor::Own => "self",
        ParentAuthor::Unknown => "unknown",
    }
}

fn parent_kind(kind: ParentKind) -> &'static str {
    match kind {
        ParentKind::Post => "post",
        ParentKind::Review => "review",
        ParentKind::Comment => "comment",
    }
}
