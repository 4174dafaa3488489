//! The words of patterns: where one ends, and its regular endings.

use smallvec::SmallVec;

use super::Atom;
use super::parse::Names;

/// What the tokenizer cuts from the end of a word.
pub(super) const CLITICS: [&str; 6] = ["'s", "'m", "'re", "'ve", "'ll", "'d"];

/// A word, or with `~` its regular forms.
pub(super) fn forms<N: Names>(text: &str, hashtag: bool, names: &mut N, atoms: &mut SmallVec<[Atom; 32]>) {
    match text.strip_suffix('~') {
        Some(stem) => inflect(stem, |form| atoms.push(word(form, hashtag, names))),
        None => atoms.push(word(text, hashtag, names)),
    }
}

/// Bytes of the letters, or digits, that the tokenizer takes as one token.
pub(super) fn word_len(text: &str) -> usize {
    let digits = text.starts_with(|c: char| c.is_ascii_digit());
    let mut len = 0;
    for c in text.chars() {
        let apostrophe = c == '\'' && !CLITICS.contains(&&text[len..]);
        let belongs = if digits { c.is_ascii_digit() } else { c.is_alphabetic() || apostrophe };
        if !belongs {
            break;
        }
        len += c.len_utf8();
    }
    len.max(1)
}

pub(super) fn word<N: Names>(text: &str, hashtag: bool, names: &mut N) -> Atom {
    // Small letters stay what they are.
    if !hashtag && text.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Atom::Word(names.word(text));
    }
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let caps = letters >= 2 && text.chars().all(|c| !c.is_lowercase());
    let word = names.word(&text.to_lowercase());
    match (caps, hashtag) {
        (_, true) => Atom::TagWord(word),
        (true, false) => Atom::CapsWord(word),
        (false, false) => Atom::Word(word),
    }
}

/// Hands over a word and its regular endings, one after another.
pub(crate) fn inflect(stem: &str, mut take: impl FnMut(&str)) {
    let vowel = |c: Option<char>| c.is_some_and(|c| "aeiou".contains(c));
    let mut backward = stem.chars().rev();
    let (last, before, earlier) = (backward.next(), backward.next(), backward.next());
    let cut = stem.len() - last.map_or(0, char::len_utf8);
    let mut form = String::with_capacity(stem.len() + 4);
    let mut give = |len: usize, endings: &[&str]| {
        for ending in endings {
            form.clear();
            form.push_str(stem.get(..len).unwrap_or_default());
            form.push_str(ending);
            take(&form);
        }
    };
    give(stem.len(), &[""]);
    match last {
        Some('e') => {
            give(stem.len(), &["s", "d"]);
            give(cut, &["ing"]);
        }
        Some('y') if !vowel(before) => {
            give(cut, &["ies", "ied"]);
            give(stem.len(), &["ing"]);
        }
        _ => {
            let hisses = ["s", "x", "z", "ch", "sh"].iter().any(|end| stem.ends_with(end));
            give(stem.len(), &[if hisses { "es" } else { "s" }, "ed", "ing"]);
            // "stop" doubles its last letter, "cook" and "listen" do not (a doubled form of those is harmless).
            if let Some(c) = last.filter(|c| !"aeiouwxy".contains(*c))
                && vowel(before)
                && !vowel(earlier)
            {
                let mut letter = [0; 4];
                let letter = c.encode_utf8(&mut letter);
                give(stem.len(), &[&format!("{letter}ed"), &format!("{letter}ing")]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::inflect;

    #[test]
    fn regular_endings() {
        let all = |stem| {
            let mut forms = Vec::new();
            inflect(stem, |form| forms.push(form.to_owned()));
            forms
        };
        assert_eq!(all("stop"), ["stop", "stops", "stoped", "stoping", "stopped", "stopping"]);
        assert_eq!(all("bury"), ["bury", "buries", "buried", "burying"]);
        assert_eq!(all("diagnose"), ["diagnose", "diagnoses", "diagnosed", "diagnosing"]);
    }
}
