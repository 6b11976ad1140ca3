//! Sums of passed and failed tests, read from the lines that test programs print.

use std::fmt;

/// How many tests passed and failed so far.
#[derive(Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) passed: u64,
    failed: u64,
}

impl Tally {
    /// What failed since `before` has passed after all.
    pub(super) fn forgive(&mut self, before: &Self) {
        self.passed += self.failed - before.failed;
        self.failed = before.failed;
    }

    /// Adds what a line reports: cargo's `test result:`, node's `# pass` and `# fail`, or vitest's `Tests`.
    pub(super) fn read(&mut self, line: &str) {
        if let Some(rest) = line.strip_prefix("test result: ") {
            self.passed += number_before(rest, " passed");
            self.failed += number_before(rest, " failed");
        }
        if let Some(rest) = line.trim_start().strip_prefix("Tests  ") {
            self.passed += number_before(rest, " passed");
            self.failed += number_before(rest, " failed");
        }
        // Node marks its sums with `#` in a pipe and with `ℹ` in its newer reporter.
        for mark in ["# ", "ℹ "] {
            let Some(rest) = line.strip_prefix(mark) else {
                continue;
            };
            self.passed += number_after(rest, "pass ");
            self.failed += number_after(rest, "fail ");
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

fn number_before(text: &str, word: &str) -> u64 {
    let Some((before, _)) = text.split_once(word) else {
        return 0;
    };
    let number = before.rsplit(' ').next().unwrap_or_default();
    number.parse().unwrap_or(0)
}

fn number_after(text: &str, word: &str) -> u64 {
    text.strip_prefix(word)
        .and_then(|rest| rest.trim().parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_cargo_and_node_are_summed() {
        let mut tally = Tally::default();
        for line in [
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out",
            "test result: FAILED. 10 passed; 2 failed; 0 ignored",
            "# tests 9",
            "# pass 7",
            "# fail 1",
            "ℹ pass 4",
            "ℹ fail 0",
            "  # pass 100",
            "      Tests  1 failed | 20 passed (21)",
            " Test Files  7 passed (7)",
        ] {
            tally.read(line);
        }
        assert_eq!(tally.to_string(), "44 passed, 4 failed");
    }
}
