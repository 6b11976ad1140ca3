//! Events of the payment provider as they arrive: believed by their signature, stored first, then worked.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName};
use dream_domain::error::{Code, Result};
use dream_domain::key::Mode;
use dream_store::inbox::{self as store, Received};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::body::Raw;
use crate::http::problem;
use crate::inbox;
use crate::payments::api::webhook::{self, Event, TOLERANCE_SECONDS, Unreadable};
use crate::payments::{self, Source};

/// How long the sender of an event waits for its effect at most.
const PATIENCE: Duration = Duration::from_secs(3);
const SIGNATURE: HeaderName = HeaderName::from_static("stripe-signature");

/// The event has arrived.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"received": true}))]
pub(crate) struct Arrived {
    received: bool,
    /// It had arrived before.
    #[serde(skip_serializing_if = "Option::is_none")]
    idempotent: Option<bool>,
    /// It is an event of a kind that nothing here uses.
    #[serde(skip_serializing_if = "Option::is_none")]
    ignored: Option<bool>,
}

/// Take an event of the payment provider
///
/// The signature is checked over the body as it came. The event is stored before it is answered; what it leads to is
/// worked within seconds, the end of a checkout at once.
#[utoipa::path(post, path = "/webhook/stripe", operation_id = "receiveEvent", tag = "webhooks", request_body(content = Object, description = "An event of the payment provider", example = json!({"id": "evt_1", "object": "event", "type": "customer.subscription.updated", "data": {"object": {"id": "sub_1"}}})),
    params(("Stripe-Signature" = String, Header, description = "Time and signatures")),
    responses((status = 200, description = "Stored", body = Arrived)))]
pub(crate) async fn receive(
    State(app): State<App>,
    headers: HeaderMap,
    Raw(body): Raw,
) -> problem::Result<Json<Arrived>> {
    let header = headers
        .get(&SIGNATURE)
        .and_then(|value| value.to_str().ok())
        .ok_or_else(|| Code::MissingSignature.error("The Stripe-Signature header is missing"))?;
    let signers = signers(&app, header, &body).await?;
    let event = match Event::parse(&body) {
        Ok(event) => event,
        Err(Unreadable::Thin) => return Ok(Json(Arrived::ignored())),
        Err(Unreadable::Malformed) => {
            return Err(Code::InvalidJson
                .error("The body is signed but is no event")
                .into());
        }
    };
    check_side(&event, &signers)?;
    let payload = String::from_utf8_lossy(&body).into_owned();
    let new = inbox::arrived(&app, &event, payload);
    match store::receive(&app.db, &new).await? {
        Received::Seen(_) => Ok(Json(Arrived::again())),
        Received::New => {
            // The buyer waits for this one answer (stripe.md 5.5.6).
            if event.kind == "checkout.session.completed" {
                inbox::work_now(&app, new.id.as_str(), PATIENCE).await?;
            } else {
                app.inbox.notify_one();
            }
            Ok(Json(Arrived::first()))
        }
    }
}

/// Which of the sides that we know signed the body.
async fn signers(app: &App, header: &str, body: &[u8]) -> Result<Vec<(Mode, Source)>> {
    let now = app.clock.machine();
    let (mut found, mut has_secret) = (Vec::new(), false);
    for mode in [Mode::Live, Mode::Test] {
        for source in [Source::Connect, Source::Platform] {
            let secrets = payments::webhook_secrets(app, mode, source).await?;
            let secrets: Vec<&str> = secrets.iter().map(|secret| secret.as_str()).collect();
            has_secret |= !secrets.is_empty();
            if webhook::verify(body, header, &secrets, now, TOLERANCE_SECONDS).is_ok() {
                found.push((mode, source));
            }
        }
    }
    match (found.is_empty(), has_secret) {
        (false, _) => Ok(found),
        (true, true) => Err(invalid()),
        (true, false) => Err(Code::PaymentsNotConfigured
            .error("No webhook secret is set on this server, so no event can be believed")),
    }
}

/// A live address of connected accounts also gets test events (stripe.md 5.5.4); nothing else may speak for another
/// side than its own.
fn check_side(event: &Event, signers: &[(Mode, Source)]) -> Result<()> {
    let source = if event.account.is_empty() {
        Source::Platform
    } else {
        Source::Connect
    };
    let fits = |(mode, from): &(Mode, Source)| {
        let is_test_of_live = !event.livemode && source == Source::Connect;
        *from == source && ((*mode == Mode::Live) == event.livemode || is_test_of_live)
    };
    if signers.iter().any(fits) {
        Ok(())
    } else {
        Err(invalid())
    }
}

fn invalid() -> dream_domain::error::Error {
    Code::InvalidSignature
        .error("The signature fits none of the signing secrets, or is older than five minutes")
}

impl Arrived {
    fn first() -> Self {
        Self {
            received: true,
            idempotent: None,
            ignored: None,
        }
    }

    fn again() -> Self {
        Self {
            idempotent: Some(true),
            ..Self::first()
        }
    }

    fn ignored() -> Self {
        Self {
            ignored: Some(true),
            ..Self::first()
        }
    }
}
