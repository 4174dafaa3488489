//! Whether a text is English: the network has read nothing else. Trigrams alone take much of clinicians'
//! shorthand for another language; where common words of English stand, it is English.

use whatlang::Lang;

/// A text of fewer words may be in any language, and is read.
const LEAST_WORDS: usize = 8;

/// A text of which so many words of a hundred are of the list is English, whatever its trigrams look like.
const ENGLISH_SHARE: usize = 12;

/// The commonest words of English that are common in no neighbouring language.
const COMMON: &[&str] = &[
    "about", "after", "and", "any", "are", "at", "back", "be", "because", "been", "before", "but", "by",
    "can", "could", "did", "don't", "every", "for", "from", "get", "going", "got", "has", "have", "he's",
    "here", "his", "how", "i", "i'm", "i've", "if", "into", "is", "it", "it's", "its", "just", "more",
    "most", "my", "never", "new", "not", "now", "of", "off", "one", "only", "other", "our", "out", "own",
    "she", "she's", "should", "some", "still", "than", "that", "that's", "the", "their", "them", "then",
    "there", "they", "this", "to", "today", "too", "until", "up", "very", "were", "what", "when", "where",
    "which", "while", "who", "why", "will", "with", "without", "would", "you", "you're", "your",
];

/// Whether a text, or most of it, appears to be in another language.
pub(crate) fn is_foreign(text: &str) -> bool {
    let (mut words, mut common) = (0, 0);
    for word in text.split(|char: char| !char.is_alphabetic() && !matches!(char, '\'' | '\u{2019}')) {
        let small = word.replace('\u{2019}', "'").to_lowercase();
        words += usize::from(!small.is_empty());
        common += usize::from(COMMON.binary_search(&small.as_str()).is_ok());
    }
    let latin = text.chars().filter(|char| char.is_alphabetic() && *char < '\u{250}').count();
    let other = text.chars().filter(|char| char.is_alphabetic() && *char >= '\u{250}').count();
    if other > latin {
        return true;
    }
    let english = words < LEAST_WORDS || common * 100 >= ENGLISH_SHARE * words;
    !english && whatlang::detect(text).is_some_and(|found| found.lang() != Lang::Eng && found.is_reliable())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted() {
        assert!(COMMON.is_sorted());
    }

    #[test]
    fn other_languages_are_told_from_english() {
        for text in [
            "Heute in der Notaufnahme: ein Patient mit Brustschmerzen, und niemand hatte Zeit für ihn.",
            "Aujourd'hui aux urgences, un patient avec une douleur dans la poitrine et personne pour lui.",
            "Hoy en urgencias llegó un paciente con dolor de pecho y nadie tenía tiempo para él.",
            "Vandaag kwam er een patiënt binnen met pijn op de borst, en niemand op de afdeling vond de tijd om naar hem te luisteren, zoals zo vaak.",
            "今日は救急外来に胸の痛みの患者さんが来ました",
            "Сегодня в приёмное отделение поступил пациент с болью в груди, и ни у кого не было времени.",
        ] {
            assert!(is_foreign(text), "{text}");
        }
        for text in [
            "",
            "😀😀😀",
            "Night shift over.",
            "67M s/p CABG POD2, RVR overnight, amio bolus given, cards aware, family updated at bedside",
            "Heading home. Résumé done, café next, and the patient in bed 4 is finally asleep, gracias a Dios.",
        ] {
            assert!(!is_foreign(text), "{text}");
        }
    }
}
