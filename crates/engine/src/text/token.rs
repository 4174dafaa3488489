//! Tokens: words, numbers, signs and addresses, with the little that later stages ask about each.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// Letters, apostrophes inside.
    Word,
    /// `'s`, `'m`, `'re`, `'ve`, `'ll`, `'d` after a word.
    Clitic,
    /// A run of digits.
    Number,
    /// One sign, in [`Token::sign`].
    Sign,
    /// `@name` or `@name@host`.
    Mention,
    /// A web address.
    Url,
    /// A mail address.
    Email,
    /// A pictograph.
    Emoji,
}

/// Bits of [`Token::flags`].
pub(crate) mod flag {
    /// The first letter is a capital.
    pub(crate) const CAPITAL: u8 = 1;
    /// Two or more letters, all capitals.
    pub(crate) const ALL_CAPS: u8 = 2;
    /// No space between this token and the one before.
    pub(crate) const JOINED: u8 = 4;
    /// Part of a `#tag`.
    pub(crate) const HASHTAG: u8 = 8;
    /// Between quotation marks.
    pub(crate) const QUOTED: u8 = 16;
    /// The pattern matcher may step over it.
    pub(crate) const SOFT: u8 = 32;
    /// First word of a sentence.
    pub(crate) const FIRST: u8 = 64;
}

/// One token of a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    /// First byte in the clean text of its segment.
    pub(crate) start: u32,
    /// One past the last byte.
    pub(crate) end: u32,
    /// The vocabulary's number of the word in lower case, 0 when unknown.
    pub(crate) word: u32,
    /// A hash of the token in lower case, or of its kind where its letters tell nothing; for the learned signal.
    pub(crate) hash: u32,
    /// The same of a longer word's first letters; 0 for other tokens.
    pub(crate) stem: u32,
    /// The sentence that it belongs to.
    pub(crate) sentence: u32,
    /// The sign, for signs; 0 otherwise.
    pub(crate) sign: u8,
    pub(crate) kind: TokenKind,
    pub(crate) flags: u8,
    /// The segment that it belongs to.
    pub(crate) segment: u8,
}

impl Token {
    pub(crate) fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// A word that is written like a name: a capital, but not all capitals unless short.
    pub(crate) fn is_capitalised_word(&self) -> bool {
        self.kind == TokenKind::Word && self.has(flag::CAPITAL)
    }
}
