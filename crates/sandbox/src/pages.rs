//! The frame of every page: it says first that no money moves.

use serde_json::Value;

/// A page of the sandbox; `body` is HTML, `title` is text.
pub(crate) fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title>\
         <style>{STYLE}</style></head><body><header>Sandbox: no real money</header>\
         <main><h1>{title}</h1>{body}</main></body></html>",
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

const NO_MINOR_UNITS: &[&str] = &[
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv",
    "xaf", "xof", "xpf",
];

const STYLE: &str = "
*{box-sizing:border-box}body{margin:0;font:16px/1.5 system-ui,sans-serif;color:#1c1a17;background:#fbfaf7}
header{padding:.6rem 1rem;font-weight:600;text-align:center;color:#3a2600;
background:repeating-linear-gradient(135deg,#ffc53d 0 14px,#ffd56b 14px 28px)}
main{max-width:34rem;margin:2rem auto;padding:0 1rem}h1{font-size:1.5rem;line-height:1.2}
label{display:block;margin:.8rem 0 .2rem}input:not([type=hidden]){width:100%;padding:.6rem;font:inherit;
border:1px solid #8a8377;border-radius:6px;background:#fff}
button{margin:1rem .5rem 0 0;padding:.6rem 1.1rem;font:inherit;font-weight:600;color:#fff;background:#7a4b00;
border:0;border-radius:6px;cursor:pointer}button.plain{color:#7a4b00;background:none;border:1px solid #7a4b00}
:focus-visible{outline:3px solid #1a5fb4;outline-offset:2px}
table{width:100%;border-collapse:collapse}td{padding:.3rem 0;border-bottom:1px solid #e5e0d5}td:last-child{text-align:right}
.error{padding:.6rem;border-left:4px solid #b3261e;background:#fdecea}code{overflow-wrap:anywhere}
@media (prefers-color-scheme:dark){body{color:#efece6;background:#191713}
input:not([type=hidden]){color:inherit;background:#26231d}button{color:#241700;background:#ffc53d}
button.plain{color:#ffc53d;border-color:#ffc53d}td{border-color:#3a362d}.error{color:#3a0a06}}
";
