//! Where a post was written, where its author let X say so.

use serde::Deserialize;

use super::text::unescape;
use crate::sources::archive::item::add_place;
use crate::sources::archive::loose::{Decimal, List, Text};

/// A place with a name: a town, or a house such as a hospital. X shows the name below the post.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Place<'a> {
    #[serde(borrow)]
    full_name: Text<'a>,
    name: Text<'a>,
}

impl Place<'_> {
    /// Adds the name as a line of its own, if the text does not have it.
    pub(super) fn add_to(&self, text: &mut String) {
        add_place(text, &unescape(self.full_name.or(&self.name)));
    }
}

/// A spot on the map; `{}` where there is none.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Geo {
    coordinates: List<Decimal>,
}

impl Geo {
    pub(super) fn is_spot(&self) -> bool {
        let degrees = self.coordinates.0.iter().filter_map(|degree| degree.0);
        degrees.clone().count() == 2 && degrees.into_iter().any(|degree| degree != 0.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_place_is_named_once() {
        for (text, place, shown) in [
            (
                "On duty",
                r#"{"full_name": "St Ann &amp; St Bride, Larkspur"}"#,
                "On duty\nPlace: St Ann & St Bride, Larkspur",
            ),
            ("", r#"{"name": "Larkspur"}"#, "Place: Larkspur"),
            ("Larkspur!", r#"{"full_name": "Larkspur"}"#, "Larkspur!"),
            ("On duty", "{}", "On duty"),
        ] {
            let mut found = text.to_owned();
            serde_json::from_str::<Place<'_>>(place).unwrap().add_to(&mut found);
            assert_eq!(found, shown, "{place}");
        }
    }

    #[test]
    fn a_spot_has_two_numbers() {
        for (geo, expected) in [
            (r#"{"type": "Point", "coordinates": [50.94, 6.95]}"#, true),
            (r#"{"type": "Point", "coordinates": ["50.94", "6.95"]}"#, true),
            (r#"{"coordinates": [0, 0]}"#, false),
            (r#"{"coordinates": null}"#, false),
            ("{}", false),
        ] {
            assert_eq!(serde_json::from_str::<Geo>(geo).unwrap().is_spot(), expected, "{geo}");
        }
    }
}
