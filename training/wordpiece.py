"""Texts to pieces of words, as crates/reader/src/wordpiece.rs does it: BERT's uncased WordPiece over a trimmed vocabulary."""

import unicodedata

PAD, UNK, CLS, SEP = 0, 1, 2, 3
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]

# Words longer than this are one unknown piece.
LONGEST_WORD = 64

ENDS = (".", "!", "?")
PLAIN = {"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u2026": "."}


# Signs that show nothing.
INVISIBLE = [(0xAD, 0xAD), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xE0000, 0xE0FFF)]


def words(text):
    """Words and signs in order, and the numbers of those that begin a line."""
    found, word, begins = [], [], set()

    def finish():
        if word:
            found.append("".join(word))
            word.clear()

    for char in text:
        if char == "\n":
            finish()
            begins.add(len(found))
        for part in unicodedata.normalize("NFKD", PLAIN.get(char, char)):
            if unicodedata.combining(part) or any(low <= ord(part) <= high for low, high in INVISIBLE):
                continue
            if part.isspace() or ord(part) < 32 or 127 <= ord(part) < 160:
                finish()
            elif part.isalnum():
                word.append(part.lower())
            else:
                finish()
                found.append(part)
    finish()
    return found, begins


class WordPiece:
    def __init__(self, vocabulary):
        self.vocabulary = vocabulary
        self.ids = {piece: at for at, piece in enumerate(vocabulary)}

    def word(self, word):
        """The longest pieces first; one unknown piece where a word cannot be put together."""
        if len(word) > LONGEST_WORD:
            return [UNK]
        pieces, at = [], 0
        while at < len(word):
            for end in range(len(word), at, -1):
                piece = self.ids.get(("##" if at else "") + word[at:end])
                if piece is not None:
                    break
            else:
                return [UNK]
            pieces.append(piece)
            at = end
        return pieces

    def sentences(self, text):
        """The pieces of each sentence. A sentence ends with `.`, `!`, `?` or the line."""
        found, begins = words(text)
        sentences, sentence = [], []
        for at, word in enumerate(found):
            if at in begins and sentence:
                sentences.append(sentence)
                sentence = []
            sentence += self.word(word)
            following = found[at + 1] if at + 1 < len(found) else ""
            if word in ENDS and following not in ENDS:
                sentences.append(sentence)
                sentence = []
        if sentence:
            sentences.append(sentence)
        return sentences

    def pieces(self, text):
        return [piece for sentence in self.sentences(text) for piece in sentence]
