//! "Did you mean": the known name closest to an unknown one.

/// The closest of the known names, if one is close enough to be meant: equal but for a leading `DREAM_`, made of the
/// same words in another order, cut short, equal in its last part, or a few letters away.
pub(crate) fn closest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let known: Vec<&str> = known.collect();
    let bare = name.strip_prefix("DREAM_").unwrap_or(name);
    let exact = |wanted: &str| known.iter().copied().find(|other| *other == wanted);
    exact(bare)
        .or_else(|| exact(&format!("DREAM_{name}")))
        .or_else(|| {
            known
                .iter()
                .copied()
                .find(|other| words(other) == words(name))
        })
        .or_else(|| {
            known
                .iter()
                .copied()
                .find(|other| name.len() > 4 && other.starts_with(name))
        })
        .or_else(|| same_last_part(name, &known))
        .or_else(|| few_letters_away(name, &known))
}

fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = name.split(['.', '_', '-']).map(str::to_lowercase).collect();
    words.sort_unstable();
    words
}

/// For `http.connections` finds `limits.connections`, if no other setting is called so.
fn same_last_part<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let last = |name: &str| name.rsplit('.').next().map(str::to_owned);
    let mut found = known.iter().filter(|other| last(other) == last(name));
    match (found.next(), found.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

fn few_letters_away<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let allowed = (name.len() / 4).max(2);
    let with_distance = known
        .iter()
        .map(|other| (strsim::damerau_levenshtein(name, other), *other));
    let (distance, other) = with_distance.min_by_key(|(distance, _)| *distance)?;
    (distance <= allowed).then_some(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closest_finds_what_was_meant() {
        let known = [
            "listen",
            "limits.connections",
            "http.idle_timeout_seconds",
            "DREAM_LISTEN",
            "STRIPE_SECRET_KEY_TEST",
            "FRONTEND_URL",
        ];
        for (name, meant) in [
            ("lisen", Some("listen")),
            ("http.connections", Some("limits.connections")),
            ("http.idle_timeout", Some("http.idle_timeout_seconds")),
            (
                "http.idle_timeout_second",
                Some("http.idle_timeout_seconds"),
            ),
            ("DREAM_LISTN", Some("DREAM_LISTEN")),
            ("DREAM_FRONTEND_URL", Some("FRONTEND_URL")),
            ("STRIPE_TEST_SECRET_KEY", Some("STRIPE_SECRET_KEY_TEST")),
            (
                "DREAM_STRIPE_SECRET_KEY_TEST",
                Some("STRIPE_SECRET_KEY_TEST"),
            ),
            ("weather", None),
        ] {
            assert_eq!(closest(name, known.into_iter()), meant, "{name}");
        }
    }
}
