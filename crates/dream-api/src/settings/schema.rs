//! Which settings there are: read from `dream-api.default.toml`, the one place that names them.

use std::path::Path;

use super::problem::SettingsError;
use super::value::{Leaf, Value, leaves};

/// The file of defaults, as it lies at the root of the repository.
const DEFAULTS: &str = include_str!("../../../../dream-api.default.toml");

/// The name the file of defaults has in messages.
const DEFAULTS_NAME: &str = "dream-api.default.toml";

/// What the last comment line above a setting begins with.
const ENVIRONMENT_MARK: &str = "Environment: ";

/// What follows the variable's name where the value is a secret.
const SECRET_MARK: &str = " (secret)";

/// Every setting there is, in the order of the file.
pub(crate) struct Schema {
    /// Never empty.
    pub(crate) settings: Vec<Setting>,
}

/// One setting as the file of defaults describes it.
pub(crate) struct Setting {
    /// The dotted key, such as `limits.connections`.
    pub(crate) key: String,
    /// The variable of the environment that sets it.
    pub(crate) environment: String,
    /// Whether its value is never shown.
    pub(crate) secret: bool,
    /// What it is, its unit and why its default is what it is.
    pub(crate) meaning: String,
    /// The default, which also says what type the value has.
    pub(crate) default: Value,
}

impl Schema {
    /// Reads the file of defaults in the binary.
    ///
    /// # Errors
    /// The problems of that file: a defect of the binary, caught by a test.
    pub(crate) fn embedded() -> Result<Self, SettingsError> {
        let (leaves, problems) = leaves(Path::new(DEFAULTS_NAME), DEFAULTS);
        if !problems.is_empty() {
            return Err(SettingsError { problems });
        }
        let lines: Vec<&str> = DEFAULTS.lines().collect();
        let read = |leaf: Leaf| {
            let above = &lines[..leaf.line - 1];
            Some(setting(leaf.key, leaf.value.ok()?, above))
        };
        let settings = leaves.into_iter().filter_map(read).collect();
        Ok(Self { settings })
    }

    /// The setting of a dotted key.
    pub(crate) fn find(&self, key: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.key == key)
    }

    /// The setting of a variable of the environment.
    pub(crate) fn of_variable(&self, name: &str) -> Option<&Setting> {
        self.settings
            .iter()
            .find(|setting| setting.environment == name)
    }
}

/// The table of all settings for README and guide, in Markdown.
pub(crate) fn markdown(schema: &Schema) -> String {
    let mut table =
        String::from("| Setting | Environment | Default | Meaning |\n|---|---|---|---|\n");
    for setting in &schema.settings {
        let default = match setting.default.text() {
            text if text.is_empty() => String::new(),
            text => format!("`{text}`"),
        };
        let row = format!(
            "| `{}` | `{}` | {default} | {} |\n",
            setting.key, setting.environment, setting.meaning
        );
        table.push_str(&row);
    }
    table
}

fn setting(key: String, default: Value, above: &[&str]) -> Setting {
    let comment = above.iter().rev().map_while(|line| line.strip_prefix("# "));
    let mut environment = "";
    let mut sentences = Vec::new();
    for line in comment {
        match line.strip_prefix(ENVIRONMENT_MARK) {
            Some(name) => environment = name,
            None => sentences.insert(0, line),
        }
    }
    Setting {
        key,
        environment: environment.trim_end_matches(SECRET_MARK).to_owned(),
        secret: environment.ends_with(SECRET_MARK),
        meaning: sentences.join(" "),
        default,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names that scripts rely on and that follow no rule of ours (issue 2, rules 23).
    const NAMED: [(&str, &str); 10] = [
        ("env", "DREAM_ENV"),
        ("listen", "DREAM_LISTEN"),
        ("database_url", "DREAM_DATABASE_URL"),
        ("frontend_url", "FRONTEND_URL"),
        ("stripe.api_base", "STRIPE_API_BASE"),
        ("stripe.webhook_secret_test", "STRIPE_WEBHOOK_SECRET_TEST"),
        (
            "stripe.platform_webhook_secret",
            "STRIPE_PLATFORM_WEBHOOK_SECRET",
        ),
        ("clerk.api_base", "CLERK_API_BASE"),
        ("clerk.secret_key_test", "CLERK_SECRET_KEY_TEST"),
        ("clerk_developers.secret_key", "CLERK_DEVELOPERS_SECRET_KEY"),
    ];

    #[test]
    fn every_setting_has_a_comment_and_a_variable_that_follows_the_rule() {
        for setting in Schema::embedded().unwrap().settings {
            let plain = setting.key.replace('.', "_").to_uppercase();
            let expected = match plain.as_str() {
                "FRONTEND_URL" => plain,
                _ if plain.starts_with("STRIPE_") || plain.starts_with("CLERK_") => plain,
                _ => format!("DREAM_{plain}"),
            };
            assert_eq!(setting.environment, expected, "{}", setting.key);
            assert!(
                setting.meaning.ends_with('.'),
                "{} has no comment",
                setting.key
            );
            assert!(!setting.meaning.contains('|'), "{}", setting.key);
        }
    }

    #[test]
    fn names_that_scripts_rely_on_are_there() {
        let schema = Schema::embedded().unwrap();
        for (key, variable) in NAMED {
            assert_eq!(schema.find(key).unwrap().environment, variable);
            assert_eq!(schema.of_variable(variable).unwrap().key, key);
        }
    }

    #[test]
    fn keys_and_tokens_are_secret() {
        for setting in Schema::embedded().unwrap().settings {
            let name = setting.key.rsplit('.').next().unwrap();
            let expected = ["master_key", "smtp_url", "token", "secret_access_key"].contains(&name)
                || name.starts_with("secret_key")
                || name.starts_with("client_secret")
                || name.contains("webhook_secret");
            assert_eq!(setting.secret, expected, "{}", setting.key);
        }
    }

    #[test]
    fn guide_holds_the_table_of_settings() {
        let guide = include_str!("../../../../docs/guides/settings.md");
        let table = markdown(&Schema::embedded().unwrap());
        assert!(
            guide.contains(&table),
            "put the output of `dream-api config --markdown` into docs/guides/settings.md"
        );
    }
}
