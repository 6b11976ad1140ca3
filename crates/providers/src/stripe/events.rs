//! Events as they are listed, for what webhooks did not bring; Stripe keeps them for 30 days.

use dream_domain::time::Millis;
use serde_json::Value;

use crate::stripe::calls::path;
use crate::stripe::form::Form;
use crate::stripe::read::{self, Page};
use crate::stripe::webhook::Event;
use crate::stripe::{At, Failure, Kind};

/// Which events are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// Made then or later.
    pub since: Option<Millis>,
    /// Of these types, at most 20; none wants all.
    pub types: &'a [&'a str],
    /// Only those that some endpoint did not take.
    pub undelivered: bool,
    /// Where the page begins.
    pub start: Start<'a>,
}

/// Where a page begins. Lists are sorted with the newest first.
#[derive(Clone, Copy, Debug, Default)]
pub enum Start<'a> {
    /// At the newest.
    #[default]
    Newest,
    /// With the next older one than this.
    OlderThan(&'a str),
    /// With those that are next newer than this.
    NewerThan(&'a str),
}

/// One page of events, the newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Events {
    /// At most 100; what cannot be read is left out.
    pub events: Vec<Event>,
    /// There are more in the direction of the page.
    pub has_more: bool,
}

impl At<'_> {
    /// One page of events.
    pub async fn events(&self, wanted: &Wanted<'_>) -> Result<Events, Failure> {
        let query = Form::default()
            .with("limit", 100)
            .maybe("created[gte]", wanted.since.map(read::as_seconds))
            .each("types", wanted.types)
            .maybe("delivery_success", wanted.undelivered.then_some(false));
        let query = match wanted.start {
            Start::Newest => query,
            Start::OlderThan(id) => query.with("starting_after", id),
            Start::NewerThan(id) => query.with("ending_before", id),
        };
        let page: Page<Value> = self.get("/v1/events", query).await?;
        // One event of an unknown form must not hide those behind it.
        let events = page
            .data
            .into_iter()
            .filter_map(|event| self.own(event).ok());
        Ok(Events {
            events: events.collect(),
            has_more: page.has_more,
        })
    }

    /// Reads an event.
    pub async fn event(&self, id: &str) -> Result<Event, Failure> {
        let path = path("/v1/events/{}", id)?;
        let event: Value = self.get(&path, Form::default()).await?;
        self.own(event)
    }

    /// What an account lists is its own, and does not name it.
    fn own(&self, event: Value) -> Result<Event, Failure> {
        let unreadable = |_| Failure::of(Kind::Damaged, "Stripe sent an event of an unknown form");
        let event = Event::of(event).map_err(unreadable)?;
        Ok(Event {
            account: self.account.to_owned(),
            ..event
        })
    }
}
