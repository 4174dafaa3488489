//! Cleaning: typographic variants folded away, with a map back to the original.
//!
//! Letters keep their case. Pure ASCII is borrowed as it is.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// A cleaned text and the way back to the bytes it came from.
#[derive(Debug)]
pub(crate) struct Clean<'a> {
    pub(crate) text: Cow<'a, str>,
    /// Where a run of equal distance begins: position in the clean text, position in the original.
    anchors: Vec<(usize, usize)>,
    original_len: usize,
}

impl<'a> Clean<'a> {
    pub(crate) fn of(original: &'a str) -> Self {
        let original_len = original.len();
        if original.is_ascii() {
            return Self { text: Cow::Borrowed(original), anchors: Vec::new(), original_len };
        }
        let mut builder = Builder { out: String::with_capacity(original_len), anchors: Vec::new(), delta: 0 };
        builder.run(original);
        Self { text: Cow::Owned(builder.out), anchors: builder.anchors, original_len }
    }

    /// The original position of a border in the clean text.
    fn origin(&self, position: usize) -> usize {
        let index = self.anchors.partition_point(|&(clean, _)| clean <= position);
        let Some(&(clean, original)) = index.checked_sub(1).and_then(|i| self.anchors.get(i)) else {
            return position.min(self.original_len);
        };
        let limit = self.anchors.get(index).map_or(self.original_len, |&(_, next)| next);
        (original + (position - clean)).min(limit)
    }

    /// The stretch of `original` that `start..end` of the clean text came from, widened to whole characters.
    pub(crate) fn origin_span(&self, original: &str, start: usize, end: usize) -> (usize, usize) {
        if self.anchors.is_empty() {
            return (start, end);
        }
        let (mut from, mut to) = (self.origin(start), self.origin(end));
        while from > 0 && !original.is_char_boundary(from) {
            from -= 1;
        }
        while to < original.len() && !original.is_char_boundary(to) {
            to += 1;
        }
        (from, to.max(from))
    }
}

struct Builder {
    out: String,
    anchors: Vec<(usize, usize)>,
    /// Original position minus clean position of the current run.
    delta: isize,
}

impl Builder {
    fn run(&mut self, original: &str) {
        let bytes = original.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let ascii = bytes[at..].iter().position(|b| !b.is_ascii()).unwrap_or(bytes.len() - at);
            if ascii > 0 {
                self.anchor(at);
                self.out.push_str(&original[at..at + ascii]);
                at += ascii;
                continue;
            }
            let Some(c) = original[at..].chars().next() else { break };
            at += self.character(original, at, c);
        }
        self.anchor(at);
    }

    /// Starts a new run where the distance to the original has changed.
    fn anchor(&mut self, original: usize) {
        let delta = original as isize - self.out.len() as isize;
        if delta != self.delta {
            self.delta = delta;
            self.anchors.push((self.out.len(), original));
        }
    }

    /// Writes what stands for the character at `at`; answers how many bytes of the original that took.
    fn character(&mut self, original: &str, at: usize, c: char) -> usize {
        self.anchor(at);
        let len = c.len_utf8();
        match c {
            '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}' | '\u{02bc}' | '\u{00b4}' => {
                self.out.push('\'')
            }
            '\u{201c}' | '\u{201d}' | '\u{201f}' | '\u{00ab}' | '\u{00bb}' | '\u{201e}' => self.out.push('"'),
            '\u{2010}'..='\u{2012}' | '\u{2212}' => self.out.push('-'),
            '\u{2013}' | '\u{2014}' | '\u{2015}' => self.out.push('\u{2014}'),
            '\u{2026}' => self.out.push_str("..."),
            '\u{00a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => self.out.push(' '),
            '\u{2028}' | '\u{2029}' | '\u{0085}' => self.out.push('\n'),
            _ if is_invisible(c) => {}
            _ if needs_normalising(c) => return self.normalised(original, at),
            _ => self.out.push(look_alike(original, at, c)),
        }
        len
    }

    /// A base character with its marks, or compatibility characters, in their composed form.
    fn normalised(&mut self, original: &str, at: usize) -> usize {
        let rest = &original[at..];
        let len: usize =
            rest.chars().take_while(|&c| !c.is_ascii() && needs_normalising(c)).map(char::len_utf8).sum();
        let start = at;
        // A combining mark belongs to the letter before it.
        let base = match self.out.chars().next_back() {
            Some(base) if base.is_alphabetic() && rest.chars().next().is_some_and(is_mark) => {
                self.out.pop();
                let len = self.out.len();
                self.anchors.retain(|&(clean, _)| clean < len);
                self.anchors.push((self.out.len(), start - base.len_utf8().min(start)));
                Some(base)
            }
            _ => None,
        };
        let composed: String =
            base.into_iter().chain(rest[..len].chars()).nfkc().filter(|&c| !is_invisible(c)).collect();
        self.out.push_str(&composed);
        self.delta = isize::MIN;
        len
    }
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036f}' | '\u{1ab0}'..='\u{1aff}' | '\u{20d0}'..='\u{20ff}')
}

/// Zero-width characters, direction marks, soft hyphens, variation selectors and tag characters.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// Characters that normalisation form KC may change.
fn needs_normalising(c: char) -> bool {
    matches!(c,
        '\u{00a8}' | '\u{00aa}' | '\u{00af}' | '\u{00b2}'..='\u{00b3}' | '\u{00b5}' | '\u{00b8}'..='\u{00ba}'
        | '\u{00bc}'..='\u{00be}' | '\u{0132}'..='\u{0133}' | '\u{013f}'..='\u{0140}' | '\u{0149}' | '\u{017f}'
        | '\u{02b0}'..='\u{02bb}' | '\u{02d8}'..='\u{02dd}' | '\u{1d00}'..='\u{1dbf}' | '\u{2070}'..='\u{209c}'
        | '\u{2100}'..='\u{214f}' | '\u{2460}'..='\u{24ff}' | '\u{2c7c}'..='\u{2c7d}' | '\u{fb00}'..='\u{fb06}'
        | '\u{ff00}'..='\u{ffef}' | '\u{1d400}'..='\u{1d7ff}' | '\u{1f100}'..='\u{1f189}')
        || is_mark(c)
}

/// The Latin letter that a Cyrillic or Greek one imitates, when it stands beside a Latin letter.
fn look_alike(original: &str, at: usize, c: char) -> char {
    let latin = match c {
        'а' | 'α' => 'a',
        'е' | 'ε' => 'e',
        'о' | 'ο' => 'o',
        'р' | 'ρ' => 'p',
        'с' => 'c',
        'у' => 'y',
        'х' | 'χ' => 'x',
        'і' | 'ι' => 'i',
        'ј' => 'j',
        'ѕ' => 's',
        'ԁ' => 'd',
        'һ' => 'h',
        'ν' => 'v',
        'А' | 'Α' => 'A',
        'В' | 'Β' => 'B',
        'Е' | 'Ε' => 'E',
        'К' | 'Κ' => 'K',
        'М' | 'Μ' => 'M',
        'Н' | 'Η' => 'H',
        'О' | 'Ο' => 'O',
        'Р' | 'Ρ' => 'P',
        'С' => 'C',
        'Т' | 'Τ' => 'T',
        'Х' | 'Χ' => 'X',
        'І' | 'Ι' => 'I',
        _ => return c,
    };
    let beside = |found: Option<char>| found.is_some_and(|c| c.is_ascii_alphabetic());
    let before = beside(original[..at].chars().next_back());
    let after = beside(original[at + c.len_utf8()..].chars().next());
    if before || after { latin } else { c }
}

#[cfg(test)]
mod tests {
    use super::Clean;

    #[track_caller]
    fn cuts(original: &str, word: &str, expected: &str) {
        let clean = Clean::of(original);
        let start = clean.text.find(word).unwrap_or_else(|| panic!("{word:?} not in {:?}", clean.text));
        let (from, to) = clean.origin_span(original, start, start + word.len());
        assert_eq!(&original[from..to], expected, "clean text {:?}", clean.text);
    }

    #[test]
    fn spans_cut_the_original() {
        cuts("😀 it’s my pаtient’s bed", "patient's", "pаtient’s");
        cuts("so… sad", "...", "…");
        cuts("“my patient” — she", "my patient", "my patient");
        cuts("cafe\u{301} patient", "patient", "patient");
        cuts("cafe\u{301} x", "café", "cafe\u{301}");
        cuts("pa\u{200b}tient here", "patient", "pa\u{200b}tient");
        cuts("𝗽𝗮𝘁𝗶𝗲𝗻𝘁 in bed", "patient", "𝗽𝗮𝘁𝗶𝗲𝗻𝘁");
        cuts("❤️❤️ Mrs Lee ❤️", "Mrs Lee", "Mrs Lee");
        cuts("１２３ main", "123", "１２３");
    }

    #[test]
    fn foreign_scripts_stay() {
        assert_eq!(Clean::of("больной ушёл").text, "больной ушёл");
    }
}
