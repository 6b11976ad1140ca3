//! From words and looks to a mail.

use askama::Template;
use dream_domain::error::{Code, Error, Result};

use super::brand::Brand;
use super::content::{self, Content};
use super::{Letter, Stored};

/// The body for programs that show HTML.
#[derive(Template)]
#[template(path = "mail/letter.html")]
struct HtmlBody<'a> {
    brand: &'a Brand,
    content: &'a Content<'a>,
    to: &'a str,
}

/// The body for programs that show text only.
#[derive(Template)]
#[template(path = "mail/letter.txt")]
struct TextBody<'a> {
    brand: &'a Brand,
    content: &'a Content<'a>,
    to: &'a str,
}

/// Writes a letter to `to`.
pub(super) fn write(brand: &Brand, to: &str, letter: &Letter<'_>) -> Result<Stored> {
    let content = &content::of(&brand.name, letter);
    let html = HtmlBody { brand, content, to }
        .render()
        .map_err(unwritten)?;
    let text = TextBody { brand, content, to }
        .render()
        .map_err(unwritten)?;
    Ok(Stored {
        from_name: brand.name.clone(),
        to: to.to_owned(),
        subject: content.subject.clone(),
        text,
        html,
        good_for_ms: content.good_for_ms(),
    })
}

fn unwritten(error: askama::Error) -> Error {
    Code::Internal
        .error("A mail could not be written")
        .because(error)
}
