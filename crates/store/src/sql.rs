//! One text of SQL for two engines.
//!
//! Statements are written once with `$n` placeholders and the types `text` and `bigint`. SQLite reads
//! `$n` as a *name* bound in order of first appearance and has no `bigint` in strict tables, so its side
//! is rewritten here, at load, and nowhere else (rules 19).

use std::sync::OnceLock;

/// One statement, the same text for both engines.
pub struct Sql {
    text: &'static str,
    sqlite: OnceLock<String>,
}

impl Sql {
    /// Wraps a literal; use the `statements!` macro, so that the contract suite sees it.
    pub const fn new(text: &'static str) -> Self {
        Self {
            text,
            sqlite: OnceLock::new(),
        }
    }

    /// The text as written, which is PostgreSQL's.
    pub fn postgres(&self) -> &'static str {
        self.text
    }

    /// The text with SQLite's numbered placeholders.
    pub fn sqlite(&self) -> &str {
        self.sqlite.get_or_init(|| numbered(self.text))
    }
}

/// Declares the statements of a module and lists them for the contract suite.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)*) => {
        $($(#[$doc])* pub(crate) static $name: $crate::sql::Sql = $crate::sql::Sql::new($text);)*
        /// Name and text of every statement of this module.
        pub(crate) static STATEMENTS: &[(&str, &$crate::sql::Sql)] = &[$((stringify!($name), &$name),)*];
    };
}
pub(crate) use statements;

/// `$1` becomes `?1`; quoted text is left alone.
fn numbered(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\'' {
            quoted = !quoted;
        }
        let placeholder = c == '$' && !quoted && chars.peek().is_some_and(char::is_ascii_digit);
        out.push(if placeholder { '?' } else { c });
    }
    out
}

/// Turns a migration into SQLite's: strict tables, `integer` for `bigint`, and no hidden row id where
/// the key is made of several columns (one tree to write instead of two).
pub(crate) fn sqlite_migration(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut composite = false;
    for line in text.lines() {
        let code = line.trim_start();
        if code.starts_with("create table") {
            composite = false;
        }
        composite |= code.starts_with("primary key (");
        if code.starts_with("--") {
            continue;
        }
        let line = line.replace(" bigint", " integer");
        out.push_str(&match (line.trim_end(), composite) {
            (");", true) => ") strict, without rowid;".to_owned(),
            (");", false) => ") strict;".to_owned(),
            _ => line,
        });
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_numbered_outside_of_quotes() {
        assert_eq!(numbered("select $2, '$1', $1"), "select ?2, '$1', ?1");
    }

    #[test]
    fn tables_become_strict() {
        let text = "create table a (\n  id bigint primary key\n);\ncreate table b (\n  x text,\n  y bigint,\n  primary key (x, y)\n);\n";
        let made = sqlite_migration(text);
        assert!(made.contains("id integer primary key\n) strict;"));
        assert!(made.contains("primary key (x, y)\n) strict, without rowid;"));
    }
}
