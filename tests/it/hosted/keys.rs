//! The keys of a remote Auth change: a new one is found, a revoked one is believed no longer, and
//! nobody chooses how their token is checked.

use axum::Router;
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use serde_json::{Value, json};
use souk::supabase::remote::RemoteAuth;
use souk::supabase::token::{KeyRing, Rules, TokenError};
use souk::supabase::verifier::{Verifier, VerifyError};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

use super::project::{FIRST, SECOND, ring};

/// A key list that can be changed, and how often it was read.
struct List {
    url: String,
    keys: Arc<Mutex<Option<Value>>>,
    readings: Arc<AtomicU32>,
    /// From now on readers wait for ever; how many do.
    hangs: Arc<AtomicBool>,
    hanging: Arc<AtomicU32>,
}

impl List {
    async fn of(ring: &KeyRing) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let keys = Arc::new(Mutex::new(Some(ring.jwks())));
        let readings = Arc::new(AtomicU32::new(0));
        let (listed, counted) = (Arc::clone(&keys), Arc::clone(&readings));
        let (hangs, hanging) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
        let (is_hung, held) = (Arc::clone(&hangs), Arc::clone(&hanging));
        let answer = async move || {
            counted.fetch_add(1, Ordering::SeqCst);
            if is_hung.load(Ordering::SeqCst) {
                held.fetch_add(1, Ordering::SeqCst);
                std::future::pending::<()>().await;
            }
            let text = listed.lock().unwrap().as_ref().map(Value::to_string);
            text.ok_or(axum::http::StatusCode::BAD_GATEWAY)
        };
        let router = Router::new().route("/.well-known/jwks.json", get(answer));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, keys, readings, hangs, hanging }
    }

    fn verifier(&self, secret: Option<&str>) -> Verifier {
        let secret = secret.map(|secret| KeyRing::from_secret(&SecretString::from(secret), None));
        let rules = Rules {
            issuer: Some("here".to_owned()),
            audience: Some("authenticated".to_owned()),
            must_expire: true,
        };
        let auth = RemoteAuth::with_limits(&self.url, super::front::LIMITS).unwrap();
        Verifier::remote(auth.keys(), secret, rules)
    }

    fn set(&self, ring: Option<&KeyRing>) {
        *self.keys.lock().unwrap() = ring.map(KeyRing::jwks);
    }

    fn readings(&self) -> u32 {
        self.readings.load(Ordering::SeqCst)
    }
}

fn claims() -> Value {
    json!({ "iss": "here", "aud": "authenticated", "sub": "x", "exp": 1_000_000 })
}

#[tokio::test]
async fn a_new_key_is_found_and_a_revoked_one_believed_no_longer() {
    let (old, new) = (ring(&[FIRST]), ring(&[SECOND, FIRST]));
    let list = List::of(&old).await;
    let verifier = list.verifier(None);
    let (before, after) = (old.mint(&claims()).unwrap(), new.mint(&claims()).unwrap());
    assert!(verifier.verify(&before, 1_000).await.is_ok());

    list.set(Some(&new));
    // A moment after a reading the list is not read again, whatever a token names.
    for _ in 0..5 {
        let early = verifier.verify(&after, 1_005).await;
        assert!(matches!(early, Err(VerifyError::Token(TokenError::UnknownKey { .. }))));
    }
    assert_eq!(list.readings(), 1);
    assert!(verifier.verify(&after, 1_010).await.is_ok());
    assert!(verifier.verify(&before, 1_010).await.is_ok());
    assert_eq!(list.readings(), 2);

    list.set(Some(&ring(&[SECOND])));
    assert!(verifier.verify(&before, 1_609).await.is_ok(), "the list is ten minutes old");
    let revoked = verifier.verify(&before, 1_610).await;
    assert!(matches!(revoked, Err(VerifyError::Token(TokenError::UnknownKey { .. }))));
    assert!(verifier.verify(&after, 1_610).await.is_ok());
    assert_eq!(list.readings(), 3);
}

#[tokio::test]
async fn while_the_list_can_t_be_had_the_old_one_serves_for_an_hour() {
    let keys = ring(&[FIRST]);
    let list = List::of(&keys).await;
    let token = keys.mint(&claims()).unwrap();
    list.set(None);
    let verifier = list.verifier(None);
    assert!(matches!(verifier.verify(&token, 0).await, Err(VerifyError::NoKeys)));
    list.set(Some(&keys));
    assert!(matches!(verifier.verify(&token, 9).await, Err(VerifyError::NoKeys)));
    assert!(verifier.verify(&token, 10).await.is_ok());
    list.set(None);
    assert!(verifier.verify(&token, 4_000).await.is_ok());
    assert!(matches!(verifier.verify(&token, 5_000).await, Err(VerifyError::NoKeys)));
}

#[tokio::test]
async fn a_list_that_hangs_holds_up_nobody_but_who_reads_it() {
    let keys = ring(&[FIRST]);
    let list = List::of(&keys).await;
    let (token, verifier) = (keys.mint(&claims()).unwrap(), list.verifier(None));
    assert!(verifier.verify(&token, 0).await.is_ok());
    list.hangs.store(true, Ordering::SeqCst);

    let (reader, read) = (verifier.clone(), token.clone());
    let reading = tokio::spawn(async move { reader.verify(&read, 700).await.is_ok() });
    while list.hanging.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    for _ in 0..100 {
        assert!(verifier.verify(&token, 700).await.is_ok());
    }
    assert!(!reading.is_finished(), "the others waited for it");
    assert!(reading.await.unwrap());
}

#[tokio::test]
async fn nobody_chooses_how_their_token_is_checked() {
    let keys = ring(&[FIRST]);
    let list = List::of(&keys).await;
    let jwks = keys.jwks();
    let key = &jwks["keys"][0];
    let point = ["x", "y"].map(|name| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap());
    let mut secrets = vec![key.to_string(), jwks.to_string(), String::new()];
    secrets.push(point.concat().iter().map(|byte| char::from(*byte)).collect());
    for own in [None, Some("the-legacy-secret-of-the-project")] {
        let verifier = list.verifier(own);
        assert!(verifier.verify(&keys.mint(&claims()).unwrap(), 1).await.is_ok());
        for secret in &secrets {
            for kid in [None, Some("first"), Some("other")] {
                let forged = KeyRing::from_secret(&SecretString::from(secret.as_str()), kid);
                let forged = forged.mint(&claims()).unwrap();
                let answer = verifier.verify(&forged, 1).await;
                assert!(matches!(answer, Err(VerifyError::Token(_))), "{kid:?}");
            }
        }
        for header in [r#"{"alg":"none"}"#, r#"{"alg":"none","kid":"first"}"#, r#"{"alg":"HS256"}"#]
        {
            let header = URL_SAFE_NO_PAD.encode(header);
            let unsigned = format!("{header}.{}.", URL_SAFE_NO_PAD.encode(claims().to_string()));
            assert!(verifier.verify(&unsigned, 1).await.is_err());
        }
        let other = ring(&[&SECOND.replace("second", "first")]).mint(&claims()).unwrap();
        let answer = verifier.verify(&other, 1).await;
        assert!(matches!(answer, Err(VerifyError::Token(TokenError::Signature(_)))));
    }
}

#[tokio::test]
async fn the_legacy_secret_serves_beside_the_list_and_a_listed_secret_does_not() {
    let list = List::of(&ring(&[FIRST])).await;
    let listed = json!({ "kty": "oct", "kid": "open", "k": URL_SAFE_NO_PAD.encode("published") });
    list.keys.lock().unwrap().as_mut().unwrap()["keys"].as_array_mut().unwrap().push(listed);
    let legacy = |secret: &str, kid| {
        KeyRing::from_secret(&SecretString::from(secret), kid).mint(&claims()).unwrap()
    };
    let verifier = list.verifier(Some("legacy"));
    assert!(verifier.verify(&legacy("legacy", None), 1).await.is_ok());
    assert!(verifier.verify(&legacy("published", Some("open")), 1).await.is_err());
    for (claim, value) in [("iss", "there"), ("aud", "nobody")] {
        let mut wrong = claims();
        wrong[claim] = value.into();
        let token = ring(&[FIRST]).mint(&wrong).unwrap();
        assert!(verifier.verify(&token, 1).await.is_err(), "{claim}");
    }
}
