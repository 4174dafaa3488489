//! Names of people: after a title, given name with surname or initial, initials, given name alone.

use super::{Cursor, Found, builtin, class_of};
use crate::lexicon::{ClassId, Lexicon};
use crate::signal::Builtin;
use crate::text::{Token, TokenKind, flag};

pub(crate) const SIGNALS: &[Builtin] = &[
    builtin("person-titled", "a name after Mr, Mrs, Ms, Miss", "name", Some("name"), Some('A'), None),
    builtin(
        "person-full",
        "a given name with a surname or an initial",
        "name",
        Some("name"),
        Some('A'),
        None,
    ),
    builtin("person-initials", "initials that stand for a person", "name", Some("name"), Some('A'), None),
    builtin("person-given", "a given name alone", "name", Some("name"), Some('A'), None),
    builtin("person-addressed", "somebody spoken to by name", "name", Some("name"), Some('A'), None),
    builtin(
        "clinician-named",
        "a name after Dr, Prof, Nurse or before RN, MD",
        "colleague",
        Some("name"),
        None,
        None,
    ),
];

#[derive(Debug, Default)]
pub(crate) struct Words {
    title: ClassId,
    clinician_title: ClassId,
    credential: ClassId,
    given: ClassId,
    given_or_word: ClassId,
    surname: ClassId,
    surname_or_word: ClassId,
    never: ClassId,
    suffix: ClassId,
    greeting: ClassId,
    introduces: ClassId,
    after_call: ClassId,
    not_person: ClassId,
}

impl Words {
    pub(crate) fn new(lexicon: &mut Lexicon) -> Self {
        let given = lexicon.intern_class("given-name");
        let given_or_word = lexicon.intern_class("given-name-or-word");
        let surname = lexicon.intern_class("surname");
        let surname_or_word = lexicon.intern_class("surname-or-word");
        let mut class = |name: &str, words: &str| class_of(lexicon, name, words);
        Self {
            title: class(
                "person.title",
                "mr mrs ms miss mx mister missus messrs mme madame monsieur señora señor",
            ),
            clinician_title: class(
                "person.clinician-title",
                "dr dr's drs doctor doc prof professor nurse matron consultant registrar midwife paramedic rev reverend sister \
                 captain sir dame judge justice president senator minister",
            ),
            credential: class(
                "person.credential",
                "md do rn np pa dds dmd phd dnp crna lcsw lpc psyd facs frcs frcp mrcp mrcgp facc rd rdn slp pt dpt otr pharmd \
                 frcpc faap facog bvsc rmt apd lmft lvn lpn cnm rph msn bsn mph mbbs mbchb",
            ),
            suffix: class("person.suffix", "jr sr ii iii"),
            greeting: class(
                "person.greeting",
                "hi hello hey yes yep yeah dear aw ah aye ach oh howdy hiya morning thanks cheers sorry congrats congratulations happy kia \
                 bless bravo welcome",
            ),
            after_call: class(
                "person.after-call",
                "this you you're your that's thank thanks we we're we've congratulations so",
            ),
            introduces: class(
                "person.introduces",
                "meet little wee big old young baby auntie aunty uncle granny grandad grandpa grandma nana nan yiayia coach lt \
                 sgt captain not called named naming don doña tío tía our that's it's poor dear sweet brave rip farewell saint \
                 patient pt client",
            ),
            not_person: class(
                "person.not",
                "st street rd road ave avenue lane night day days week month hospital clinic syndrome disease sign score scale \
                 method trial study criteria test boys girls family university school college park bridge lake river fort mount \
                 cup league plan act law award prize lecture medal airport island beach company foundation trust bank doe",
            ),
            never: class(
                "person.never",
                "i i'm i'd i've i'll a an the this that these those my our your his her their its we you he she it they who what \
                 when where why how and or but so if then than as at by for from in into of off on out over to up with without \
                 not no yes is are was were be been am do does did has have had can could will would shall should may might must \
                 let just only also very today tonight tomorrow yesterday now here there thanks thank please sorry hello hi hey \
                 good great happy new old first last next one two three monday tuesday wednesday thursday friday saturday sunday \
                 january february march april june july august september october november december christmas easter \
                 african american hispanic latino latina caucasian asian european australian canadian british english irish welsh \
                 scottish indian aroha kia",
            ),
            given,
            given_or_word,
            surname,
            surname_or_word,
        }
    }
}

/// `Mrs Alvarez`, `mr o'neill`, `Dr Hale`.
pub(crate) fn after_title(cursor: &Cursor<'_>, words: &Words, at: usize, out: &mut Vec<Found>) {
    let title = cursor.in_class(at, words.title);
    let clinician = cursor.in_class(at, words.clinician_title);
    if !title && !clinician {
        return;
    }
    let mut name = at + 1;
    if cursor.is_sign(name, b'.') && cursor.is_joined(name) {
        name += 1;
    }
    let Some(token) = cursor.beside(at, name) else { return };
    // A name may be typed in small letters after a title, but not a verb: "miss you", "doc says".
    let spelled_small = title
        && !token.is_capitalised_word()
        && token.kind == TokenKind::Word
        && !cursor.text(at).eq_ignore_ascii_case("miss")
        && (cursor.in_class(name, words.surname) || token.word == 0);
    let capital = looks_like_name(cursor, words, name) || is_initial(cursor, token, name);
    if !(capital || spelled_small) || cursor.in_class(name, words.never) {
        return;
    }
    let end = end_of_name(cursor, words, name);
    out.push(Found { signal: if title { "person-titled" } else { "clinician-named" }, start: at, end });
}

impl Words {
    /// Classes of the words that stand before a name.
    pub(super) fn titles(&self) -> [ClassId; 2] {
        [self.title, self.clinician_title]
    }
}

/// Names without a title that begin with the capitalised word at `at`.
pub(crate) fn named(cursor: &Cursor<'_>, words: &Words, at: usize, out: &mut Vec<Found>) {
    let Some(token) = cursor.get(at) else { return };
    if preceded_by_title(cursor, words, at) || cursor.in_class(at, words.never) {
        return;
    }
    let shouted = token.has(flag::ALL_CAPS);
    let given = cursor.in_class(at, words.given);
    let perhaps_given = cursor.in_class(at, words.given_or_word);
    if names_a_thing(cursor, words, at) {
        return;
    }
    if addressed(cursor, words, at, given || perhaps_given) {
        return out.push(Found { signal: "person-addressed", start: at, end: at + 1 });
    }
    let before = at.checked_sub(1).filter(|before| cursor.beside(at, *before).is_some());
    let introduced = before.is_some_and(|before| cursor.in_class(before, words.introduces));
    let unknown = token.word == 0 && !token.has(flag::HASHTAG) && token.end - token.start >= 3;
    if introduced && unknown && !shouted && !is_initial(cursor, token, at) {
        return out.push(Found { signal: "person-given", start: at, end: end_of_name(cursor, words, at) });
    }
    let initial = is_initial(cursor, token, at);
    if initial && !shouted {
        return initials(cursor, words, at, out);
    }
    if !(given || perhaps_given) || shouted || continues_a_name(cursor, words, at) {
        return;
    }
    let next = at + 1;
    let follows = cursor.beside(at, next).copied();
    let with_initial = follows.is_some_and(|t| is_initial(cursor, &t, next) && cursor.text(next) != "I");
    let surname_like = follows.is_some()
        && looks_like_name(cursor, words, next)
        && !cursor.is_joined(next)
        && (!cursor.in_class(next, words.given) || cursor.in_class(next, words.surname));
    if surname_like || with_initial {
        let end = end_of_name(cursor, words, next);
        let signal = if has_credential(cursor, words, end) { "clinician-named" } else { "person-full" };
        return out.push(Found { signal, start: at, end });
    }
    let begins = token.has(flag::FIRST);
    if given || (perhaps_given && !begins) {
        let signal = if has_credential(cursor, words, next) { "clinician-named" } else { "person-given" };
        out.push(Found { signal, start: at, end: next });
    }
}

/// Whether the name belongs to a street, a disease, an award: "Barton St", "Lake Fort Smith", "John Doe".
fn names_a_thing(cursor: &Cursor<'_>, words: &Words, at: usize) -> bool {
    let mut end = at + 1;
    while end < at + 4 && cursor.beside(at, end).is_some_and(|t| t.is_capitalised_word()) {
        if cursor.in_class(end, words.not_person) {
            return true;
        }
        end += 1;
    }
    let possessive = cursor.get(end).is_some_and(|t| t.kind == TokenKind::Clitic);
    let after = end + usize::from(possessive);
    let before = at.checked_sub(1).filter(|before| cursor.beside(at, *before).is_some());
    (cursor.in_class(after, words.not_person) && cursor.beside(at, after).is_some())
        || before.is_some_and(|i| {
            cursor.in_class(i, words.not_person) && cursor.get(i).is_some_and(|t| t.is_capitalised_word())
        })
}

/// "Hi Leonie,", "Dale, tell the calves", "Aw Matiu!!": a name after a greeting, or alone before a comma where a text begins.
fn addressed(cursor: &Cursor<'_>, words: &Words, at: usize, known: bool) -> bool {
    let Some(token) = cursor.get(at) else { return false };
    let unknown = token.word == 0 && token.end - token.start >= 3;
    if !(known || unknown) || token.has(flag::ALL_CAPS) || token.has(flag::HASHTAG) {
        return false;
    }
    let before = at.checked_sub(1).filter(|before| cursor.beside(at, *before).is_some());
    let stops = |i: usize| {
        cursor
            .get(i)
            .is_none_or(|t| t.sentence != token.sentence || matches!(t.sign, b',' | b'!' | b'?' | b'.'))
    };
    // An unknown word is a name there only when it is called out: "so well, Gráinne!"
    let ends_call = |i: usize| if known { stops(i) } else { cursor.is_sign(i, b'!') };
    match before {
        Some(before) => {
            let greeted = cursor.in_class(before, words.greeting);
            (greeted && (known || stops(at + 1))) || (cursor.is_sign(before, b',') && ends_call(at + 1))
        }
        None => {
            at == 0 && (cursor.is_sign(at + 1, b',') || known && cursor.in_class(at + 1, words.after_call))
        }
    }
}

/// `J. Smith`, `J.R.`, `A. B.`
fn initials(cursor: &Cursor<'_>, words: &Words, at: usize, out: &mut Vec<Found>) {
    if cursor.text(at) == "I" || cursor.is_joined(at) || !cursor.is_sign(at + 1, b'.') {
        return;
    }
    let second = at + 2;
    let Some(token) = cursor.beside(at, second) else { return };
    if is_initial(cursor, token, second) && cursor.is_sign(second + 1, b'.') {
        return out.push(Found { signal: "person-initials", start: at, end: second + 2 });
    }
    if looks_like_name(cursor, words, second) && !cursor.in_class(second, words.never) {
        let end = end_of_name(cursor, words, second);
        let signal = if has_credential(cursor, words, end) { "clinician-named" } else { "person-full" };
        out.push(Found { signal, start: at, end });
    }
}

/// A capitalised word that is not an ordinary word in capitals.
fn looks_like_name(cursor: &Cursor<'_>, words: &Words, at: usize) -> bool {
    let Some(token) = cursor.get(at) else { return false };
    let letters = token.end - token.start;
    let known_name = cursor.in_class(at, words.surname)
        || cursor.in_class(at, words.given)
        || cursor.in_class(at, words.surname_or_word)
        || cursor.in_class(at, words.given_or_word);
    token.is_capitalised_word()
        && letters >= 2
        && !token.has(flag::HASHTAG)
        && !(token.has(flag::ALL_CAPS) && letters > 2 && !known_name)
        && !cursor.in_class(at, words.never)
        && !cursor.in_class(at, words.credential)
        && (token.word == 0 || known_name)
}

fn is_initial(cursor: &Cursor<'_>, token: &Token, at: usize) -> bool {
    token.kind == TokenKind::Word
        && token.end - token.start == 1
        && token.has(flag::CAPITAL)
        && !token.has(flag::HASHTAG)
        && !cursor.is_sign(at + 1, b'-')
        && !(cursor.is_joined(at + 1) && cursor.digits(at + 1) > 0)
}

/// Where a name whose last certain part stands at `at` ends: further names, a hyphen, `Jr`.
fn end_of_name(cursor: &Cursor<'_>, words: &Words, at: usize) -> usize {
    let mut end = at + 1;
    if cursor.is_sign(end, b'.') && cursor.get(at).is_some_and(|t| t.end - t.start == 1) {
        end += 1;
    }
    for _ in 0..3 {
        let next = cursor.past_hyphen(end);
        let joined_by_hyphen = next > end && cursor.is_joined(next);
        let separate = next == end && cursor.beside(at, next).is_some();
        let more = looks_like_name(cursor, words, next) || cursor.in_class(next, words.suffix);
        if !(more && (joined_by_hyphen || separate)) {
            break;
        }
        end = next + 1;
    }
    end
}

fn preceded_by_title(cursor: &Cursor<'_>, words: &Words, at: usize) -> bool {
    let Some(mut before) = at.checked_sub(1) else { return false };
    if cursor.is_sign(before, b'.') {
        let Some(earlier) = before.checked_sub(1) else { return false };
        before = earlier;
    }
    cursor.beside(at, before).is_some()
        && (cursor.in_class(before, words.title) || cursor.in_class(before, words.clinician_title))
}

/// Whether the word before belongs to the same name.
fn continues_a_name(cursor: &Cursor<'_>, words: &Words, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    cursor.beside(at, before).is_some_and(|t| {
        t.is_capitalised_word() && !t.has(flag::FIRST)
            || t.is_capitalised_word() && cursor.in_class(before, words.given)
    }) && looks_like_name(cursor, words, before)
}

fn has_credential(cursor: &Cursor<'_>, words: &Words, at: usize) -> bool {
    let at = at + usize::from(cursor.is_sign(at, b','));
    cursor.in_class(at, words.credential) && cursor.get(at).is_some_and(|t| t.has(flag::CAPITAL))
}
