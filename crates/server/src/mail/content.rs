//! The words of each letter.

mod store;

use super::Letter;

/// What a letter says, in the order it is read.
#[derive(Debug)]
pub(super) struct Content<'a> {
    pub(super) subject: String,
    pub(super) heading: &'static str,
    pub(super) intro: String,
    /// To be typed in.
    pub(super) code: Option<&'a str>,
    /// What to do, most important first.
    pub(super) actions: Vec<Action<'a>>,
    /// How long it is good for.
    pub(super) validity: Option<&'static str>,
    /// What to do if one did not ask for it.
    pub(super) closing: String,
}

/// How long the link of a mail works; a mail that is older than that is of no use.
const LINK_MS: i64 = 3_600_000;

impl Content<'_> {
    /// How long the mail is worth sending.
    pub(super) fn good_for_ms(&self) -> Option<i64> {
        self.validity.map(|_| LINK_MS)
    }

    /// What leads from the code to the links.
    pub(super) fn lead(&self) -> Option<&'static str> {
        self.code.map(|_| "Or without typing:")
    }
}

/// A link with its words.
#[derive(Debug)]
pub(super) struct Action<'a> {
    pub(super) label: &'static str,
    pub(super) link: &'a str,
}

/// The words of a letter of the project called `name`.
pub(super) fn of<'a>(name: &str, letter: &Letter<'a>) -> Content<'a> {
    match *letter {
        Letter::VerifyEmail { code, link } => Content {
            subject: format!("{code} is your code for {name}"),
            heading: "Confirm your e-mail address",
            intro: format!("Enter this code to finish signing up for {name}:"),
            closing: "If you did not sign up, ignore this mail and nothing happens.".to_owned(),
            ..coded(code, "Confirm this address", link)
        },
        Letter::ResetPassword { code, link } => Content {
            subject: format!("{code} is your code to reset your password for {name}"),
            heading: "Choose a new password",
            intro: format!("Enter this code to choose a new password for {name}:"),
            closing: "If you did not ask for this, ignore this mail. Your password stays."
                .to_owned(),
            ..coded(code, "Choose a new password", link)
        },
        Letter::ChangeEmail { code, link } => Content {
            subject: format!("{code} is your code for {name}"),
            heading: "Confirm your new e-mail address",
            intro: format!("Enter this code to use this address for your account at {name}:"),
            closing: "If you did not ask for this, ignore this mail and nothing changes."
                .to_owned(),
            ..coded(code, "Confirm this address", link)
        },
        Letter::AccountExists { sign_in, reset } => account_exists(name, sign_in, reset),
        Letter::EmailChanged { new_email } => email_changed(name, new_email),
        Letter::PasswordChanged {} => password_changed(name),
        Letter::DeveloperLink { link } => developer_link(name, link),
        Letter::AccountDeleted {} => account_deleted(name),
        Letter::Receipt {
            bought,
            total,
            missing,
            link,
        } => store::receipt(name, (bought, total, missing), link),
        Letter::Sent {
            note,
            tracking,
            link,
        } => store::sent(name, note, tracking, link),
        Letter::Refunded { amount, link } => store::refunded(name, amount, link),
        Letter::StockChanged {
            store,
            product,
            unsold,
            change,
            link,
        } => store::stock((store, product), unsold, change, link),
        Letter::Alert {
            project,
            what,
            link,
        } => alert(project, what, link),
    }
}

fn coded<'a>(code: &'a str, label: &'static str, link: &'a str) -> Content<'a> {
    Content {
        code: Some(code),
        actions: vec![Action { label, link }],
        validity: Some("Good once: the code for 15 minutes, the link for an hour."),
        ..empty()
    }
}

fn account_exists<'a>(name: &str, sign_in: &'a str, reset: &'a str) -> Content<'a> {
    let sign_in = Action {
        label: "Sign in",
        link: sign_in,
    };
    let reset = Action {
        label: "Choose a new password",
        link: reset,
    };
    Content {
        subject: format!("You already have an account at {name}"),
        heading: "You already have an account",
        intro: format!(
            "Somebody, probably you, tried to sign up for {name} with this address. It has an account \
             already, so no new one was made."
        ),
        actions: vec![sign_in, reset],
        closing: "If it was not you, ignore this mail. Whoever it was has learned nothing about your account."
            .to_owned(),
        ..empty()
    }
}

fn email_changed<'a>(name: &str, new_email: &str) -> Content<'a> {
    Content {
        subject: format!("Your e-mail address for {name} was changed"),
        heading: "Your e-mail address was changed",
        intro: format!(
            "Your account at {name} now uses {new_email}. This address can no longer sign in."
        ),
        closing: format!(
            "If it was not you, somebody else has been in your account: tell {name} at once."
        ),
        ..empty()
    }
}

fn password_changed<'a>(name: &str) -> Content<'a> {
    Content {
        subject: format!("Your password for {name} was changed"),
        heading: "Your password was changed",
        intro: format!(
            "The password of your account at {name} was changed, and all other sessions were ended."
        ),
        closing: format!(
            "If it was not you, somebody else has been in your account: choose “Forgot password” on the \
             sign-in page of {name} at once."
        ),
        ..empty()
    }
}

fn developer_link<'a>(name: &str, link: &'a str) -> Content<'a> {
    Content {
        subject: format!("Your link to {name}"),
        heading: "Finish your registration",
        intro: format!("Choose a password, and your account at {name} is ready."),
        actions: vec![Action {
            label: "Choose a password",
            link,
        }],
        validity: Some("Good once, for an hour."),
        closing: "If you did not register, ignore this mail and nothing happens.".to_owned(),
        ..empty()
    }
}

fn alert<'a>(project: &str, what: &str, link: &'a str) -> Content<'a> {
    Content {
        subject: format!("{project} needs you"),
        heading: "Your project needs you",
        intro: format!("{project}: {what}"),
        actions: vec![Action {
            label: "Have a look",
            link,
        }],
        closing: "You get at most one mail a day about this, and none while it stays as it is."
            .to_owned(),
        ..empty()
    }
}

fn account_deleted<'a>(name: &str) -> Content<'a> {
    Content {
        subject: format!("Your account at {name} was deleted"),
        heading: "Your account was deleted",
        intro: format!(
            "Your account at {name} and what was stored with it are gone. This cannot be undone, and \
             this is the last mail about it."
        ),
        closing: format!("If it was not you, tell {name} at once."),
        ..empty()
    }
}

fn empty<'a>() -> Content<'a> {
    Content {
        subject: String::new(),
        heading: "",
        intro: String::new(),
        code: None,
        actions: Vec::new(),
        validity: None,
        closing: String::new(),
    }
}
