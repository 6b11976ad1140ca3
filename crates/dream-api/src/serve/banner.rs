//! What a person sees after a start in development.

use dream_server::app::App;
use dream_server::demo::Demo;

use crate::output;

/// Prints where the server is, the demo keys and three calls to try. In production the log says enough.
pub(super) fn print(app: &App, demo: Option<&Demo>) {
    if !app.config.is_development() {
        return;
    }
    let mut lines = vec![format!(
        "dream-api {} is ready at {} (development; data in {})",
        env!("CARGO_PKG_VERSION"),
        app.config.public_url,
        app.config.data_dir.display(),
    )];
    if let Some(sandbox) = &app.config.sandbox {
        lines.push(format!(
            "Payments go to the sandbox at {}; no real money moves",
            sandbox.url
        ));
    }
    if let Some(demo) = demo {
        lines.push(format!(
            "The demo dashboard opens at {}/_dev/dashboard",
            demo.base_url
        ));
        lines.extend(keys(demo));
        lines.extend(calls(demo));
    }
    // Nobody may be reading, and the server runs all the same.
    let _ = output::print_lines(&lines);
}

fn keys(demo: &Demo) -> Vec<String> {
    let row = |name: &str, keys: &dream_server::demo::Keys| {
        format!(
            "  {name:<10}  {}  {}",
            keys.publishable_key, keys.secret_key
        )
    };
    vec![
        String::new(),
        "Demo projects, with their publishable and secret keys:".to_owned(),
        row("Demo SaaS", &demo.saas),
        row("Demo Store", &demo.store),
    ]
}

/// Complete as they stand, to be pasted into a shell.
fn calls(demo: &Demo) -> Vec<String> {
    let base = &demo.base_url;
    let (pk, sk) = (&demo.saas.publishable_key, &demo.saas.secret_key);
    let user = &demo.user_id;
    vec![
        String::new(),
        "To try: count a call, read the count, list the plans:".to_owned(),
        format!(
            "  curl -X POST {base}/api/data -H 'Authorization: Bearer {sk}' -H 'X-User-Id: {user}'"
        ),
        format!("  curl {base}/api/usage -H 'Authorization: Bearer {sk}' -H 'X-User-Id: {user}'"),
        format!("  curl {base}/api/tiers -H 'X-Publishable-Key: {pk}'"),
    ]
}
