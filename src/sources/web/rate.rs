//! Hosts that count requests, and say in their answers how many are left.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;

/// Numbers above this are times since 1970, those below are seconds from now.
const EPOCH_FROM: f64 = 1e9;

/// How long the next request has to wait, if the answer says that none is left. `header` gives the value of a header by
/// its lower-case name.
pub(super) fn wait<'h>(header: impl Fn(&str) -> Option<&'h str>, now: SystemTime) -> Option<Duration> {
    for (left, reset) in [
        ("x-ratelimit-remaining", "x-ratelimit-reset"),
        ("x-rate-limit-remaining", "x-rate-limit-reset"),
        ("ratelimit-remaining", "ratelimit-reset"),
    ] {
        if let (Some(left), Some(reset)) = (header(left), header(reset)) {
            return is_none(left).then(|| until(reset, now)).flatten();
        }
    }
    let both = header("ratelimit")?;
    let field = |names: [&str; 2]| {
        both.split([';', ','])
            .filter_map(|part| part.trim().split_once('='))
            .find_map(|(key, value)| names.contains(&key.trim()).then_some(value.trim()))
    };
    is_none(field(["remaining", "r"])?).then(|| until(field(["reset", "t"])?, now)).flatten()
}

fn is_none(left: &str) -> bool {
    left.trim().parse::<f64>().is_ok_and(|left| left < 1.0)
}

/// The time until `reset`: a date, seconds since 1970, or seconds from now.
fn until(reset: &str, now: SystemTime) -> Option<Duration> {
    let reset = reset.trim();
    let at = match reset.parse::<f64>() {
        Ok(seconds) if seconds < EPOCH_FROM => return Duration::try_from_secs_f64(seconds).ok(),
        Ok(seconds) => {
            // Some count milliseconds.
            let seconds = if seconds > EPOCH_FROM * 100.0 { seconds / 1000.0 } else { seconds };
            SystemTime::UNIX_EPOCH + Duration::try_from_secs_f64(seconds).ok()?
        }
        Err(_) => match reset.parse::<Timestamp>() {
            Ok(at) => {
                SystemTime::UNIX_EPOCH + Duration::try_from(at.duration_since(Timestamp::UNIX_EPOCH)).ok()?
            }
            Err(_) => httpdate::parse_http_date(reset).ok()?,
        },
    };
    Some(at.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_only_when_no_request_is_left() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        for (headers, expected) in [
            (&[("x-ratelimit-remaining", "12"), ("x-ratelimit-reset", "60")][..], None),
            (&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "60")], Some(60)),
            (&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1700000090")], Some(90)),
            (&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1700000090000")], Some(90)),
            (&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "2023-11-14T22:15:00.123Z")], Some(100)),
            (&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "2020-01-01T00:00:00Z")], Some(0)),
            (&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "soon")], None),
            (&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "-5")], None),
            (&[("x-ratelimit-remaining", "0")], None),
            (&[("ratelimit-remaining", "0.0"), ("ratelimit-reset", "7")], Some(7)),
            (&[("ratelimit", "limit=10, remaining=0, reset=30")], Some(30)),
            (&[("ratelimit", "limit=10, remaining=3, reset=30")], None),
            (&[("ratelimit", "\"default\";r=0;t=30")], Some(30)),
            (&[], None),
        ] {
            let header = |name: &str| headers.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
            assert_eq!(wait(header, now).map(|wait| wait.as_secs()), expected, "{headers:?}");
        }
    }
}
