//! HTML tags and text in one linear pass, without building a tree.
//!
//! Follows the tokenizer of the HTML standard as far as where tags begin and end; entities are left as they are.

use std::borrow::Cow;

use memchr::{memchr, memchr2, memmem};

/// A piece of HTML.
#[derive(Debug, PartialEq)]
pub(super) enum Token<'a> {
    /// `<name …>` or `<name …/>`; the name in lower case.
    Start { name: Cow<'a, str>, self_closing: bool, attributes: usize },
    /// `</name>`; the name in lower case.
    End { name: Cow<'a, str> },
    /// What is between tags.
    Text(&'a str),
}

/// Cuts HTML into tokens; comments and declarations are passed over.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    html: &'a str,
    at: usize,
    /// Whether the place is inside SVG or MathML, where `<![CDATA[` is no comment.
    pub(super) in_foreign: bool,
}

impl<'a> Tokens<'a> {
    pub(super) fn of(html: &'a str) -> Self {
        Self { html, at: 0, in_foreign: false }
    }

    /// Takes everything up to the end tag of `name`, as inside `<script>`. The end tag itself comes next.
    pub(super) fn raw(&mut self, name: &str) -> &'a str {
        let start = self.at;
        let bytes = self.html.as_bytes();
        if name == "script" {
            self.at += script(self.rest());
            return self.html.get(start..self.at).unwrap_or_default();
        }
        while let Some(found) = memmem::find(bytes.get(self.at..).unwrap_or_default(), b"</") {
            let after = bytes.get(self.at + found + 2..).unwrap_or_default();
            self.at += found;
            if names(after, name) {
                return self.html.get(start..self.at).unwrap_or_default();
            }
            self.at += 2;
        }
        self.at = bytes.len();
        self.html.get(start..).unwrap_or_default()
    }

    /// Whether it makes a difference if what follows up to the end tag of `name` is text or markup.
    pub(super) fn raw_is_doubtful(&self, name: &str) -> bool {
        let mut ahead = Self { html: self.html, at: self.at, in_foreign: false };
        ahead.raw(name).contains('<')
    }

    /// Where the next token begins, or what is passed over before it.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    fn rest(&self) -> &'a [u8] {
        self.html.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// Passes over a comment or declaration that begins here with `<!` or `<?`.
    fn skip_markup(&mut self) {
        let rest = self.rest();
        if self.in_foreign && rest.starts_with(b"<![CDATA[") {
            self.at += memmem::find(rest, b"]]>").map_or(rest.len(), |end| end + 3);
            return;
        }
        if !rest.starts_with(b"<!--") {
            self.at += memchr(b'>', rest).map_or(rest.len(), |end| end + 1);
            return;
        }
        let body = rest.get(4..).unwrap_or_default();
        for early in [&b">"[..], b"->"] {
            if body.starts_with(early) {
                self.at += 4 + early.len();
                return;
            }
        }
        let end = [&b"-->"[..], b"--!>"]
            .iter()
            .filter_map(|mark| memmem::find(body, mark).map(|at| at + mark.len()))
            .min()
            .unwrap_or(body.len());
        self.at += 4 + end;
    }

    /// Reads the tag whose name begins `lead` bytes from here; `None` when the input ends inside it.
    fn tag(&mut self, lead: usize) -> Option<(Cow<'a, str>, bool, usize)> {
        let rest = self.rest();
        let name_end =
            lead + rest.get(lead..)?.iter().position(|byte| is_space(*byte) || b"/>".contains(byte))?;
        let name = lower(self.html.get(self.at + lead..self.at + name_end)?);
        let (mut at, mut attributes) = (name_end, 0);
        loop {
            at = skip_space(rest, at);
            match rest.get(at)? {
                b'>' => break,
                b'/' if rest.get(at + 1) == Some(&b'>') => {
                    self.at += at + 2;
                    return Some((name, true, attributes));
                }
                b'/' => at += 1,
                _ => {
                    attributes += 1;
                    at = skip_attribute(rest, at)?;
                }
            }
        }
        self.at += at + 1;
        Some((name, false, attributes))
    }
}

/// Whether a tag's name stands here.
fn names(html: &[u8], name: &str) -> bool {
    html.get(..name.len()).is_some_and(|it| it.eq_ignore_ascii_case(name.as_bytes()))
        && html.get(name.len()).is_some_and(|byte| is_space(*byte) || matches!(byte, b'/' | b'>'))
}

/// Where the script ends that `html` begins with. Between `<!--` and `-->` it may hold scripts.
fn script(html: &[u8]) -> usize {
    let (mut is_escaped, mut is_doubly) = (false, false);
    let mut at = 0;
    while let Some(found) = memchr2(b'<', b'-', html.get(at..).unwrap_or_default()) {
        at += found;
        let here = html.get(at..).unwrap_or_default();
        if here.starts_with(b"-->") && is_escaped {
            (is_escaped, is_doubly) = (false, false);
        } else if here.starts_with(b"<!--") && !is_escaped {
            is_escaped = true;
            // Its dashes may be those of its end, too.
            at += 2;
            continue;
        } else if is_escaped
            && !is_doubly
            && here.starts_with(b"<")
            && names(here.get(1..).unwrap_or_default(), "script")
        {
            is_doubly = true;
        } else if here.starts_with(b"</") && names(here.get(2..).unwrap_or_default(), "script") {
            if !is_doubly {
                return at;
            }
            is_doubly = false;
        }
        at += 1;
    }
    html.len()
}

/// Names are written small in nearly all pages: no need for a copy.
fn lower(name: &str) -> Cow<'_, str> {
    match name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => Cow::Owned(name.to_ascii_lowercase()),
        false => Cow::Borrowed(name),
    }
}

/// The position after the attribute that begins at `at`: its value, quoted or not, included.
fn skip_attribute(html: &[u8], at: usize) -> Option<usize> {
    // An `=` at the very beginning belongs to the name.
    let name_end =
        at + 1 + html.get(at + 1..)?.iter().position(|byte| is_space(*byte) || b"/>=".contains(byte))?;
    let equals = skip_space(html, name_end);
    if html.get(equals) != Some(&b'=') {
        return Some(name_end);
    }
    let value = skip_space(html, equals + 1);
    match html.get(value)? {
        quote @ (b'"' | b'\'') => Some(value + 1 + memchr(*quote, html.get(value + 1..)?)? + 1),
        b'>' => Some(value),
        _ => Some(value + html.get(value..)?.iter().position(|byte| is_space(*byte) || *byte == b'>')?),
    }
}

fn skip_space(html: &[u8], at: usize) -> usize {
    let rest = html.get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| !is_space(*byte)).unwrap_or(rest.len())
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c')
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let rest = self.rest();
            match (rest.first()?, rest.get(1), rest.get(2)) {
                (b'<', Some(b'!' | b'?'), _) => self.skip_markup(),
                (b'<', Some(b'/'), Some(letter)) if letter.is_ascii_alphabetic() => {
                    let Some((name, ..)) = self.tag(2) else {
                        self.at = self.html.len();
                        return None;
                    };
                    return Some(Token::End { name });
                }
                (b'<', Some(b'/'), Some(_)) => {
                    self.at += memchr(b'>', rest).map_or(rest.len(), |end| end + 1);
                }
                (b'<', Some(letter), _) if letter.is_ascii_alphabetic() => {
                    let Some((name, self_closing, attributes)) = self.tag(1) else {
                        self.at = self.html.len();
                        return None;
                    };
                    return Some(Token::Start { name, self_closing, attributes });
                }
                _ => {
                    // A `<` that opens nothing is text.
                    let end = memchr(b'<', rest.get(1..)?).map_or(rest.len(), |end| end + 1);
                    let text = self.html.get(self.at..self.at + end)?;
                    self.at += end;
                    return Some(Token::Text(text));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(html: &str) -> String {
        Tokens::of(html)
            .map(|token| match token {
                Token::Start { name, self_closing, attributes } => {
                    format!("<{name}{}{}>", if self_closing { "/" } else { "" }, attributes)
                }
                Token::End { name } => format!("</{name}>"),
                Token::Text(text) => format!("[{text}]"),
            })
            .collect()
    }

    #[test]
    fn cuts_where_the_standard_cuts() {
        for (html, expected) in [
            ("<P>a<br/>b</p >", "<p0>[a]<br/0>[b]</p>"),
            ("<!-->a<!--->b<!-- <x> -->c<!-- --!>d", "[a][b][c][d]"),
            ("<!doctype html><?x y>z", "[z]"),
            ("<a \"><b>", "<a1><b0>"),
            ("<a x=\">\" y='>' z=>q", "<a3>[q]"),
            ("<a ='x>'>", "<a1>['>]"),
            ("<a x = \">\">", "<a1>"),
            ("<a x=1/>", "<a1>"),
            ("a < b <3 </3>c", "[a ][< b ][<3 ][c]"),
            ("<div <p>", "<div1>"),
            ("a<b", "[a]"),
            ("<![CDATA[ <x> ]]>", "[ ]]>]"),
            ("", ""),
        ] {
            assert_eq!(show(html), expected, "{html}");
        }
    }

    #[test]
    fn raw_text_ends_at_its_own_end_tag_only() {
        let mut tokens = Tokens::of("<script>a</scripty></b></SCRIPT >z");
        tokens.next();
        assert_eq!(tokens.raw("script"), "a</scripty></b>");
        assert_eq!(tokens.next(), Some(Token::End { name: "script".into() }));
    }

    #[test]
    fn scripts_end_where_the_standard_ends_them() {
        for (html, expected) in [
            ("a</script>b", "a"),
            ("<!-- </script>b</script>", "<!-- "),
            ("<!-- <script> </script> </script>b", "<!-- <script> </script> "),
            ("<!-- <script> --> </script> </script>b", "<!-- <script> --> "),
            ("<!--> <script> </script> </script>", "<!--> <script> "),
            ("<script> </script>b", "<script> "),
            ("<!-- <scripty> </script>b", "<!-- <scripty> "),
            ("<!-- <script> <script> </script> </SCRIPT/>b", "<!-- <script> <script> </script> "),
            ("<!-- a", "<!-- a"),
        ] {
            let mut tokens = Tokens::of(html);
            assert_eq!(tokens.raw("script"), expected, "{html}");
        }
    }

    #[test]
    fn a_section_of_characters_is_one_only_in_drawings() {
        let mut tokens = Tokens { in_foreign: true, ..Tokens::of("<![CDATA[ > <x> ]]>a") };
        assert_eq!(tokens.next(), Some(Token::Text("a")));
    }
}
