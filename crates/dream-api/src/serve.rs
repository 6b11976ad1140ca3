//! `serve`: from a checked start to a clean end.

mod banner;

use std::net::SocketAddr;

use dream_server::admin::socket::Socket;
use dream_server::app::App;
use dream_server::log::Log;
use dream_server::{demo, inbox, outbox, payments, platform, reconcile, worker, works};
use dream_store::instances::{self, Instance};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::failure::Failure;
use crate::output;
use crate::sandbox::{self, Sandbox};
use crate::settings::Loaded;
use crate::settings::check::Findings;
use crate::settings::groups::{self, Settings};
use crate::signals;
use crate::wiring::{self, Addresses, Opened};

/// Serves until it is told to stop.
pub(crate) fn serve(loaded: &Loaded, expose_development: bool) -> Result<(), Failure> {
    let findings = wiring::check(loaded, expose_development)?;
    let settings = &loaded.settings;
    let (log, writer) = wiring::start_log(settings.log);
    warn(&findings);
    let served = wiring::block_on(async {
        let stop = signals::watch()?;
        let opened = wiring::open(settings).await?;
        let served = with_sandbox(settings, &opened, log, stop).await;
        opened.db.close().await;
        served
    });
    drop(writer);
    served
}

/// The sandbox starts before the server, which uses it from its first moment, and ends after it.
async fn with_sandbox(
    settings: &Settings,
    opened: &Opened,
    log: Log,
    stop: watch::Receiver<bool>,
) -> Result<(), Failure> {
    let sandbox = sandbox::join(settings, opened).await?;
    let served = on_database(settings, opened, sandbox.as_ref(), log, stop).await;
    if let Some(sandbox) = sandbox {
        sandbox.stop().await;
    }
    served
}

async fn on_database(
    settings: &Settings,
    opened: &Opened,
    sandbox: Option<&Sandbox>,
    log: Log,
    stop: watch::Receiver<bool>,
) -> Result<(), Failure> {
    let (listener, listen) = listen(settings).await?;
    let addresses = Addresses {
        public_url: settings.public_url_at(listen),
        local_url: groups::local_url(listen),
        sandbox: sandbox.map(Sandbox::config),
    };
    let app = wiring::app(settings, opened, addresses, log).await?;
    let instance = join(&app).await?;
    payments::sandbox::ensure_endpoints(&app, &app.config.local_url).await?;
    platform::adopt_price(&app).await?;
    let demo = make_demo(&app, &stop).await?;
    let commands = take_commands(&app, settings, stop.clone()).await;
    let workers = [
        worker::spawn(app.clone(), instance, stop.clone()),
        outbox::spawn(app.clone(), stop.clone()),
        inbox::spawn(app.clone(), stop.clone()),
        reconcile::spawn(app.clone(), stop.clone()),
        works::spawn(app.clone(), stop.clone()),
    ];
    if !*stop.borrow() {
        app.set_ready();
        tracing::info!(url = app.config.public_url, %listen, "ready");
        banner::print(&app, demo.as_ref());
    }
    dream_server::serve(app.clone(), listener, stop).await;
    for task in workers.into_iter().chain(commands) {
        // A task that panicked has said so itself, and the rest must still end well.
        let _ = task.await;
    }
    inbox::rest(&app).await;
    if let Err(error) = reconcile::give_back(&app).await {
        tracing::warn!(cause = ?error, "others wait some minutes for what this process was at");
    }
    tracing::info!("stopped");
    Ok(())
}

/// Makes the demo data of a first start, and says so where that takes a while.
async fn make_demo(app: &App, stop: &watch::Receiver<bool>) -> Result<Option<demo::Demo>, Failure> {
    let tell = |line: &str| {
        // Nobody may be reading, and the server starts all the same.
        let _ = output::print_lines(&[line]);
    };
    Ok(demo::ensure(app, &demo::Start { stop, tell }).await?)
}

/// Takes the address, and answers which one that is.
async fn listen(settings: &Settings) -> Result<(TcpListener, SocketAddr), Failure> {
    let bound = async {
        let listener = TcpListener::bind(settings.listen).await?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    bound.await.map_err(|error: std::io::Error| {
        Failure::new(format!("Cannot listen on {}: {error}", settings.listen))
            .hint("choose another port with --listen or DREAM_LISTEN; port 0 takes a free one")
    })
}

/// Shows this process to others on the same database. The owner of a file has no others (rules 16, 22).
async fn join(app: &App) -> Result<Instance, Failure> {
    let tag = u32::from_be_bytes(app.random.bytes());
    let instance = Instance {
        id: format!("{}-{tag:08x}", std::process::id()),
        public_url: app.config.public_url.clone(),
        master_key_check: app.master.check().to_owned(),
    };
    if app.db.is_shared() {
        instances::join(&app.db, &instance, app.clock.machine()).await?;
    } else {
        reconcile::take_over(app).await?;
    }
    Ok(instance)
}

/// Serves the admin socket. Without one the server works all the same; only commands have to wait for its end.
async fn take_commands(
    app: &App,
    settings: &Settings,
    stop: watch::Receiver<bool>,
) -> Option<JoinHandle<()>> {
    match Socket::bind(&settings.data_dir, &settings.database.name()).await {
        Ok(Some(socket)) => Some(tokio::spawn(socket.serve(app.clone(), stop))),
        Ok(None) => {
            tracing::info!("another process takes commands in this data directory");
            None
        }
        Err(error) => {
            tracing::warn!(cause = %error, "commands cannot reach this server");
            None
        }
    }
}

/// What is worth a line at every start.
fn warn(findings: &Findings) {
    for problem in &findings.warnings {
        tracing::warn!(fix = problem.fix, "{problem}");
    }
    for key in &findings.limits_off {
        tracing::warn!(setting = key, "{key} is 0: no limit");
    }
}
