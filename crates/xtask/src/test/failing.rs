//! Which tests failed, read from the lines that test programs print.

use std::collections::BTreeSet;

/// What a command's lines say of tests that failed.
#[derive(Default)]
pub(super) struct Failing {
    /// Names of Rust tests.
    tests: BTreeSet<String>,
    /// Files of Node tests.
    files: BTreeSet<String>,
    /// Test programs that cargo started, and those that told how they ended.
    started: u64,
    ended: u64,
}

impl Failing {
    /// Adds what a line reports.
    pub(super) fn read(&mut self, line: &str) {
        let line = line.trim_start();
        if let Some(name) = line
            .strip_prefix("test ")
            .and_then(|rest| rest.strip_suffix(" ... FAILED"))
        {
            self.tests.insert(name.to_owned());
        }
        // Node tells the place of a test only if it failed; that of a journey is the same for all, so they tell it themselves.
        let place = line.strip_prefix("location: '");
        let told = line.strip_prefix("In ");
        if let Some((file, _)) = place.or(told).and_then(|it| it.split_once(".test.js"))
            && file.starts_with('/')
        {
            self.files.insert(format!("{file}.test.js"));
        }
        self.started += u64::from(line.starts_with("Running ") && line.ends_with(')'));
        self.ended += u64::from(line.starts_with("test result: "));
    }

    /// Names of the Rust tests, or files of the Node tests, that failed; none if the command failed in another way too,
    /// such as a program that was killed.
    pub(super) fn what(&self) -> Vec<String> {
        if self.started != self.ended {
            return Vec::new();
        }
        self.tests.union(&self.files).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Vec<String> {
        let mut failing = Failing::default();
        for line in lines {
            failing.read(line);
        }
        failing.what()
    }

    #[test]
    fn rust_tests_are_known_by_name() {
        let lines = [
            "     Running tests/it/main.rs (target/debug/deps/it-0123)",
            "test usage::counts ... ok",
            "test usage::limits ... FAILED",
            "test result: FAILED. 1 passed; 1 failed; 0 ignored",
        ];
        assert_eq!(read(&lines), ["usage::limits"]);
    }

    #[test]
    fn node_tests_are_known_by_file() {
        let lines = [
            "    not ok 1 - bad",
            "      location: '/repo/tests/browser/plan.test.js:3:28'",
            "  location: '/repo/tests/browser/plan.test.js:1:1'",
            "not ok 2 - a journey",
            "  location: '/repo/tests/browser/browser.js:36:3'",
            "    In /repo/tests/browser/store.test.js",
        ];
        let files = ["plan", "store"].map(|name| format!("/repo/tests/browser/{name}.test.js"));
        assert_eq!(read(&lines), files);
    }

    #[test]
    fn a_program_that_was_killed_names_nothing() {
        let lines = [
            "     Running tests/it/main.rs (target/debug/deps/it-0123)",
            "test usage::limits ... FAILED",
            "test result: FAILED. 0 passed; 1 failed; 0 ignored",
            "     Running tests/cli/main.rs (target/debug/deps/cli-0123)",
        ];
        assert!(read(&lines).is_empty());
    }
}
