//! Numbers of people in words that claim no precision.

/// Two digits of a number.
pub(crate) fn rounded(number: f64) -> f64 {
    if !number.is_finite() || number < 1.0 {
        return 0.0;
    }
    let step = 10_f64.powf(number.log10().floor() - 1.0).max(1.0);
    (number / step).round() * step
}

/// `9,800`, `about 1.3 million`, `under 1`.
pub(crate) fn people(number: f64) -> String {
    match rounded(number) {
        n if n < 1.0 => "under 1".to_owned(),
        n if n >= 1e6 => {
            let millions = format!("{:.1}", n / 1e6);
            format!("{} million", millions.trim_end_matches(".0"))
        }
        n => {
            let digits = format!("{n:.0}");
            let mut text = String::new();
            for (at, digit) in digits.chars().enumerate() {
                if at > 0 && (digits.len() - at).is_multiple_of(3) {
                    text.push(',');
                }
                text.push(digit);
            }
            text
        }
    }
}

#[cfg(test)]
mod tests {
    use super::people;

    #[test]
    fn numbers_claim_no_precision() {
        for (number, words) in [
            (0.2, "under 1"),
            (4.4, "4"),
            (43.0, "43"),
            (437.0, "440"),
            (9_812.0, "9,800"),
            (1_261_000.0, "1.3 million"),
            (67_000_000.0, "67 million"),
            (f64::INFINITY, "under 1"),
        ] {
            assert_eq!(people(number), words);
        }
    }
}
