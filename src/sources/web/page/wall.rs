//! Sign-in and block pages: an answer that is a page, but not the one that was asked for.

use scraper::{Html, Selector};

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
    ("403 forbidden", "a block page"),
    ("unauthorized", "a block page"),
];

/// What the page is instead of content, judged by its title. A title that goes on in other words ("Login security for
/// practices") counts only when the page asks for a password.
pub(super) fn find(document: &Html, title: &str) -> Option<&'static str> {
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
}
