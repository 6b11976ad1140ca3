//! The page of mails. No script: a link per mail, and a frame that shows it.

use askama::Template;
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse as _, Response};
use dream_domain::error::{Code, Result};
use dream_domain::time::Millis;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Listing, MailBody, MailList};
use crate::app::App;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

#[derive(Template)]
#[template(path = "dev_mail/inbox.html")]
struct Inbox<'a> {
    rows: Vec<Row<'a>>,
    open: Option<Open<'a>>,
    /// The filter.
    to: &'a str,
    /// The address of older mails.
    older: Option<String>,
    /// The address of the newest mails with the same filter.
    here: String,
    is_first_page: bool,
    has_relay: bool,
    public_url: &'a str,
}

struct Row<'a> {
    mail: &'a MailBody,
    time: String,
    href: String,
    is_open: bool,
}

struct Open<'a> {
    mail: &'a MailBody,
    time: String,
    as_text: bool,
    html_href: String,
    text_href: String,
    back_href: String,
}

/// The page with the mails found and the one that was chosen.
pub(super) fn page(
    app: &App,
    listing: &Listing,
    found: &MailList,
    chosen: Option<&MailBody>,
) -> Result<Response> {
    let row = |mail| row(listing, mail, chosen);
    let to = listing.to.as_deref();
    let older = |cursor: &String| address(&[("to", to), ("cursor", Some(cursor))]);
    let inbox = Inbox {
        rows: found.messages.iter().map(row).collect(),
        open: chosen.map(|mail| open(listing, mail)),
        to: to.unwrap_or_default(),
        older: found.next_cursor.as_ref().map(older),
        here: address(&[("to", to)]),
        is_first_page: listing.cursor.is_none(),
        has_relay: app.config.mail.relay.is_some(),
        public_url: &app.config.public_url,
    };
    let html = inbox.render().map_err(|error| {
        Code::Internal
            .error("The page could not be written")
            .because(error)
    })?;
    let mut response = Html(html).into_response();
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-src 'self'; form-action 'self'; \
             base-uri 'none'; frame-ancestors 'none'",
        ),
    );
    Ok(response)
}

fn row<'a>(listing: &Listing, mail: &'a MailBody, chosen: Option<&MailBody>) -> Row<'a> {
    Row {
        time: shown(Millis(mail.created_at)),
        href: href(listing, &[("id", &mail.id)]),
        is_open: chosen.is_some_and(|chosen| chosen.id == mail.id),
        mail,
    }
}

fn open<'a>(listing: &Listing, mail: &'a MailBody) -> Open<'a> {
    Open {
        time: shown(Millis(mail.created_at)),
        as_text: listing.view.as_deref() == Some("text"),
        html_href: href(listing, &[("id", &mail.id)]),
        text_href: href(listing, &[("id", &mail.id), ("view", "text")]),
        back_href: href(listing, &[]),
        mail,
    }
}

/// The address of this list with something chosen.
fn href(listing: &Listing, more: &[(&str, &str)]) -> String {
    let mut parts = vec![
        ("to", listing.to.as_deref()),
        ("limit", listing.limit.as_deref()),
        ("cursor", listing.cursor.as_deref()),
    ];
    parts.extend(more.iter().map(|(name, value)| (*name, Some(*value))));
    address(&parts)
}

fn address(parts: &[(&str, Option<&str>)]) -> String {
    let part = |(name, value): &(&str, Option<&str>)| {
        let value = value.filter(|value| !value.is_empty())?;
        let value = utf8_percent_encode(value, NON_ALPHANUMERIC);
        Some(format!("{name}={value}"))
    };
    let parts: Vec<String> = parts.iter().filter_map(part).collect();
    if parts.is_empty() {
        return "/_dev/mail".to_owned();
    }
    format!("/_dev/mail?{}", parts.join("&"))
}

/// `21 Nov 2026, 08:16 UTC`.
fn shown(at: Millis) -> String {
    let date = at.date();
    let minutes = (at.0 - at.day_start().0) / 60_000;
    let month = usize::try_from(date.month() - 1).unwrap_or_default();
    let month = MONTHS.get(month).copied().unwrap_or_default();
    format!(
        "{} {month} {}, {:02}:{:02} UTC",
        date.day(),
        date.year(),
        minutes / 60,
        minutes % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_as_everywhere() {
        let at = Millis::from_rfc3339("at", "2026-11-21T08:06:59.9Z").unwrap();
        assert_eq!(shown(at), "21 Nov 2026, 08:06 UTC");
        assert_eq!(shown(Millis(0)), "1 Jan 1970, 00:00 UTC");
    }

    #[test]
    fn addresses_hold_what_is_given() {
        assert_eq!(address(&[("to", None)]), "/_dev/mail");
        assert_eq!(
            address(&[("to", Some("a+b@c.de")), ("id", Some("msg_1"))]),
            "/_dev/mail?to=a%2Bb%40c%2Ede&id=msg%5F1"
        );
    }
}
