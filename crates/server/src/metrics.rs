//! Counters behind `/metrics`. Labels are routes and status classes, never people or tenants.

use metrics::{Counter, Gauge, Histogram, Key, Label, Level, Metadata, Recorder as _};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

const METADATA: Metadata<'static> = Metadata::new("dream-api", Level::INFO, None);
const BUCKETS: [f64; 10] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0];

/// The instruments of one server.
pub(crate) struct Metrics {
    handle: PrometheusHandle,
    by_class: [Counter; 6],
    pub(crate) seconds: Histogram,
    pub(crate) taken: Counter,
    pub(crate) refused: Counter,
    pub(crate) shed: Counter,
    pub(crate) rate_limited: Counter,
    pub(crate) connections: Gauge,
    pub(crate) in_flight: Gauge,
    pub(crate) log_dropped: Gauge,
    pub(crate) outbox_sent: Counter,
    pub(crate) outbox_failed: Counter,
    pub(crate) outbox_dead: Counter,
    pub(crate) outbox_waiting: Gauge,
    pub(crate) reconciled: Counter,
    pub(crate) reconcile_repaired: Counter,
    pub(crate) reconcile_missed: Counter,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let builder = PrometheusBuilder::new();
        let builder = match builder.set_buckets(&BUCKETS) {
            Ok(builder) => builder,
            Err(_) => PrometheusBuilder::new(),
        };
        let recorder = builder.build_recorder();
        let class = |i: usize| {
            let labels = vec![Label::new("class", format!("{i}xx"))];
            recorder.register_counter(
                &Key::from_parts("dream_http_requests_total", labels),
                &METADATA,
            )
        };
        Self {
            by_class: std::array::from_fn(class),
            seconds: recorder.register_histogram(
                &Key::from_static_name("dream_http_request_seconds"),
                &METADATA,
            ),
            taken: counter(&recorder, "dream_usage_taken_total"),
            refused: counter(&recorder, "dream_usage_refused_total"),
            shed: counter(&recorder, "dream_http_shed_total"),
            rate_limited: counter(&recorder, "dream_http_rate_limited_total"),
            connections: gauge(&recorder, "dream_http_connections"),
            in_flight: gauge(&recorder, "dream_http_in_flight"),
            log_dropped: gauge(&recorder, "dream_log_dropped_lines"),
            outbox_sent: counter(&recorder, "dream_outbox_sent_total"),
            outbox_failed: counter(&recorder, "dream_outbox_failed_total"),
            outbox_dead: counter(&recorder, "dream_outbox_dead_total"),
            outbox_waiting: gauge(&recorder, "dream_outbox_waiting"),
            reconciled: counter(&recorder, "dream_reconcile_rounds_total"),
            reconcile_repaired: counter(&recorder, "dream_reconcile_repaired_total"),
            reconcile_missed: counter(&recorder, "dream_reconcile_missed_events_total"),
            handle: recorder.handle(),
        }
    }

    pub(crate) fn answered(&self, status: u16) {
        self.by_class[usize::from(status / 100).min(5)].increment(1);
    }

    /// Folds what was measured into its buckets; without it the measurements pile up until somebody asks.
    pub(crate) fn tidy(&self) {
        self.handle.run_upkeep();
    }

    pub(crate) fn render(&self) -> String {
        self.tidy();
        self.handle.render()
    }
}

fn counter(recorder: &PrometheusRecorder, name: &'static str) -> Counter {
    recorder.register_counter(&Key::from_static_name(name), &METADATA)
}

fn gauge(recorder: &PrometheusRecorder, name: &'static str) -> Gauge {
    recorder.register_gauge(&Key::from_static_name(name), &METADATA)
}
