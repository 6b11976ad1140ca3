//! An OpenID Connect issuer on loopback. It keeps the rules of its side (codes work once, PKCE, client
//! authentication) and lies where a test tells it to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWriteExt as _;
use url::Url;

/// What the issuer knows the client as. Both need encoding, as real ones may.
pub(crate) const CLIENT_ID: &str = "client one";
pub(crate) const CLIENT_SECRET: &str = "s3cret:+/%ü";

/// A key pair with its name.
pub(crate) struct Signer {
    pub(crate) kid: &'static str,
    pub(crate) key: EncodingKey,
    pub(crate) jwk: Value,
}

/// What a path answers instead of the truth.
#[derive(Clone)]
pub(crate) enum Answer {
    Json(Value),
    Bytes(Vec<u8>),
    Redirect(String),
    Status(u16),
    /// A byte now and then, without end.
    Drip,
    /// As much as is read, without end and without saying how much.
    Flood,
    /// Nothing.
    Hang,
}

type Forge = dyn Fn(&Signer, Value) -> String + Send;

/// A running issuer; it ends with the test's runtime.
#[derive(Clone)]
pub(crate) struct Issuer {
    pub(crate) base: String,
    inside: Arc<Mutex<Inside>>,
}

struct Inside {
    base: String,
    signer: &'static Signer,
    answers: HashMap<String, Answer>,
    forge: Option<Box<Forge>>,
    codes: HashMap<String, Grant>,
    people: HashMap<String, Value>,
    asked: HashMap<String, usize>,
    metadata: Value,
    serial: usize,
}

struct Grant {
    query: HashMap<String, String>,
    person: Value,
}

impl Issuer {
    pub(crate) async fn start() -> Self {
        // It fails only if another test of this process was first.
        let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let inside = Inside {
            base: base.clone(),
            signer: &signers()[0],
            answers: HashMap::new(),
            forge: None,
            codes: HashMap::new(),
            people: HashMap::new(),
            asked: HashMap::new(),
            metadata: json!({
                "issuer": base,
                "authorization_endpoint": format!("{base}/authorize?tenant=a"),
                "token_endpoint": format!("{base}/token"),
                "jwks_uri": format!("{base}/jwks"),
                "userinfo_endpoint": format!("{base}/userinfo"),
                "response_types_supported": ["code", "code id_token"],
                "code_challenge_methods_supported": ["S256"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }),
            serial: 0,
        };
        let inside = Arc::new(Mutex::new(inside));
        let router = Router::new().fallback(answer).with_state(inside.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { base, inside }
    }

    /// Members of the discovery document; null takes one away.
    pub(crate) fn describe(&self, members: &Value) {
        let mut inside = self.inside.lock().unwrap();
        merge(&mut inside.metadata, members);
    }

    /// What a path answers from now on.
    pub(crate) fn answer(&self, path: &str, answer: Answer) {
        let mut inside = self.inside.lock().unwrap();
        inside.answers.insert(path.to_owned(), answer);
    }

    /// The truth again.
    pub(crate) fn behave(&self) {
        let mut inside = self.inside.lock().unwrap();
        inside.answers.clear();
        inside.forge = None;
    }

    /// How ID tokens are made from their claims.
    pub(crate) fn forge(&self, forge: impl Fn(&Signer, Value) -> String + Send + 'static) {
        self.inside.lock().unwrap().forge = Some(Box::new(forge));
    }

    /// ID tokens with these claims changed; null takes one away.
    pub(crate) fn claim(&self, claims: Value) {
        self.forge(move |signer, mut made| {
            merge(&mut made, &claims);
            sign(signer, &made)
        });
    }

    /// Signs with another key from now on.
    pub(crate) fn rotate(&self) {
        self.inside.lock().unwrap().signer = &signers()[1];
    }

    /// How often a path was asked for.
    pub(crate) fn asked(&self, path: &str) -> usize {
        let inside = self.inside.lock().unwrap();
        inside.asked.get(path).copied().unwrap_or(0)
    }

    /// Someone signs in at this authorization address and consents: where the browser is sent back to.
    pub(crate) fn consent(&self, authorization_url: &str, person: Value) -> String {
        let url = Url::parse(authorization_url).unwrap();
        assert!(authorization_url.starts_with(&format!("{}/authorize?tenant=a&", self.base)));
        let query: HashMap<String, String> = url.query_pairs().into_owned().collect();
        for (name, value) in [
            ("response_type", "code"),
            ("client_id", CLIENT_ID),
            ("scope", "openid email profile"),
            ("code_challenge_method", "S256"),
        ] {
            assert_eq!(query[name], value);
        }
        let mut back = Url::parse(&query["redirect_uri"]).unwrap();
        let mut inside = self.inside.lock().unwrap();
        inside.serial += 1;
        let code = format!("code-{}", inside.serial);
        back.query_pairs_mut()
            .append_pair("code", &code)
            .append_pair("state", &query["state"])
            .append_pair("scope", "openid");
        inside.codes.insert(code, Grant { query, person });
        back.into()
    }
}

/// A token signed as it should be.
pub(crate) fn sign(signer: &Signer, claims: &Value) -> String {
    let mut header = Header::new(Algorithm::RS256);
    header.kid = Some(signer.kid.to_owned());
    jsonwebtoken::encode(&header, claims, &signer.key).unwrap()
}

/// Two key pairs, made once for all tests of the process.
pub(crate) fn signers() -> &'static [Signer; 2] {
    static SIGNERS: OnceLock<[Signer; 2]> = OnceLock::new();
    SIGNERS.get_or_init(|| {
        [
            signer("first", KeySize::Rsa2048),
            signer("second", KeySize::Rsa2048),
        ]
    })
}

fn signer(kid: &'static str, size: KeySize) -> Signer {
    let pair = KeyPair::generate(size).unwrap();
    let private: aws_lc_rs::encoding::Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        STANDARD.encode(private.as_ref())
    );
    let public = pair.public_key();
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let n = encode(public.modulus().big_endian_without_leading_zero());
    let e = encode(public.exponent().big_endian_without_leading_zero());
    Signer {
        kid,
        key: EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap(),
        jwk: json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": n, "e": e}),
    }
}

async fn answer(State(inside): State<Arc<Mutex<Inside>>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let authorization = parts.headers.get(header::AUTHORIZATION);
    let authorization = authorization.map(|value| value.to_str().unwrap().to_owned());
    let told = {
        let mut inside = inside.lock().unwrap();
        *inside.asked.entry(path.clone()).or_default() += 1;
        inside.answers.get(&path).cloned()
    };
    if let Some(told) = told {
        return lie(told).await;
    }
    let mut inside = inside.lock().unwrap();
    match path.as_str() {
        "/.well-known/openid-configuration" => axum::Json(inside.metadata.clone()).into_response(),
        "/jwks" => axum::Json(json!({"keys": [inside.signer.jwk]})).into_response(),
        "/token" => inside.exchange(authorization.as_deref(), &body),
        "/userinfo" => inside.user_info(authorization.as_deref()),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn lie(answer: Answer) -> Response {
    match answer {
        Answer::Json(value) => axum::Json(value).into_response(),
        Answer::Bytes(bytes) => bytes.into_response(),
        Answer::Redirect(to) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        Answer::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Answer::Hang => {
            tokio::time::sleep(Duration::from_mins(1)).await;
            StatusCode::OK.into_response()
        }
        Answer::Drip => stream(b" ", Duration::from_millis(200)),
        Answer::Flood => stream(&[b' '; 4096], Duration::ZERO),
    }
}

/// The same bytes again and again, with a pause in between.
fn stream(bytes: &'static [u8], pause: Duration) -> Response {
    let (mut sender, receiver) = tokio::io::duplex(4096);
    tokio::spawn(async move {
        while sender.write_all(bytes).await.is_ok() {
            tokio::time::sleep(pause).await;
        }
    });
    Body::new(Trickle(receiver)).into_response()
}

/// A body that comes as slowly as it is written.
struct Trickle(tokio::io::DuplexStream);

impl axum::body::HttpBody for Trickle {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, std::io::Error>>> {
        let mut bytes = [0; 4096];
        let mut buffer = tokio::io::ReadBuf::new(&mut bytes);
        let stream = std::pin::Pin::new(&mut self.0);
        tokio::io::AsyncRead::poll_read(stream, context, &mut buffer).map(|read| {
            let frame = hyper::body::Frame::data(Bytes::copy_from_slice(buffer.filled()));
            Some(read.map(|()| frame))
        })
    }
}

impl Inside {
    fn exchange(&mut self, authorization: Option<&str>, body: &Bytes) -> Response {
        let refuse = |error: &str| {
            (StatusCode::BAD_REQUEST, axum::Json(json!({"error": error}))).into_response()
        };
        let form: HashMap<String, String> =
            url::form_urlencoded::parse(body).into_owned().collect();
        if !is_client(authorization, &form) {
            return refuse("invalid_client");
        }
        let Some(Grant { query, person }) = self.codes.remove(&form["code"]) else {
            return refuse("invalid_grant");
        };
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"]));
        if form["grant_type"] != "authorization_code"
            || form["redirect_uri"] != query["redirect_uri"]
            || challenge != query["code_challenge"]
        {
            return refuse("invalid_grant");
        }
        let mut claims = json!({
            "iss": self.base, "aud": CLIENT_ID, "nonce": query["nonce"],
            "iat": now(), "exp": now() + 300,
        });
        let access = format!("access-{}", self.serial);
        match person.get("userinfo") {
            Some(told) => {
                self.people.insert(access.clone(), told.clone());
                claims["sub"] = person["sub"].clone();
            }
            None => merge(&mut claims, &person),
        }
        let token = match &self.forge {
            Some(forge) => forge(self.signer, claims),
            None => sign(self.signer, &claims),
        };
        axum::Json(json!({"id_token": token, "access_token": access, "token_type": "Bearer"}))
            .into_response()
    }

    fn user_info(&self, authorization: Option<&str>) -> Response {
        let access = authorization.and_then(|value| value.strip_prefix("Bearer "));
        match access.and_then(|access| self.people.get(access)) {
            Some(person) => axum::Json(person.clone()).into_response(),
            None => StatusCode::UNAUTHORIZED.into_response(),
        }
    }
}

/// The issuer decodes what the client encoded (RFC 6749, 2.3.1).
fn is_client(authorization: Option<&str>, form: &HashMap<String, String>) -> bool {
    let Some(basic) = authorization.and_then(|value| value.strip_prefix("Basic ")) else {
        let has = |name: &str, value: &str| form.get(name).is_some_and(|given| given == value);
        return has("client_id", CLIENT_ID) && has("client_secret", CLIENT_SECRET);
    };
    let pair = String::from_utf8(STANDARD.decode(basic).unwrap()).unwrap();
    let (id, secret) = pair.split_once(':').unwrap();
    let decode = |text: &str| {
        let mut pairs = url::form_urlencoded::parse(text.as_bytes());
        pairs.next().unwrap_or_default().0.into_owned()
    };
    (decode(id).as_str(), decode(secret).as_str()) == (CLIENT_ID, CLIENT_SECRET)
}

fn merge(into: &mut Value, members: &Value) {
    let into = into.as_object_mut().unwrap();
    for (name, value) in members.as_object().unwrap() {
        if value.is_null() {
            into.remove(name);
        } else {
            into.insert(name.clone(), value.clone());
        }
    }
}

/// Seconds since the epoch.
pub(crate) fn now() -> i64 {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap();
    i64::try_from(since.as_secs()).unwrap()
}
