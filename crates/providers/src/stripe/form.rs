//! Form encoding with brackets, as Stripe reads it: `a[0][b]=1`, `metadata[user]=…`.

use std::fmt::Display;

use url::form_urlencoded::Serializer;

use crate::stripe::Metadata;

/// The fields of a body or of a query, in their order.
#[derive(Clone, Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// With a field; an empty value unsets what Stripe holds.
    pub(super) fn with(mut self, name: &str, value: impl Display) -> Self {
        self.0.push((name.to_owned(), value.to_string()));
        self
    }

    /// With a field, if there is a value.
    pub(super) fn maybe(self, name: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// With a flag, if it is up.
    pub(super) fn flag(self, name: &str, up: bool) -> Self {
        self.maybe(name, up.then_some(true))
    }

    /// With a list: `name[0]`, `name[1]`.
    pub(super) fn each(self, name: &str, values: impl IntoIterator<Item = impl Display>) -> Self {
        values
            .into_iter()
            .enumerate()
            .fold(self, |form, (place, value)| {
                form.with(&format!("{name}[{place}]"), value)
            })
    }

    /// With notes: `name[key]`.
    pub(super) fn notes(self, name: &str, notes: &Metadata) -> Self {
        notes.iter().fold(self, |form, (key, value)| {
            form.with(&format!("{name}[{key}]"), value)
        })
    }

    /// As a body or a query.
    pub(super) fn encoded(&self) -> String {
        Serializer::new(String::new())
            .extend_pairs(&self.0)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_notes_and_choices_are_bracketed() {
        let notes = Metadata::from([("user".to_owned(), "a&b=é".to_owned())]);
        let form = Form::default()
            .with("line_items[0][price]", "price_1")
            .each("expand", ["line_items", "customer"])
            .notes("metadata", &notes)
            .maybe("absent", None::<i64>)
            .flag("down", false)
            .flag("up", true)
            .with("success_url", "https://a.example/?s={CHECKOUT_SESSION_ID}");
        assert_eq!(
            form.encoded(),
            "line_items%5B0%5D%5Bprice%5D=price_1&expand%5B0%5D=line_items&expand%5B1%5D=customer\
             &metadata%5Buser%5D=a%26b%3D%C3%A9&up=true\
             &success_url=https%3A%2F%2Fa.example%2F%3Fs%3D%7BCHECKOUT_SESSION_ID%7D"
        );
        assert_eq!(Form::default().encoded(), "");
    }
}
