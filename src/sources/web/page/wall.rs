//! Sign-in and block pages: an answer that is a page, but not the one that was asked for.

use scraper::{Html, Selector};

use super::dom;

/// How titles of such pages begin, and what the page wants.
const TITLES: &[(&str, &str)] = &[
    ("sign in", "a sign-in page"),
    ("signin", "a sign-in page"),
    ("log in", "a sign-in page"),
    ("login", "a sign-in page"),
    ("sign up", "a sign-in page"),
    ("join now", "a sign-in page"),
    ("authwall", "a sign-in page"),
    ("just a moment", "a check for robots"),
    ("one moment, please", "a check for robots"),
    ("checking your browser", "a check for robots"),
    ("client challenge", "a check for robots"),
    ("ddos-guard", "a check for robots"),
    ("human verification", "a check for robots"),
    ("bot verification", "a check for robots"),
    ("vercel security checkpoint", "a check for robots"),
    ("attention required", "a check for robots"),
    ("are you a robot", "a check for robots"),
    ("are you human", "a check for robots"),
    ("verify you are human", "a check for robots"),
    ("verifying you are human", "a check for robots"),
    ("security check", "a check for robots"),
    ("pardon our interruption", "a check for robots"),
    ("robot check", "a check for robots"),
    ("captcha", "a check for robots"),
    ("access denied", "a block page"),
    ("access to this page has been denied", "a block page"),
    ("sorry, you have been blocked", "a block page"),
    ("403 forbidden", "a block page"),
    ("unauthorized", "a block page"),
];

/// Words that only a page of few words says which stands in for another.
const CHECKS: &[&str] = &[
    "checking your browser before accessing",
    "checking if the site connection is secure",
    "enable js and disable any ad blocker",
    "incapsula incident id",
    "performing security verification",
    "press & hold to confirm you are",
    "unusual traffic from your computer",
    "verify you are human by completing",
    "verify that you are not a robot",
];
/// What a page says that asks for a password before it shows anything.
const MEMBERS: &[&str] = &[
    "log in to continue",
    "log in to view",
    "login required",
    "login to continue",
    "login to view",
    "logged in to view",
    "members only",
    "please log in",
    "please login",
    "please sign in",
    "sign in to continue",
    "sign in to view",
    "this content is password protected",
    "this post is password protected",
];
/// Pages longer than this are content, whatever they say.
const MAX_WALL_CHARS: usize = 600;
/// Bytes of text, hidden ones included, after which a page has content.
const MAX_WALL_BYTES: usize = 8 << 10;

/// What sites call the page that they show instead of one that is not there.
const MISSING: &[&str] = &[
    "404",
    "404 error",
    "404 not found",
    "404 page",
    "404 page not found",
    "404: not found",
    "404: page not found",
    "content not found",
    "error 404",
    "error 404 (not found)",
    "error 404: not found",
    "error 404: page not found",
    "file not found",
    "not found",
    "nothing found",
    "oops! page not found",
    "page can't be found",
    "page cannot be found",
    "page doesn't exist",
    "page does not exist",
    "page no longer available",
    "page not found",
    "page not found (404)",
    "post not found",
    "that page can't be found",
    "the page cannot be found",
    "this page doesn't exist",
];

/// Whether a page calls itself the one that stands for pages that are not there, in a part of its title.
pub(super) fn is_missing(title: &str) -> bool {
    let title = title.to_lowercase().replace('’', "'");
    let parts = title.split(['|', '–', '—', '·', '•', '»', '«']).flat_map(|part| part.split(" - "));
    parts.map(|part| part.trim().trim_end_matches(['.', '!', '…'])).any(|part| MISSING.contains(&part))
}

/// What the page is instead of content, judged by its title, or by its words where it has few. A title that goes on in
/// other words ("Login security for practices") counts only when the page asks for a password.
pub(super) fn find(document: &Html, title: &str) -> Option<&'static str> {
    by_title(document, title).or_else(|| by_words(document))
}

fn by_words(document: &Html) -> Option<&'static str> {
    let mut bytes = 0;
    let mut texts = document.root_element().text().map(|text| text.trim().len());
    if texts.any(|length| {
        bytes += length;
        bytes > MAX_WALL_BYTES
    }) {
        return None;
    }
    // Four bytes are the most that a character has.
    let words = dom::beginning(document.root_element(), 4 * MAX_WALL_CHARS).to_lowercase();
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| words.contains(phrase));
    match () {
        () if words.chars().count() > MAX_WALL_CHARS => None,
        () if says(CHECKS) => Some("a check for robots"),
        () if says(MEMBERS) && asks_for_password(document) => Some("a sign-in page"),
        () => None,
    }
}

fn by_title(document: &Html, title: &str) -> Option<&'static str> {
    let title = title.trim().to_lowercase();
    let (start, what) = TITLES.iter().find(|(start, _)| title.starts_with(start))?;
    let rest = title.get(start.len()..).unwrap_or_default().trim_start();
    let ends =
        rest.is_empty() || rest.starts_with(['|', '-', '–', '—', '·', ':', '.', '…', '!', '?', '/', '•']);
    (ends || asks_for_password(document)).then_some(*what)
}

fn asks_for_password(document: &Html) -> bool {
    Selector::parse("input[type=password i]").is_ok_and(|input| document.select(&input).next().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judges_by_title_and_password() {
        let password = "<input type=PASSWORD>";
        for (title, body, expected) in [
            ("Sign in", "", Some("a sign-in page")),
            ("Sign In | Example", "", Some("a sign-in page")),
            ("Log in to Example", password, Some("a sign-in page")),
            ("Log in to Example", "", None),
            ("Just a moment...", "", Some("a check for robots")),
            ("Login security for practices", "", None),
            ("Dr Jane Roe", password, None),
            ("Signing off", "", None),
            ("", password, None),
        ] {
            assert_eq!(find(&Html::parse_document(body), title), expected, "{title}");
        }
    }

    #[test]
    fn a_page_of_few_words_is_judged_by_them() {
        let password = "<form><input name=user><input type=password></form>";
        let long = "Words about sleep and rest. ".repeat(40);
        for (body, expected) in [
            (format!("<h1>Members only</h1>{password}<p>You must be logged in to view this content."), true),
            (format!("<p>This content is password protected. To view it please enter it:{password}"), true),
            (format!("<h1>Members only</h1>{password}<p>{long}"), false),
            (format!("<h1>Patient portal</h1>{password}<p>Our hours are nine to five."), false),
            ("<h1>Members only</h1><p>Our choir rehearses on Mondays.".to_owned(), false),
            ("<p>Please enable JS and disable any ad blocker".to_owned(), true),
            ("<p>Checking your browser before accessing fenwick.example".to_owned(), true),
        ] {
            let found = find(&Html::parse_document(&body), "Dr Jane Roe");
            assert_eq!(found.is_some(), expected, "{body}");
        }
    }

    #[test]
    fn a_missing_page_says_so_in_its_title() {
        for (title, expected) in [
            ("Page not found", true),
            ("Page Not Found | Fenwick Family Practice", true),
            ("Fenwick Family Practice – Page not found", true),
            ("404 - Fenwick", true),
            ("Oops! Page not found.", true),
            ("That page can’t be found", true),
            ("404 reasons to wash your hands", false),
            ("Not found: a memoir of lost keys", false),
            ("404: Page not found - Fenwick", true),
            ("What page not found teaches", false),
            ("Fenwick", false),
            ("", false),
        ] {
            assert_eq!(is_missing(title), expected, "{title}");
        }
    }
}
