//! Deletions and resets go on whoever waits for them, and whatever becomes of the process.

use serde_json::{Value, json};

use super::deletion::{running, subscriber};
use crate::api::{Api, Call};
use crate::catalog::crashes::{ended, start};
use crate::catalog::provider::Provider;
use crate::project::Project;
use crate::reconcile::quiet;
use crate::server::{Server, eventually};

/// A project with so many people who pay.
async fn subscribed(api: &Api, provider: &Provider, people: usize) -> Project {
    let project = Project::saas(api, 5).await;
    for place in 0..people {
        subscriber(&project, provider, &format!("p{place}@example.com")).await;
    }
    project
}

/// The next call of the provider hangs so long and does nothing.
async fn hang(api: &Api, provider: &Provider, seconds: i64) {
    quiet(api).await;
    let order = json!({"what": "time_out", "count": 1, "seconds": seconds});
    provider.control("misbehave", order).await;
}

fn asked(api: &Api, project: &Project, path: &str) -> Call {
    let body = json!({"publishableKey": project.pk, "confirm": project.name});
    api.post(path).bearer(api.developer()).json(body)
}

/// What is being done to a project, newest first.
async fn works(api: &Api, project: &str) -> Vec<Value> {
    let call = api.get("/projects/works").bearer(api.developer());
    let list = call.send().await.is(200);
    let works = list.json["works"].as_array().unwrap().iter();
    works
        .filter(|work| work["projectId"] == project)
        .cloned()
        .collect()
}

/// Waits until a project's subscriptions are counted, after which they go one by one.
async fn is_begun(api: &Api, project: &Project, subscriptions: i64) {
    eventually("it is counted", async || {
        let works = works(api, &project.id).await;
        works
            .first()
            .is_some_and(|work| work["total"] == subscriptions)
    })
    .await;
}

/// Whether the last thing that was done to a project has ended.
pub(super) async fn has_ended(api: &Api, project: &str) -> bool {
    let works = works(api, project).await;
    works
        .first()
        .is_some_and(|work| !work["finishedAt"].is_null())
}

#[tokio::test]
async fn a_client_that_goes_away_changes_nothing() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let provider = Provider::of(&api).await;
    let project = subscribed(&api, &provider, 30).await;
    hang(&api, &provider, 4).await;
    tokio::select! {
        answer = asked(&api, &project, "/projects/delete").send() => {
            panic!("the client was still there: {answer:?}");
        }
        () = is_begun(&api, &project, 30) => {}
    }
    eventually("the deletion ends", async || {
        has_ended(&api, &project.id).await
    })
    .await;
    let works = works(&api, &project.id).await;
    assert_eq!(works.len(), 1, "{works:?}");
    let work = &works[0];
    assert_eq!(
        (&work["kind"], &work["error"]),
        (&json!("delete_project"), &Value::Null)
    );
    assert_eq!((&work["done"], &work["total"]), (&json!(30), &json!(30)));
    assert_eq!(work["projectName"], project.name);
    assert_eq!(running(&provider).await, 0);
    let again = asked(&api, &project, "/projects/delete").send().await;
    again.problem(404, "project_not_found");
}

#[tokio::test]
async fn what_takes_longer_than_a_call_is_told_and_joined_202_200() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let provider = Provider::of(&api).await;
    // As many as take longer than the calls below, however slow the machine is.
    let project = subscribed(&api, &provider, 12).await;
    hang(&api, &provider, 4).await;
    let call = asked(&api, &project, "/projects/delete").header("prefer", "wait=1");
    let told = call.send().await.is(202);
    assert_eq!(told.json["success"], true);
    assert_eq!(told.json["work"]["error"], Value::Null);
    let id = told.json["work"]["id"].clone();
    asked(&api, &project, "/projects/reset")
        .send()
        .await
        .problem(409, "conflict");
    let (one, two) = tokio::join!(
        asked(&api, &project, "/projects/delete").send(),
        asked(&api, &project, "/projects/delete").send(),
    );
    for joined in [one.is(200), two.is(200)] {
        assert_eq!(joined.json["deletedCustomers"], 12);
        assert_eq!(joined.json["deletedSubscriptions"], 12);
    }
    let works = works(&api, &project.id).await;
    assert_eq!((works.len(), &works[0]["id"]), (1, &id));
    let sql = format!(
        "select count(*) from audit_log where action = 'project.delete' and subject = '{}'",
        project.id
    );
    assert_eq!(api.database().look(&sql).await[0][0], "1");
}

#[tokio::test]
async fn two_resets_at_once_are_one_and_the_project_can_be_reset_again_200() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let provider = Provider::of(&api).await;
    let project = subscribed(&api, &provider, 2).await;
    hang(&api, &provider, 4).await;
    let (one, two) = tokio::join!(
        asked(&api, &project, "/projects/reset").send(),
        asked(&api, &project, "/projects/reset").send(),
    );
    for joined in [one.is(200), two.is(200)] {
        assert_eq!(joined.json["customers"], 2, "{}", joined.text);
    }
    assert_eq!(works(&api, &project.id).await.len(), 1);
    let again = asked(&api, &project, "/projects/reset")
        .send()
        .await
        .is(200);
    assert_eq!(again.json["customers"], 0);
    assert_eq!(works(&api, &project.id).await.len(), 2);
}

#[tokio::test]
async fn work_is_resumed_after_its_process_was_killed() {
    for path in ["/projects/delete", "/projects/reset"] {
        let server = Server::with(&[]).await;
        let api = server.api();
        let provider = Provider::of(&api).await;
        let project = subscribed(&api, &provider, 3).await;
        hang(&api, &provider, 10).await;
        let call = asked(&api, &project, path).header("prefer", "respond-async");
        call.send().await.is(202);
        is_begun(&api, &project, 3).await;
        server.signal("KILL");
        let server = start(ended(server).await, None).await;
        let api = server.api();
        eventually(path, async || has_ended(&api, &project.id).await).await;
        let works = works(&api, &project.id).await;
        assert_eq!(
            (works.len(), &works[0]["error"]),
            (1, &Value::Null),
            "{path}"
        );
        assert_eq!(
            (&works[0]["done"], &works[0]["total"]),
            (&json!(3), &json!(3))
        );
        let provider = Provider::of(&api).await;
        assert_eq!(running(&provider).await, 0, "{path}");
    }
}

/// A process that is told to stop gives back what it is at, and the next one takes it at once.
#[tokio::test]
async fn work_is_given_back_when_the_server_stops() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let provider = Provider::of(&api).await;
    let project = subscribed(&api, &provider, 2).await;
    hang(&api, &provider, 10).await;
    let (answer, place) = tokio::join!(asked(&api, &project, "/projects/delete").send(), async {
        is_begun(&api, &project, 2).await;
        server.signal("TERM");
        ended(server).await
    });
    answer.is(202);
    let server = start(place, None).await;
    let api = server.api();
    eventually("it ends", async || has_ended(&api, &project.id).await).await;
    let provider = Provider::of(&api).await;
    assert_eq!(running(&provider).await, 0);
}

#[tokio::test]
async fn a_failure_is_told_and_tried_again_by_itself_503() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let provider = Provider::of(&api).await;
    let project = subscribed(&api, &provider, 1).await;
    provider.misbehave("answer_500", 1000).await;
    let call = asked(&api, &project, "/projects/delete").send().await;
    call.problem(503, "stripe_unavailable");
    let works_now = works(&api, &project.id).await;
    assert!(works_now[0]["error"].as_str().unwrap().contains("provider"));
    assert_eq!(works_now[0]["finishedAt"], Value::Null);
    provider.behave().await;
    eventually("it is tried again", async || {
        has_ended(&api, &project.id).await
    })
    .await;
    assert_eq!(works(&api, &project.id).await[0]["error"], Value::Null);
    assert_eq!(running(&provider).await, 0);
}

#[tokio::test]
async fn promotion_answers_its_keys_while_test_mode_is_deleted_200() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let provider = Provider::of(&api).await;
    Provider::connect(&api, "live").await;
    let project = subscribed(&api, &provider, 1).await;
    hang(&api, &provider, 2).await;
    let body = json!({"publishableKey": project.pk, "deleteTestData": true});
    let call = api
        .post("/promote-to-live")
        .bearer(api.developer())
        .json(body);
    let live = call.header("prefer", "respond-async").send().await.is(200);
    assert!(live.text_at("/secretKey").starts_with("sk_live_"));
    assert_eq!(live.json["testDataDeleted"], false);
    assert_eq!(live.json["work"]["kind"], "delete_test");
    eventually("test mode goes", async || {
        has_ended(&api, &project.id).await
    })
    .await;
    let list = api
        .get("/projects")
        .bearer(api.developer())
        .send()
        .await
        .is(200);
    assert!(!list.text.contains(&project.pk));
    assert!(list.text.contains(&live.text_at("/publishableKey")));
}
