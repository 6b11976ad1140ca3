use dream_server::config::Sandbox;

use super::super::check::findings;
use super::super::payments::Taker;
use super::refusals::{check, refusal};
use super::{about, from_env};

#[test]
fn development_keeps_to_this_machine_unless_exposed() {
    for (variable, value, setting) in [
        ("DREAM_LISTEN", "0.0.0.0:8787", "listen"),
        ("DREAM_LISTEN", "[::]:8787", "listen"),
        ("DREAM_LISTEN", "10.0.0.1:8787", "listen"),
        ("DREAM_PUBLIC_URL", "https://api.example.org", "public_url"),
        (
            "DREAM_PUBLIC_URL",
            "http://localhost.example.org",
            "public_url",
        ),
    ] {
        let loaded = from_env(&[(variable, value)]).unwrap();
        let refused = findings(&loaded, false);
        assert!(
            about(&refused.refusals, setting)
                .fix
                .contains("--expose-development")
        );
        let exposed = findings(&loaded, true);
        assert!(exposed.refusals.is_empty());
        about(&exposed.warnings, setting);
    }
    for url in [
        "http://localhost:8787",
        "http://app.localhost",
        "http://[::1]:8787",
    ] {
        assert!(
            check(&[("DREAM_PUBLIC_URL", url)]).refusals.is_empty(),
            "{url}"
        );
    }
}

#[test]
fn sandbox_is_never_opened_to_other_machines() {
    for address in ["0.0.0.0:8788", "[::]:8788", "10.0.0.1:8788"] {
        let loaded = from_env(&[("DREAM_SANDBOX_LISTEN", address)]).unwrap();
        for expose in [false, true] {
            about(&findings(&loaded, expose).refusals, "sandbox.listen");
        }
    }
}

#[test]
fn faults_are_named_ones_and_never_in_production() {
    let wrong = from_env(&[("DREAM_FAULT", "nowhere")]).err().unwrap();
    let problem = about(&wrong.problems, "fault");
    assert!(problem.fix.contains(dream_server::faults::ALL[0]));
    let named = dream_server::faults::ALL[0];
    assert!(check(&[("DREAM_FAULT", named)]).refusals.is_empty());
    refusal(&[("DREAM_FAULT", named)], "fault");
}

#[test]
fn sandbox_needs_an_address_of_its_own() {
    let found = check(&[("DREAM_SANDBOX_LISTEN", "127.0.0.1:8787")]);
    about(&found.refusals, "sandbox.listen");
    let free = [
        ("DREAM_SANDBOX_LISTEN", "127.0.0.1:0"),
        ("DREAM_LISTEN", "127.0.0.1:0"),
    ];
    assert!(check(&free).refusals.is_empty());
}

#[test]
fn mode_without_a_key_uses_the_sandbox_and_nothing_beyond_this_machine() {
    let sandbox = Sandbox {
        url: "http://127.0.0.1:8788".to_owned(),
        is_ours: true,
    };
    let settings = from_env(&[]).unwrap().settings;
    assert!(settings.uses_sandbox());
    let payments = settings.payments(Some(&sandbox));
    for mode in [&payments.live, &payments.test].map(|mode| mode.as_ref().unwrap()) {
        assert!(mode.is_sandbox);
        assert_eq!([&mode.api_base, &mode.connect_base], [&sandbox.url; 2]);
    }
    // What else would call out has nobody to call.
    assert!(settings.smtp_url.is_none() && settings.google.client_id.is_none());
    let clerk = [&settings.clerk, &settings.clerk_developers];
    let modes = clerk.iter().flat_map(|clerk| [&clerk.live, &clerk.test]);
    assert!(modes.into_iter().all(|mode| mode.secret_key.is_none()));
}

#[test]
fn mode_with_a_key_uses_the_provider_and_production_never_the_sandbox() {
    let keys = [
        ("STRIPE_SECRET_KEY", "sk_live_x"),
        ("STRIPE_SECRET_KEY_TEST", "sk_test_x"),
    ];
    let one = from_env(&keys[..1]).unwrap().settings;
    assert!(one.uses_sandbox());
    let payments = one.payments(None);
    let live = payments.live.unwrap();
    assert_eq!(
        (live.api_base.as_str(), live.is_sandbox),
        ("https://api.stripe.com", false)
    );
    assert!(payments.test.is_none());
    assert_eq!(one.takers(), [Taker::Stripe, Taker::Sandbox]);
    let both = check(&keys);
    about(&both.warnings, "stripe.webhook_secret_test");
    assert!(!from_env(&keys).unwrap().settings.uses_sandbox());
    let production = from_env(&[("DREAM_ENV", "production")]).unwrap().settings;
    assert_eq!(production.takers(), [Taker::Nobody; 2]);
}
