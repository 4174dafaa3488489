//! JSON objects whose names are compared without regard to case, since some platforms change it from year to year.

use serde_json::{Map, Value};

/// What stands where there is nothing.
const PLACEHOLDERS: &[&str] = &["", "N/A", "None", "null"];

/// The fields of an object.
#[derive(Clone, Copy)]
pub(super) struct Fields<'v>(&'v Map<String, Value>);

impl<'v> Fields<'v> {
    /// The fields of a value, if it is an object.
    pub(super) fn of(value: &'v Value) -> Option<Self> {
        value.as_object().map(Self)
    }

    fn get(&self, names: &[&str]) -> Option<&'v Value> {
        names.iter().find_map(|name| {
            let found = self.0.iter().find(|(key, _)| key.trim().eq_ignore_ascii_case(name));
            found.map(|(_, value)| value).filter(|value| !value.is_null())
        })
    }

    /// Whether one of these names is there, with whatever value.
    pub(super) fn has(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.0.keys().any(|key| key.trim().eq_ignore_ascii_case(name)))
    }

    /// The first of these names that holds a text or a number; empty if none does.
    pub(super) fn text(&self, names: &[&str]) -> String {
        let found = names.iter().filter_map(|name| match self.get(&[name])? {
            Value::String(text) => Some(text.trim().to_owned()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        });
        found.into_iter().find(|text| !PLACEHOLDERS.contains(&text.as_str())).unwrap_or_default()
    }

    /// Whether a truth value is true, written as one or as a text.
    pub(super) fn is_true(&self, name: &str) -> bool {
        self.get(&[name]).is_some_and(|value| {
            value.as_bool() == Some(true)
                || value.as_str().is_some_and(|word| word.eq_ignore_ascii_case("true"))
        })
    }

    /// The object of the first of these names that holds one.
    pub(super) fn object(&self, names: &[&str]) -> Option<Fields<'v>> {
        self.get(names).and_then(Self::of)
    }

    /// The list of the first of these names that is there; a single object is a list of one.
    pub(super) fn list(&self, names: &[&str]) -> &'v [Value] {
        match self.get(names) {
            Some(Value::Array(list)) => list,
            Some(single @ Value::Object(_)) => std::slice::from_ref(single),
            _ => &[],
        }
    }

    /// Everything, in order.
    pub(super) fn all(&self) -> impl Iterator<Item = (&'v str, &'v Value)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }
}

#[cfg(test)]
mod tests {
    use super::Fields;

    #[test]
    fn takes_what_is_there() {
        let value =
            serde_json::json!({"Date": " 1 ", "n": 7, "none": "N/A", "o": {"a": null}, "l": [1], "x": null});
        let fields = Fields::of(&value);
        let text = |names: &[&str]| fields.map(|fields| fields.text(names)).unwrap_or_default();
        assert_eq!(text(&["date"]), "1");
        assert_eq!(text(&["missing", "N"]), "7");
        assert_eq!(
            (text(&["none"]), text(&["l"]), text(&["x"])),
            (String::new(), String::new(), String::new())
        );
        assert_eq!(fields.map(|fields| (fields.list(&["l"]).len(), fields.list(&["o"]).len())), Some((1, 1)));
        assert!(fields.is_some_and(|fields| fields.has(&["X"]) && !fields.has(&["y"])));
        assert!(Fields::of(&serde_json::json!([])).is_none());
    }
}
