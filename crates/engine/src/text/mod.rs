//! An item's texts, cleaned and cut into tokens and sentences, with spans that lead back to the original.

mod clean;
mod token;
mod tokenize;
mod word;

use clean::Clean;
pub(crate) use token::{Token, TokenKind, flag};
use tokenize::Tokens;

use crate::finding::{Field, Span};
use crate::lexicon::Lexicon;

/// Which of the texts around an item a segment holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// One of the item's own texts.
    Own(Field),
    /// The text that the item answers.
    Parent,
    /// The account's bio, name, employer and location.
    Profile,
}

#[derive(Debug)]
struct Segment<'a> {
    place: Place,
    original: &'a str,
    clean: Clean<'a>,
}

/// The memory that one document leaves to the next.
#[derive(Debug, Default)]
pub(crate) struct Buffers(Tokens);

/// Several short texts read as one: sentences never cross from one into the next.
#[derive(Debug)]
pub(crate) struct Document<'a> {
    segments: Vec<Segment<'a>>,
    tokens: Tokens,
}

impl<'a> Document<'a> {
    pub(crate) fn new(buffers: Buffers) -> Self {
        let mut tokens = buffers.0;
        tokens.clear();
        Self { segments: Vec::new(), tokens }
    }

    /// Adds a text. More than 255 are not looked at (an item has one text, one parent and a few pictures).
    pub(crate) fn add(&mut self, place: Place, original: &'a str, lexicon: &Lexicon) {
        let Ok(index) = u8::try_from(self.segments.len()) else { return };
        let clean = Clean::of(original);
        self.tokens.add(&clean.text, index, lexicon);
        self.segments.push(Segment { place, original, clean });
    }

    pub(crate) fn into_buffers(self) -> Buffers {
        Buffers(self.tokens)
    }

    pub(crate) fn tokens(&self) -> &[Token] {
        &self.tokens.tokens
    }

    /// Whether anything in it stands between quotation marks.
    pub(crate) fn any_quoted(&self) -> bool {
        self.tokens.any_quoted
    }

    /// How many of its words are in capitals.
    pub(crate) fn shouted(&self) -> usize {
        self.tokens.shouted
    }

    pub(crate) fn sentence_count(&self) -> usize {
        self.tokens.sentences.len()
    }

    /// First and last-plus-one token of a sentence.
    pub(crate) fn sentence(&self, index: u32) -> (usize, usize) {
        let (from, to) = self.tokens.sentences.get(index as usize).copied().unwrap_or_default();
        (from as usize, to as usize)
    }

    pub(crate) fn place(&self, token: &Token) -> Place {
        self.segments.get(usize::from(token.segment)).map_or(Place::Profile, |segment| segment.place)
    }

    /// The clean text of a token, in the case it was written in.
    pub(crate) fn word(&self, token: &Token) -> &str {
        self.segments
            .get(usize::from(token.segment))
            .and_then(|segment| segment.clean.text.get(token.start as usize..token.end as usize))
            .unwrap_or_default()
    }

    /// The clean text from the first token to the last.
    pub(crate) fn words(&self, first: &Token, last: &Token) -> &str {
        self.segments
            .get(usize::from(first.segment))
            .and_then(|segment| segment.clean.text.get(first.start as usize..last.end as usize))
            .unwrap_or_default()
    }

    /// Where tokens `from..to` stand in the item's own texts, or `None` for parent and profile.
    pub(crate) fn span(&self, from: usize, to: usize) -> Option<Span> {
        let first = self.tokens().get(from)?;
        let last = self.tokens().get(to.checked_sub(1)?)?;
        let segment = self.segments.get(usize::from(first.segment))?;
        let Place::Own(field) = segment.place else { return None };
        let (start, end) =
            segment.clean.origin_span(segment.original, first.start as usize, last.end as usize);
        Some(Span { field, start, end })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{Buffers, Document, Place, TokenKind, flag};
    use crate::finding::Field;
    use crate::lexicon::Lexicon;

    fn read(text: &str) -> (Vec<String>, Vec<String>) {
        let mut lexicon = Lexicon::new();
        for word in ["please", "so", "don't", "free"] {
            lexicon.intern(word);
        }
        let mut document = Document::new(Buffers::default());
        document.add(Place::Own(Field::Text), text, &lexicon);
        let words = document.tokens().iter().map(|t| document.word(t).to_owned()).collect();
        let sentences = (0..document.sentence_count())
            .map(|i| {
                let (from, to) = document.sentence(i as u32);
                document.words(&document.tokens()[from], &document.tokens()[to - 1]).to_owned()
            })
            .collect();
        (words, sentences)
    }

    #[test]
    fn cuts_tokens() {
        let table: &[(&str, &str)] = &[
            ("My patient's wife", "My|patient|'s|wife"),
            ("I'm sure they don't", "I|'m|sure|they|don't"),
            ("67M s/p CABG POD2", "67|M|s|/|p|CABG|POD|2"),
            ("mail a.b@c.org now", "mail|a.b@c.org|now"),
            ("hi @jo_runs, ok", "hi|@jo_runs|,|ok"),
            ("@ann@med.social hi", "@ann@med.social|hi"),
            ("#MedTwitter #HIVCare #ad", "#|Med|Twitter|#|HIV|Care|#|ad"),
            ("see https://x.org/a?b=1.", "see|https://x.org/a?b=1|."),
            ("O'Neill's bed", "O'Neill|'s|bed"),
            ("32-year-old", "32|-|year|-|old"),
            ("so sad😢ok", "so|sad|😢|ok"),
            ("", ""),
        ];
        for (text, expected) in table {
            assert_eq!(read(text).0.join("|"), *expected, "{text}");
        }
    }

    #[test]
    fn cuts_sentences() {
        let table: &[(&str, &str)] = &[
            ("Saw Dr. Lee today. She left.", "Saw Dr. Lee today.|She left."),
            ("J. Smith is 3.5 kg. ok", "J. Smith is 3.5 kg.|ok"),
            ("Really?! Yes\nnew line", "Really?!|Yes|new line"),
            ("wait... no. \"Stop.\" He did", "wait... no.|\"Stop.\"|He did"),
        ];
        for (text, expected) in table {
            assert_eq!(read(text).1.join("|"), *expected, "{text}");
        }
    }

    #[test]
    fn knows_lengthened_words_and_quotes() {
        let mut lexicon = Lexicon::new();
        let please = lexicon.intern("please");
        let free = lexicon.intern("free");
        let mut document = Document::new(Buffers::default());
        document.add(Place::Own(Field::Text), "pleeeease freeee 'stop it now' \"no\" yes", &lexicon);
        let tokens = document.tokens();
        assert_eq!(tokens[0].word, please);
        assert_eq!(tokens[1].word, free);
        let quoted: Vec<_> = tokens
            .iter()
            .filter(|t| t.kind == TokenKind::Word && t.has(flag::QUOTED))
            .map(|t| document.word(t))
            .collect();
        assert_eq!(quoted, ["stop", "it", "now", "no"]);
    }
}
