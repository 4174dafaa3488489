//! Dates in words, as pages of exports print them in the account's language: `Jul 26, 2024 1:35:01pm`,
//! `26. Juli 2024, 13:35 MESZ`, `26 июля 2024 г. в 13:35`.
//!
//! Value, precision and zone are kept apart: most pages print a clock without saying where it hangs.

mod months;
mod words;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use whitecoat_engine::{Moment, Precision};

/// No date is longer, in bytes.
const MAX_DATE_BYTES: usize = 100;

/// A date as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sources) struct Written {
    /// What calendar and clock showed; what is not written is 1 or 0.
    pub(super) clock: DateTime,
    /// How much of it is written.
    pub(in crate::sources) precision: Precision,
    /// The zone, where it is written and has one meaning.
    pub(super) zone: Option<Offset>,
}

impl Written {
    /// Whether a time of day is written too.
    pub(super) fn has_clock(self) -> bool {
        matches!(self.precision, Precision::Minute | Precision::Second)
    }

    /// The moment, in the zone that is written or else in `zone`.
    pub(in crate::sources) fn moment(self, zone: Offset) -> Option<Moment> {
        Moment::of_clock(self.clock, self.zone.unwrap_or(zone))
    }
}

/// Whether a word in lower case is a month, a half of the day or a zone, in any of the known languages.
pub(in crate::sources) fn is_time_word(word: &str) -> bool {
    words::month(word).is_some() || words::half(word).is_some() || words::zone(word).is_some()
}

/// Reads a text that is a date and nothing else, in any of the known languages and orders. `None` where it is none, or
/// where its order could be read in two ways (`05/06/2024`).
pub(in crate::sources) fn read(text: &str) -> Option<Written> {
    let tokens = tokens(text)?;
    let clock = Clock::find(&tokens);
    let (before, after) = match &clock {
        Some(clock) => (tokens.get(..clock.from)?, tokens.get(clock.to..)?),
        None => (tokens.as_slice(), [].as_slice()),
    };
    let (half, before, after) = match (before, after) {
        (_, [Token::Word(word), rest @ ..]) if words::half(word).is_some() => {
            (words::half(word), before, rest)
        }
        // In front of the clock, as in the languages of East Asia.
        ([date @ .., Token::Word(word)], _) if clock.is_some() && words::half(word).is_some() => {
            (words::half(word), date, after)
        }
        // Swedish for the afternoon, where nothing follows; Portuguese has the same word in front of a date.
        (_, [Token::Word(word)]) if word == "em" => (Some(words::Half::Afternoon), before, [].as_slice()),
        _ => (None, before, after),
    };
    let (zone, after) = zone(after)?;
    let date_tokens: Vec<&Token> = before.iter().chain(after).collect();
    let date = Day::of(&date_tokens)?;
    let time = match clock {
        Some(clock) => clock.time(half)?,
        None => Time::midnight(),
    };
    let precision = match clock {
        _ if !date.has_day => Precision::Month,
        None => Precision::Day,
        Some(Clock { second: None, .. }) => Precision::Minute,
        Some(_) => Precision::Second,
    };
    (date.has_day || clock.is_none()).then(|| Written {
        clock: DateTime::from_parts(date.date, time),
        precision,
        zone,
    })
}

/// The offset in a sentence such as `… at 11:40 UTC+01:00`.
pub(super) fn offset_in(sentence: &str) -> Option<Offset> {
    let at = sentence.rfind("UTC").or_else(|| sentence.rfind("GMT"))?;
    let from = sentence.get(at..)?;
    let end = from.char_indices().nth(MAX_DATE_BYTES / 4).map_or(from.len(), |(end, _)| end);
    zone(&tokens(from.get(..end)?)?)?.0
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// A number of so many digits.
    Number(i64, usize),
    /// A word in lower case; its first letter was a capital, as in names of zones.
    Word(String),
    Zone(String),
    Mark(char),
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let text = text.trim();
    if text.is_empty() || text.len() > MAX_DATE_BYTES {
        return None;
    }
    // `a. m.` and `p.m.` are words, whatever the space in them.
    let text: String = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    let text = words::HALVES.iter().fold(text, |text, (written, half)| match text.contains(written) {
        // In East Asia no space stands around it.
        true => text.replace(written, &format!(" {half} ")),
        false => text,
    });
    let mut tokens = Vec::new();
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let of_kind = |kind: fn(char) -> bool| {
            let end = rest.find(|c| !kind(c)).unwrap_or(rest.len());
            rest.split_at(end)
        };
        if first.is_ascii_digit() {
            let (digits, tail) = of_kind(|c| c.is_ascii_digit());
            tokens.push(Token::Number(digits.parse().ok()?, digits.len()));
            rest = tail;
        } else if first.is_alphabetic() {
            let (word, tail) = of_kind(char::is_alphabetic);
            let is_zone = word.len() <= 5 && word.chars().all(|c| c.is_ascii_uppercase());
            let lower = word.to_lowercase();
            let known = words::half(&lower).is_some() || words::month(&lower).is_some();
            tokens.push(if is_zone && !known && lower != "t" {
                Token::Zone(lower)
            } else {
                Token::Word(lower)
            });
            rest = tail;
        } else {
            if !first.is_whitespace() {
                tokens.push(Token::Mark(if first == '\u{2212}' { '-' } else { first }));
            }
            rest = rest.get(first.len_utf8()..)?;
        }
    }
    Some(tokens)
}

/// A time of day among tokens.
#[derive(Clone, Copy)]
struct Clock {
    from: usize,
    to: usize,
    hour: i64,
    minute: i64,
    second: Option<i64>,
}

impl Clock {
    /// The first `13:35`, `13:35:01` or `13h35`; or else `13.35.01`.
    fn find(tokens: &[Token]) -> Option<Self> {
        let is_h = |token: &Token| matches!(token, Token::Word(word) if word == "h");
        (0..tokens.len())
            .find_map(|from| match tokens.get(from..)? {
                [Token::Number(hour, 1..=2), colon, Token::Number(minute, 2), rest @ ..]
                    if *colon == Token::Mark(':') || is_h(colon) =>
                {
                    let (second, length) = match rest {
                        [
                            Token::Mark(':'),
                            Token::Number(second, 2),
                            Token::Mark('.'),
                            Token::Number(..),
                            ..,
                        ] => (Some(*second), 7),
                        [Token::Mark(':'), Token::Number(second, 2), ..] => (Some(*second), 5),
                        _ => (None, 3),
                    };
                    Some(Self { from, to: from + length, hour: *hour, minute: *minute, second })
                }
                _ => None,
            })
            .or_else(|| Self::with_points(tokens))
    }

    /// `13.35.01`, which is a clock only behind a year.
    fn with_points(tokens: &[Token]) -> Option<Self> {
        let year = tokens.iter().position(|token| matches!(token, Token::Number(_, 4)))?;
        (year..tokens.len()).find_map(|from| match tokens.get(from..)? {
            [
                Token::Number(hour, 1..=2),
                Token::Mark('.'),
                Token::Number(minute, 2),
                Token::Mark('.'),
                Token::Number(second, 2),
                ..,
            ] => Some(Self { from, to: from + 5, hour: *hour, minute: *minute, second: Some(*second) }),
            _ => None,
        })
    }

    fn time(self, half: Option<words::Half>) -> Option<Time> {
        let hour = match half {
            None => self.hour,
            Some(_) if !(1..=12).contains(&self.hour) => return None,
            Some(words::Half::Morning) => self.hour % 12,
            Some(words::Half::Afternoon) => self.hour % 12 + 12,
        };
        Time::new(small(hour)?, small(self.minute)?, small(self.second.unwrap_or(0))?, 0).ok()
    }
}

fn small(number: i64) -> Option<i8> {
    i8::try_from(number).ok()
}

/// The zone that tokens behind a time begin with, and the tokens behind it. `None` where it is impossible.
fn zone(tokens: &[Token]) -> Option<(Option<Offset>, &[Token])> {
    let (name, rest) = match tokens {
        [Token::Zone(name), rest @ ..] => (Some(name.as_str()), rest),
        [Token::Mark('('), Token::Zone(name), Token::Mark(')'), rest @ ..] => (Some(name.as_str()), rest),
        _ => (None, tokens),
    };
    let at_zero = matches!(name, None | Some("utc" | "gmt"));
    let (sign, hours, minutes, rest) = match rest {
        [
            Token::Mark(sign @ ('+' | '-')),
            Token::Number(hours, 1..=2),
            Token::Mark(':'),
            Token::Number(minutes, 2),
            rest @ ..,
        ] if at_zero => (*sign, *hours, *minutes, rest),
        [Token::Mark(sign @ ('+' | '-')), Token::Number(both, 4), rest @ ..] if at_zero => {
            (*sign, both / 100, both % 100, rest)
        }
        [Token::Mark(sign @ ('+' | '-')), Token::Number(hours, 1..=2), rest @ ..] if at_zero => {
            (*sign, *hours, 0, rest)
        }
        _ => return Some((name.and_then(words::zone), rest)),
    };
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
    let offset = Offset::from_seconds(if sign == '-' { -seconds } else { seconds }).ok()?;
    Some((Some(offset), rest))
}

/// A day, or a month without one.
struct Day {
    date: Date,
    has_day: bool,
}

impl Day {
    fn of(tokens: &[&Token]) -> Option<Self> {
        let mut month = None;
        let mut numbers = Vec::new();
        let mut dots = true;
        for (at, token) in tokens.iter().enumerate() {
            let follows = |mark: &str| matches!(tokens.get(at + 1), Some(Token::Word(word)) if word == mark);
            match token {
                // With its mark a number is the month wherever it stands: `2024年7月26日`, `9 月 01, 2020`.
                Token::Number(number, 1..=2) if follows("月") || follows("월") => {
                    if month.replace(small(*number)?).is_some() {
                        return None;
                    }
                }
                Token::Word(word) | Token::Zone(word) if words::month(word).is_some() => {
                    // Two months are no date.
                    if month.replace(words::month(word)?).is_some() {
                        return None;
                    }
                }
                Token::Word(word) if words::FILLERS.contains(&word.as_str()) => {}
                Token::Word(_) | Token::Zone(_) => return None,
                Token::Number(number, digits) => numbers.push((*number, *digits)),
                Token::Mark('.' | ',') => {}
                Token::Mark('-' | '/') => dots = false,
                Token::Mark(_) => return None,
            }
        }
        let (year, month, day) = match (month, numbers.as_slice()) {
            (Some(month), [(year, 4), (day, 1..=2)] | [(day, 1..=2), (year, 4)]) => {
                (*year, month, Some(*day))
            }
            (Some(month), [(year, 4)]) => (*year, month, None),
            (None, [(year, 4), (month, 1..=2), (day, 1..=2)]) => (*year, small(*month)?, Some(*day)),
            // With points the day always comes first; with slashes it depends on the country.
            (None, [(day, 1..=2), (month, 1..=2), (year, 4)]) if dots => (*year, small(*month)?, Some(*day)),
            _ => return None,
        };
        // There was no year 0.
        let year = i16::try_from(year).ok().filter(|year| *year > 0)?;
        let date = Date::new(year, month, small(day.unwrap_or(1))?).ok()?;
        Some(Self { date, has_day: day.is_some() })
    }
}

#[cfg(test)]
mod tests {
    use Precision::{Day, Minute, Month, Second};

    use super::*;

    fn shown(text: &str) -> Option<(String, Precision, Option<i32>)> {
        read(text)
            .map(|date| (date.clock.to_string(), date.precision, date.zone.map(|zone| zone.seconds() / 60)))
    }

    #[test]
    fn reads_every_language() {
        for (text, clock, precision) in [
            ("Jul 26, 2024 1:35:01pm", "2024-07-26T13:35:01", Second),
            ("Apr 05, 2026 5:31 am", "2026-04-05T05:31:00", Minute),
            ("Jul 26, 2024, 12:05\u{202f}AM", "2024-07-26T00:05:00", Minute),
            ("26 July 2024 at 12:05 PM", "2024-07-26T12:05:00", Minute),
            ("26 jul 2024, 1:35:01 p. m.", "2024-07-26T13:35:01", Second),
            ("26 de julio de 2024 a las 13:35", "2024-07-26T13:35:00", Minute),
            ("dic 01, 2023 11:00 p.\u{a0}m.", "2023-12-01T23:00:00", Minute),
            ("26 juil. 2024, 13:35:01", "2024-07-26T13:35:01", Second),
            ("1 août 2024 à 13h35", "2024-08-01T13:35:00", Minute),
            ("26. Juli 2024 um 13:35 Uhr", "2024-07-26T13:35:00", Minute),
            ("Mär 03, 2024 1:35:01 pm", "2024-03-03T13:35:01", Second),
            ("26 de fev. de 2024, 13:35:01", "2024-02-26T13:35:01", Second),
            ("26 de março de 2024 às 13:35", "2024-03-26T13:35:00", Minute),
            ("26 lug 2024, 13:35", "2024-07-26T13:35:00", Minute),
            ("26 settembre 2024 alle ore 13:35", "2024-09-26T13:35:00", Minute),
            ("26 mrt 2024 om 13:35", "2024-03-26T13:35:00", Minute),
            ("26 października 2024 o 13:35", "2024-10-26T13:35:00", Minute),
            ("paź 26, 2024 1:35 pm", "2024-10-26T13:35:00", Minute),
            ("26 июля 2024 г. в 13:35", "2024-07-26T13:35:00", Minute),
            ("26 сент. 2024 г., 13:35:01", "2024-09-26T13:35:01", Second),
            ("dub 10, 2014 9:02:15 odpol.", "2014-04-10T21:02:15", Second),
            ("čvc 01, 2014 9:02:15 dopol.", "2014-07-01T09:02:15", Second),
            ("lip 26, 2024 1:35:01 po południu", "2024-07-26T13:35:01", Second),
            ("июл 26, 2024 1:35:01 ПП", "2024-07-26T13:35:01", Second),
            ("26 июля 2024 г. 9:35:01 утра", "2024-07-26T09:35:01", Second),
            ("Apr. 05, 2026 5:31 vorm.", "2026-04-05T05:31:00", Minute),
            ("26 de julho de 2024 às 01:35:01 da tarde", "2024-07-26T13:35:01", Second),
            ("26 de julio de 2024, 1:35 de la tarde", "2024-07-26T13:35:00", Minute),
            ("26. jul. 2024 13.35.01", "2024-07-26T13:35:01", Second),
            ("26.7.2024 klo 13.35.01", "2024-07-26T13:35:01", Second),
            ("26 Tem 2024 13:35:01", "2024-07-26T13:35:01", Second),
            ("26. des. 2024, 13:35", "2024-12-26T13:35:00", Minute),
            ("2024年7月26日 13:35:01", "2024-07-26T13:35:01", Second),
            ("2024年7月26日 下午1:35:01", "2024-07-26T13:35:01", Second),
            ("2024年7月26日", "2024-07-26T00:00:00", Day),
            ("2024년 7월 26일 오후 1:35", "2024-07-26T13:35:00", Minute),
            ("2024. 07. 26. 10:05", "2024-07-26T10:05:00", Minute),
            ("2024. 7. 26. 오전 12:05", "2024-07-26T00:05:00", Minute),
            ("2024 Jul 26", "2024-07-26T00:00:00", Day),
            ("26.07.2024, 13:35", "2024-07-26T13:35:00", Minute),
            ("2024-07-26 13:35:01", "2024-07-26T13:35:01", Second),
            ("2024/07/26 13:35", "2024-07-26T13:35:00", Minute),
            ("9 月 01, 2020 11:50:51 上午", "2020-09-01T11:50:51", Second),
            ("8 月 02, 2020 11:07:57 下午", "2020-08-02T23:07:57", Second),
            ("2024年7月26日下午1:35", "2024-07-26T13:35:00", Minute),
            ("2024年7月", "2024-07-01T00:00:00", Month),
            ("jul 26, 2024 1:35:01 em", "2024-07-26T13:35:01", Second),
            ("jul 26, 2024 9:35:01 fm", "2024-07-26T09:35:01", Second),
            ("13:35 em 26 de julho de 2024", "2024-07-26T13:35:00", Minute),
            ("heinä 26, 2024 1:35:01 ip.", "2024-07-26T13:35:01", Second),
            ("26. heinäkuuta 2024 klo 13.35.01", "2024-07-26T13:35:01", Second),
            ("Tem 26, 2024 1:35:01 ÖS", "2024-07-26T13:35:01", Second),
            ("jul. 26, 2024 9:35:01 dop.", "2024-07-26T09:35:01", Second),
            ("26 Agu 2024 13.35.01", "2024-08-26T13:35:01", Second),
            ("iul. 26, 2024 13:35:01", "2024-07-26T13:35:01", Second),
            ("лип. 26, 2024 13:35:01", "2024-07-26T13:35:01", Second),
            ("26 липня 2024 р. о 13:35", "2024-07-26T13:35:00", Minute),
            ("Juni 2024", "2024-06-01T00:00:00", Month),
        ] {
            assert_eq!(shown(text), Some((clock.to_owned(), precision, None)), "{text}");
        }
    }

    #[test]
    fn reads_zones() {
        for (text, minutes) in [
            ("Nov 4, 2023, 8:27:43 PM UTC", Some(0)),
            ("4 Nov 2023, 20:27:43 GMT+01:00", Some(60)),
            ("4 Nov 2023, 20:27:43 UTC\u{2212}3", Some(-180)),
            ("04.11.2023, 20:27:43 MEZ", Some(60)),
            ("2023-11-04T20:27:43.120Z", Some(0)),
            ("2023-11-04 20:27:43 -0730", Some(-450)),
            ("Nov 4, 2023, 8:27:43 PM PDT", Some(-420)),
            ("Nov 4, 2023, 8:27:43 PM IST", None),
        ] {
            assert_eq!(shown(text), Some(("2023-11-04T20:27:43".to_owned(), Second, minutes)), "{text}");
        }
        let header = "Generated by Jane Roe on Friday 2 August 2024 at 11:40 UTC+01:00";
        assert_eq!(offset_in(header).map(Offset::seconds), Some(3600));
        assert_eq!(offset_in("Generated by Jane Roe"), None);
        assert_eq!(offset_in("UTC+99:00 é"), None);
    }

    #[test]
    fn refuses_what_is_no_date() {
        for text in [
            "",
            "Jul",
            "2024",
            "Jul 26",
            "13:35",
            "05/06/2024",
            "0000 lis",
            "1 May 0000",
            "Feb 30, 2024",
            "Jul 26, 2024 25:00",
            "Jul 26, 2024 13:35 pm",
            "Jul 26, 2024 0:35 am",
            "Jul Aug 2024",
            "Updated Jul 26, 2024 1:35:01pm",
            "We met on Jul 26, 2024",
            "július 26, 2024 13:35",
            "13 月 01, 2020 11:50:51 上午",
            "7 月 8 月 2020",
            "2024. 05. 06. 07",
            "26.07.24 13.35",
            "99999999999999999999 Jul 2024",
            "Jul 2024 13:35",
            "(Jul 26, 2024)",
            "jul 26, 2024 13:35:01 em",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
        assert_eq!(read(&"Jul 26, 2024 ".repeat(1000)), None);
    }

    #[test]
    fn keeps_the_clock_in_the_zone() {
        let date = read("Jul 26, 2024 1:35:01pm");
        let moment = date.and_then(|date| date.moment(Offset::constant(1))).map(|moment| moment.to_string());
        assert_eq!(moment.as_deref(), Some("2024-07-26T13:35:01+01:00"));
    }
}
