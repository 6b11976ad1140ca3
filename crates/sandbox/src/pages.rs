//! The frame of every page: it says first that no money moves.

use serde_json::Value;

/// A page of the sandbox; `body` is HTML, `title` is text.
pub(crate) fn page(title: &str, body: &str) -> String {
    frame(title, "", body)
}

/// A page with room for tables.
pub(crate) fn wide(title: &str, body: &str) -> String {
    frame(title, " class=\"wide\"", body)
}

fn frame(title: &str, class: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><link rel=\"icon\" href=\"data:,\">\
         <title>{title}</title><style>{STYLE}</style></head>\
         <body><header>Sandbox: no real money</header><main{class}><h1>{title}</h1>{body}</main></body></html>",
        title = escape(title),
    )
}

/// Text as it may stand in HTML, in attributes too.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// What went wrong, above the form that it went wrong in.
pub(crate) fn error(text: &str) -> String {
    format!("<p class=\"error\" role=\"alert\">{}</p>", escape(text))
}

/// A field of a form with its label; `input` is the rest of its attributes.
pub(crate) fn field(name: &str, input: &str, label: &str, value: &str) -> String {
    format!(
        "<label for=\"{name}\">{label}</label><input id=\"{name}\" name=\"{name}\" {input} value=\"{}\">",
        escape(value)
    )
}

/// The card number of a form, the button that sends it, and a button for each of the test cards on offer: number and
/// what it does.
pub(crate) fn card_fields(button: &str, typed: &str, offered: &[(&str, &str)]) -> String {
    let input = "inputmode=\"numeric\" autocomplete=\"off\" required";
    let offer = |(number, does): &(&str, &str)| {
        format!(
            "<button name=\"test_card\" value=\"{number}\"><span class=\"number\">{number}</span>\
             <span>{does}</span></button>"
        )
    };
    let offers: String = offered.iter().map(offer).collect();
    format!(
        "{}<button class=\"full\">{button}</button><fieldset class=\"cards\">\
         <legend>Or take a test card with one click</legend>{offers}</fieldset>",
        field("card", input, "Card number", typed)
    )
}

/// A field of a form that is not seen.
pub(crate) fn hidden(name: &str, value: &str) -> String {
    format!(
        "<input type=\"hidden\" name=\"{}\" value=\"{}\">",
        escape(name),
        escape(value)
    )
}

/// An amount as people read it.
pub(crate) fn money(amount: &Value, currency: &Value) -> String {
    let (amount, currency) = (
        amount.as_i64().unwrap_or_default(),
        currency.as_str().unwrap_or_default(),
    );
    let name = escape(&currency.to_ascii_uppercase());
    if NO_MINOR_UNITS.contains(&currency) {
        return format!("{amount} {name}");
    }
    format!("{}.{:02} {name}", amount / 100, amount % 100)
}

/// Money with the interval that it is paid at, of a price.
pub(crate) fn cost(price: &Value) -> String {
    let money = money(&price["unit_amount"], &price["currency"]);
    let recurring = &price["recurring"];
    let interval = escape(recurring["interval"].as_str().unwrap_or_default());
    match recurring["interval_count"].as_i64() {
        None => money,
        Some(1) => format!("{money} a {interval}"),
        Some(count) => format!("{money} every {count} {interval}s"),
    }
}

/// A moment in seconds since 1970, as people read it.
pub(crate) fn moment(seconds: i64) -> String {
    let Ok(moment) = jiff::Timestamp::from_second(seconds) else {
        return seconds.to_string();
    };
    moment.strftime("%-d %b %Y, %H:%M:%S UTC").to_string()
}

const NO_MINOR_UNITS: &[&str] = &[
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv",
    "xaf", "xof", "xpf",
];

const STYLE: &str = include_str!("pages.css");
