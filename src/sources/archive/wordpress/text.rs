//! From the text that WordPress stores to HTML: lines that become paragraphs only when a page is shown, and shortcodes.

/// The longest shortcode that is taken out, in bytes.
const MAX_CODE_BYTES: usize = 2_000;

/// Shortcodes of WordPress and of its most common extensions. What stands between an opening and a closing one stays.
const CODES: &[&str] = &[
    "archives",
    "audio",
    "caption",
    "code",
    "contact-field",
    "contact-form",
    "contact-form-7",
    "embed",
    "gallery",
    "gravityform",
    "instagram",
    "latex",
    "more",
    "playlist",
    "polldaddy",
    "recipe",
    "sourcecode",
    "soundcloud",
    "spoiler",
    "tweet",
    "twitter",
    "video",
    "vimeo",
    "wp_caption",
    "wpvideo",
    "youtube",
];

/// The HTML of a stored text.
pub(super) fn html(stored: &str) -> String {
    let bare = without_codes(stored);
    // The block editor stores paragraphs as such.
    if bare.contains("<!-- wp:") { bare } else { with_lines(&bare) }
}

/// Makes paragraphs of empty lines and line breaks of line ends, outside of tags.
fn with_lines(text: &str) -> String {
    let mut shown = String::with_capacity(text.len() + text.len() / 16);
    let mut in_tag = false;
    let mut letters = text.chars().filter(|c| *c != '\r').peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '<' => {
                in_tag = letters.peek().is_some_and(|next| next.is_ascii_alphabetic() || "/!".contains(*next))
            }
            '>' => in_tag = false,
            '\n' if !in_tag => {
                let mut paragraph = false;
                while letters.next_if_eq(&'\n').is_some() {
                    paragraph = true;
                }
                shown.push_str(if paragraph { "<p>" } else { "<br>" });
                continue;
            }
            _ => {}
        }
        shown.push(letter);
    }
    shown
}

/// Takes out `[gallery ids="1,2"]` and the like.
fn without_codes(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('[') {
        let (before, from) = rest.split_at(at);
        shown.push_str(before);
        let length = code_length(from).unwrap_or(0);
        if length == 0 {
            shown.push('[');
        }
        rest = from.get(length.max(1)..).unwrap_or_default();
    }
    shown.push_str(rest);
    shown
}

/// How long the shortcode is that begins here.
fn code_length(from: &str) -> Option<usize> {
    let end = from.bytes().take(MAX_CODE_BYTES).position(|byte| byte == b']')?;
    let inner = from.get(1..end)?;
    let name = inner.strip_prefix('/').unwrap_or(inner);
    let name = name.split([' ', '\n', '\t', '=', '/']).next()?;
    CODES.contains(&name).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_paragraphs_outside_of_tags() {
        for (stored, expected) in [
            ("one\ntwo\r\n\r\n\nthree", "one<br>two<p>three"),
            ("a <img\nsrc=x> < 5\nb", "a <img\nsrc=x> < 5<br>b"),
            (
                "<!-- wp:paragraph -->\n<p>a</p>\n<!-- /wp:paragraph -->",
                "<!-- wp:paragraph -->\n<p>a</p>\n<!-- /wp:paragraph -->",
            ),
        ] {
            assert_eq!(html(stored), expected);
        }
    }

    #[test]
    fn shortcodes_go_and_other_brackets_stay() {
        for (stored, expected) in [
            (r#"[caption id="x"]<img> A ward[/caption]"#, "<img> A ward"),
            ("[gallery ids='1']see [1] and [sic] [", "see [1] and [sic] ["),
            ("[é] [galleryx] []", "[é] [galleryx] []"),
        ] {
            assert_eq!(html(stored), expected);
        }
    }
}
