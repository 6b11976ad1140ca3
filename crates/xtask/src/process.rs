//! Running child processes: their output passes through, and is read on the way.

use crate::failure::{Explain, Failure, Result};
use crate::output;
use std::io::{BufRead, BufReader, PipeReader};
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// Runs a command to its end; every line it writes is printed and handed to `on_line`.
///
/// Both of its streams go into one pipe, so lines keep their order. A grandchild that outlives the
/// command and holds the pipe open is not waited for.
pub(crate) fn stream(mut command: Command, mut on_line: impl FnMut(&str)) -> Result<ExitStatus> {
    let name = command.get_program().to_string_lossy().into_owned();
    let (reader, writer) = std::io::pipe().explain("a pipe could not be made")?;
    let copy = writer.try_clone().explain("a pipe could not be copied")?;
    let child = command
        .stdin(std::process::Stdio::null())
        .stdout(writer)
        .stderr(copy)
        .spawn();
    // The command holds our ends of the pipe: as long as they are open, no end of file arrives.
    drop(command);
    let child = child.explain(&format!("{name} could not be started"))?;
    let (sender, lines) = channel();
    std::thread::spawn(move || read_lines(reader, &sender));
    follow(child, &lines, &mut |line| {
        output::line(line);
        on_line(line);
    })
}

/// Runs a command quietly; its output comes with the failure when it does not succeed.
pub(crate) fn quiet(mut command: Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let done = command
        .output()
        .explain(&format!("{name} could not be started"))?;
    if done.status.success() {
        return Ok(String::from_utf8_lossy(&done.stdout).into_owned());
    }
    Err(Failure::new(format!(
        "{name} failed ({})\n{}{}",
        done.status,
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    )))
}

/// Whether a program of this name can be started with these arguments and ends well.
pub(crate) fn works(program: &str, args: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(args);
    quiet(command).is_ok()
}

fn read_lines(reader: PipeReader, sender: &Sender<String>) {
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while reader
        .read_until(b'\n', &mut line)
        .is_ok_and(|length| length > 0)
    {
        let text = String::from_utf8_lossy(&line);
        if sender.send(text.trim_end().to_owned()).is_err() {
            return;
        }
        line.clear();
    }
}

/// Hands on lines until the pipe is closed, or until the child has ended and nothing more comes.
fn follow(
    mut child: Child,
    lines: &Receiver<String>,
    on_line: &mut dyn FnMut(&str),
) -> Result<ExitStatus> {
    loop {
        match lines.recv_timeout(Duration::from_secs(1)) {
            Ok(line) => on_line(&line),
            Err(RecvTimeoutError::Disconnected) => {
                return child.wait().explain("a child process was lost");
            }
            Err(RecvTimeoutError::Timeout) => {
                if let Some(status) = child.try_wait().explain("a child process was lost")? {
                    return Ok(status);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_both_streams_arrive_in_order() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; echo two >&2; echo three; exit 3"]);
        let mut seen = Vec::new();
        let status = stream(command, |line| seen.push(line.to_owned())).unwrap();
        assert_eq!(seen, ["one", "two", "three"]);
        assert_eq!(status.code(), Some(3));
    }

    #[test]
    fn a_grandchild_that_holds_the_pipe_is_not_waited_for() {
        let mut command = Command::new("sh");
        command.args(["-c", "(sleep 5; echo late) & echo early"]);
        let mut seen = Vec::new();
        let status = stream(command, |line| seen.push(line.to_owned())).unwrap();
        assert!(status.success());
        assert_eq!(seen, ["early"]);
    }

    #[test]
    fn a_quiet_failure_carries_the_output() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo said; echo complained >&2; exit 1"]);
        let text = quiet(command).unwrap_err().to_string();
        assert!(
            text.contains("said") && text.contains("complained"),
            "{text}"
        );
    }
}
