//! The words around an item's text: in its address, in hashtags that run together, in the names of its files, and what its
//! emoji stand for. A class that a profile never shows may be told by these alone.

use url::Url;
use whitecoat_engine::Item;

/// Emoji that say what somebody is, and the words that are looked for instead.
const EMOJI: &[(char, &str)] = &[
    ('🌈', "lgbtq"),
    ('⚧', "transgender"),
    ('🤰', "i am pregnant"),
    ('🫄', "i am pregnant"),
    ('🤱', "breastfeeding my baby"),
    ('✝', "christian"),
    ('☦', "christian"),
    ('🛐', "worship"),
    ('☪', "muslim"),
    ('🕋', "muslim"),
    ('🧕', "hijab"),
    ('✡', "jewish"),
    ('🕎', "jewish"),
    ('🕉', "hindu"),
    ('🪯', "sikh"),
    ('☸', "buddhist"),
    ('👳', "turban sikh"),
    ('♿', "my wheelchair"),
    ('🦽', "my wheelchair"),
    ('🦼', "my wheelchair"),
    ('🦻', "my hearing aid"),
    ('🦿', "my prosthetic"),
    ('🦯', "i am blind"),
    ('👬', "gay"),
    ('👭', "gay"),
    ('🎗', "cancer survivor here"),
    ('💍', "my engagement"),
    ('👰', "my wedding"),
    ('🤵', "my wedding"),
    ('🍷', "wine"),
    ('🍺', "beer"),
    ('🍻', "beer"),
    ('🍸', "cocktail"),
    ('🍹', "cocktail"),
    ('🥂', "champagne"),
    ('🍾', "champagne"),
];
/// What a country's flag stands for.
const FLAG: &str = "my heritage";

/// The words around an item, a line for each text.
pub(super) fn words(item: &Item) -> String {
    let mut lines = vec![emoji(&item.text), hashtags(&item.text), parted(&item.id)];
    lines.extend(item.url.as_deref().map(of_address));
    lines.extend(item.thread.as_deref().map(parted));
    for medium in &item.media {
        lines.extend([parted(&medium.file_name), emoji(&medium.alt), hashtags(&medium.alt)]);
        lines.extend(medium.path.as_deref().map(parted));
    }
    lines.retain(|line| !line.trim().is_empty());
    lines.join("\n")
}

/// A text with what its addresses, hashtags and emoji say.
pub(super) fn of_text(text: &str) -> String {
    let addresses: Vec<String> =
        text.split_whitespace().filter(|word| word.contains("://")).map(of_address).collect();
    [text.to_owned(), emoji(text), hashtags(text), addresses.join("\n")].join("\n")
}

/// The words of an address after its host: whose site it is, whoever named it knows.
fn of_address(address: &str) -> String {
    let Ok(url) = Url::parse(address) else { return parted(address) };
    let rest = [url.path(), url.query().unwrap_or_default(), url.fragment().unwrap_or_default()].join("&");
    let rest = rest.replace('/', "&");
    let parts = url::form_urlencoded::parse(rest.as_bytes())
        .flat_map(|(name, value)| [parted(&name), parted(&value)]);
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

/// A name cut into words: where there are no letters and digits, and where a capital follows a small letter.
fn parted(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 8);
    let mut last = ' ';
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let next_is_small = letters.peek().is_some_and(|next| next.is_lowercase());
        let begins = letter.is_uppercase() && (last.is_lowercase() || (last.is_uppercase() && next_is_small));
        let turns = letter.is_alphabetic() != last.is_alphabetic()
            && letter.is_alphanumeric()
            && last.is_alphanumeric();
        if begins || turns {
            words.push(' ');
        }
        words.push(if letter.is_alphanumeric() || letter == '\'' { letter } else { ' ' });
        last = letter;
    }
    words
}

/// The words of hashtags that run together, a line each.
fn hashtags(text: &str) -> String {
    let tags = text
        .split('#')
        .skip(1)
        .map(|rest| rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default());
    tags.filter(|tag| !tag.is_empty()).map(parted).collect::<Vec<_>>().join("\n")
}

fn emoji(text: &str) -> String {
    let is_flag_letter = |c: char| ('\u{1f1e6}'..='\u{1f1ff}').contains(&c);
    let said = |c: char| match EMOJI.iter().find(|(known, _)| *known == c) {
        Some((_, words)) => Some(*words),
        None => is_flag_letter(c).then_some(FLAG),
    };
    let mut lines: Vec<&str> =
        if text.is_ascii() { Vec::new() } else { text.chars().filter_map(said).collect() };
    lines.sort_unstable();
    lines.dedup();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use whitecoat_engine::Media;

    use super::*;

    #[test]
    fn names_come_apart() {
        for (name, words) in [
            ("my-ivf-journey-2023.jpg", "my ivf journey 2023 jpg"),
            ("ChemoWarrior", "Chemo Warrior"),
            ("IVFsuccess", "IV Fsuccess"),
            ("HIVPositive2011", "HIV Positive 2011"),
            ("th_my+abortion%20story", "th my abortion 20 story"),
        ] {
            let found = parted(name).split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(found, words, "{name}");
        }
    }

    #[test]
    fn words_stand_around_a_text() {
        let item = Item {
            id: "9".into(),
            text: "Off! #MuslimMedic 🏳️‍🌈 🇵🇸".into(),
            url: Some("https://gay-clinic.example/blog/my%20miscarriage_and-church?tag=chemo#top".into()),
            media: vec![Media { file_name: "bald-from-chemo.jpg".into(), ..Media::default() }],
            ..Item::default()
        };
        let said = words(&item);
        for part in ["Muslim Medic", "lgbtq", FLAG, "my miscarriage and church", "chemo", "bald from chemo"] {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert!(!said.contains("clinic"), "{said}");
    }
}
