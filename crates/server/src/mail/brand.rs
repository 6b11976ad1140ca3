//! How a project looks in its mails.

use dream_store::projects::Tenant;

use crate::app::App;

/// The colour of buttons where a project has none.
const ACCENT: &str = "#5b5bd6";

/// Name, picture and colour of a project.
#[derive(Clone, Debug)]
pub(super) struct Brand {
    /// What it calls itself.
    pub(super) name: String,
    /// Stands for the picture where there is none.
    pub(super) initial: String,
    /// The absolute address of its picture.
    pub(super) logo: Option<String>,
    /// `#rrggbb`, behind the text of buttons.
    pub(super) accent: String,
    /// The colour of text on the accent, black or white.
    pub(super) on_accent: &'static str,
    /// The platform is not mentioned.
    pub(super) hide_branding: bool,
}

impl Brand {
    /// The brand of a project. The root project is the platform, which the operator names.
    pub(super) fn of(app: &App, tenant: &Tenant) -> Self {
        let is_root = *tenant.scope.tenant() == app.root;
        let name = if is_root {
            &app.config.mail.from_name
        } else {
            &*tenant.name
        };
        let settings = &tenant.settings;
        Self {
            hide_branding: settings.hide_branding || is_root,
            ..Self::new(
                name,
                tenant.logo_url().as_deref(),
                settings.accent_color.as_deref(),
                &app.config.public_url,
            )
        }
    }

    /// `logo` is a path of ours, `accent` a colour as `#rrggbb`.
    pub(super) fn new(
        name: &str,
        logo: Option<&str>,
        accent: Option<&str>,
        public_url: &str,
    ) -> Self {
        let accent = accent.filter(|accent| rgb(accent).is_some());
        let accent = accent.unwrap_or(ACCENT);
        Self {
            name: name.to_owned(),
            initial: initial(name),
            hide_branding: false,
            logo: logo.map(|path| format!("{public_url}{path}")),
            on_accent: readable_on(accent),
            accent: accent.to_owned(),
        }
    }
}

/// The first letter or digit of a name.
fn initial(name: &str) -> String {
    let first = name.chars().find(|c| c.is_alphanumeric());
    first.map_or_else(String::new, |first| first.to_uppercase().collect())
}

/// Black or white, whichever stands out more (WCAG 2.2, relative luminance).
fn readable_on(colour: &str) -> &'static str {
    let Some(channels) = rgb(colour) else {
        return "#ffffff";
    };
    let linear = channels.map(|channel| {
        let channel = f64::from(channel) / 255.0;
        if channel <= 0.04045 {
            channel / 12.92
        } else {
            ((channel + 0.055) / 1.055).powf(2.4)
        }
    });
    let luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    // Where the contrast with black equals that with white.
    if luminance > 0.179 {
        "#0b1020"
    } else {
        "#ffffff"
    }
}

/// The channels of `#rrggbb`.
fn rgb(colour: &str) -> Option<[u8; 3]> {
    let digits = colour.strip_prefix('#')?;
    if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let channel = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    Some([channel(0)?, channel(2)?, channel(4)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_on_a_button_can_be_read() {
        for (accent, text) in [
            ("#5b5bd6", "#ffffff"),
            ("#000000", "#ffffff"),
            ("#ffffff", "#0b1020"),
            ("#FFD400", "#0b1020"),
            ("#0a7d3c", "#ffffff"),
        ] {
            let brand = Brand::new("A", None, Some(accent), "");
            assert_eq!((&*brand.accent, brand.on_accent), (accent, text));
        }
    }

    #[test]
    fn what_is_no_colour_is_left_out() {
        for bad in ["", "red", "#fff", "#12345g", "#123456;x", "#é234"] {
            assert_eq!(Brand::new("A", None, Some(bad), "").accent, ACCENT, "{bad}");
        }
    }
}
