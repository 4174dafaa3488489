//! Ages as values: `67M`, `ninety-six`, `in his eighties`, `toddler`.

/// Nobody is older.
const OLDEST: u32 = 122;

/// Few readers know an exact age: it stands for so many years before and after as well.
const EITHER_SIDE: u8 = 2;

const TENS: [&str; 8] = ["twent", "thirt", "fort", "fift", "sixt", "sevent", "eight", "ninet"];

const ONES: [&str; 9] = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

const TEENS: [&str; 10] = [
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];

/// The ages that the words of a hit of an age signal stand for. `None` for what nobody can be.
pub(crate) fn of_words(words: &str) -> Option<(u8, u8)> {
    let text = words.to_lowercase();
    let parts: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
    let small = parts.iter().any(|part| {
        ["month", "week", "day", "mo", "wk"].iter().any(|unit| part.starts_with(unit)) && *part != "monday"
    });
    let digits = |part: &&str| part.bytes().take_while(u8::is_ascii_digit).count();
    if let Some(number) = parts.iter().find(|part| digits(part) > 0) {
        let value: u32 = number.get(..digits(number))?.parse().ok()?;
        return match value {
            _ if small => Some((0, 1)),
            0..=OLDEST => Some(about(value as u8)),
            _ => None,
        };
    }
    if small {
        return Some((0, 1));
    }
    if let Some(band) = parts.iter().find_map(|part| band(part, &parts)) {
        return Some(band);
    }
    let teen = TEENS.iter().position(|teen| parts.contains(teen)).map(|at| 10 + at as u8);
    let ten = parts.iter().find_map(|part| decade(part));
    let one = ONES.iter().position(|one| parts.contains(one)).map(|at| 1 + at as u8);
    match (teen, ten, one, parts.contains(&"hundred")) {
        (.., true) => Some(about(100 + one.unwrap_or(0))),
        (Some(teen), ..) => Some(about(teen)),
        (None, Some(ten), one, _) => Some(about(ten + one.unwrap_or(0))),
        (None, None, Some(one), _) => Some(about(one)),
        _ => None,
    }
}

fn about(age: u8) -> (u8, u8) {
    (age.saturating_sub(EITHER_SIDE), age.saturating_add(EITHER_SIDE))
}

/// `twenty`, `thirties`: the first year of the ten.
fn decade(part: &str) -> Option<u8> {
    let at = TENS.iter().position(|ten| part.starts_with(ten) && !part.ends_with("teen"))?;
    (part.ends_with('y') || part.ends_with("ies")).then_some(20 + 10 * at as u8)
}

fn band(part: &str, parts: &[&str]) -> Option<(u8, u8)> {
    Some(match part {
        "newborn" | "neonate" | "preemie" | "infant" => (0, 0),
        "toddler" => (1, 3),
        "child" | "kid" | "boy" | "girl" | "pupil" | "schoolgirl" | "schoolboy" => (2, 17),
        "teen" | "teens" | "teenager" => (13, 19),
        "elderly" | "pensioner" => (65, 100),
        _ => {
            let from = decade(part).filter(|_| part.ends_with("ies") || parts.contains(&"something"))?;
            let later = parts.contains(&"late");
            let earlier = parts.contains(&"early");
            (from + if later { 5 } else { 0 }, from + if earlier { 4 } else { 9 })
        }
    })
}

#[cfg(test)]
mod tests {
    use super::of_words;

    #[test]
    fn ages_become_years() {
        for (words, ages) in [
            ("32-year-old", Some((30, 34))),
            ("67M", Some((65, 69))),
            ("101 years old", Some((99, 103))),
            ("ninety-six", Some((94, 98))),
            ("a hundred and two", Some((100, 104))),
            ("six weeks old", Some((0, 1))),
            ("in his eighties", Some((80, 89))),
            ("late forties", Some((45, 49))),
            ("thirty-something", Some((30, 39))),
            ("toddler", Some((1, 3))),
            ("aged nine", Some((7, 11))),
            ("fifteen", Some((13, 17))),
            ("400 years old", None),
            ("", None),
        ] {
            assert_eq!(of_words(words), ages, "{words}");
        }
    }
}
