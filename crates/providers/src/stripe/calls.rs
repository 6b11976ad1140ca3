//! What all calls of an account share: paths of checked ids, and lists that are read to their end.

use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::stripe::form::Form;
use crate::stripe::read::Page;
use crate::stripe::wire::Call;
use crate::stripe::{At, Failure, Kind, judge};

/// Pages of 100 that one list is read for.
const PAGES_MAX: usize = 50;
const ID_MAX: usize = 255;

impl At<'_> {
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: Form,
    ) -> Result<T, Failure> {
        let call = self.call(Method::GET, path, query)?;
        self.client.wire.read(&call).await
    }

    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        form: Form,
        key: &str,
    ) -> Result<T, Failure> {
        let call = Call {
            key: Some(key),
            ..self.call(Method::POST, path, form)?
        };
        self.client.wire.read(&call).await
    }

    pub(super) async fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        let call = self.call(Method::DELETE, path, Form::default())?;
        self.client.wire.read(&call).await
    }

    /// Deletes what may be gone already: an answer may have been lost.
    pub(super) async fn remove(&self, path: &str) -> Result<(), Failure> {
        match self.delete::<Value>(path).await {
            Err(failure) if failure.kind != Kind::NotFound => Err(failure),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// A list to its end; [`Kind::Damaged`] if that is further than 5,000 objects away.
    pub(super) async fn all<T: DeserializeOwned>(
        &self,
        path: &str,
        query: Form,
    ) -> Result<Vec<T>, Failure> {
        let query = query.with("limit", 100);
        let mut found = Vec::new();
        let mut last: Option<String> = None;
        for _ in 0..PAGES_MAX {
            let query = query.clone().maybe("starting_after", last.as_ref());
            let page: Page<Value> = self.get(path, query).await?;
            last = page.data.last().and_then(id_of);
            for object in page.data {
                found.push(serde_json::from_value(object).map_err(|e| judge::damaged(&e))?);
            }
            if !page.has_more || last.is_none() {
                return Ok(found);
            }
        }
        Err(Failure::of(Kind::Damaged, "Stripe's list is too long"))
    }

    fn call<'c>(&'c self, method: Method, path: &str, form: Form) -> Result<Call<'c>, Failure> {
        if !self.account.is_empty() {
            checked(self.account)?;
        }
        let client = self.client;
        let url = format!("{}{path}", client.api_base);
        Ok(Call {
            account: self.account,
            lane: self.lane,
            ..Call::new(method, url, form, &client.authorization)
        })
    }
}

/// A path with an id in the place of `{}`. Ids come from outside: one that could mean another path is none.
pub(super) fn path(pattern: &str, id: &str) -> Result<String, Failure> {
    Ok(pattern.replace("{}", checked(id)?))
}

fn checked(id: &str) -> Result<&str, Failure> {
    let is_id = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if (1..=ID_MAX).contains(&id.len()) && id.bytes().all(is_id) {
        return Ok(id);
    }
    Err(Failure::of(Kind::NotFound, "There is no such id at Stripe"))
}

fn id_of(object: &Value) -> Option<String> {
    object["id"].as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_get_into_a_path() {
        for id in ["cus_Ab1", "dream_0190a3c4", "A"] {
            assert_eq!(checked(id).unwrap(), id);
        }
        let long = "a".repeat(256);
        for id in [
            "", ".", "..", "a/b", "a?b", "a%2Fb", "a b", "a\n", "é", &long,
        ] {
            assert_eq!(checked(id).unwrap_err().kind, Kind::NotFound, "{id}");
        }
    }
}
