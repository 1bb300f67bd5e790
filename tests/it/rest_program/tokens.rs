//! Tokens: whatever kind of key signs them, and wherever they say the role.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::{Ground, SECRET, ask};
use crate::support::program::Program;

/// A key of this test and of nothing else, and its public half.
const EC_KEY: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgq+3OV4T0DVOU1x+q
EF4L5i7ahjS3TDCuw54QDk/2aa2hRANCAATQreM8b5vk23ujrjCnAV7TAoVckFcW
vZrTnVkBc+WHMtZqtT7VdhpBEDiGupzb2an/9ALdZAaVKNBPlLj2dB5q
-----END PRIVATE KEY-----
";
const EC_X: &str = "0K3jPG-b5Nt7o64wpwFe0wKFXJBXFr2a051ZAXPlhzI";
const EC_Y: &str = "1mq1PtV2GkEQOIa6nNvZqf_0At1kBpUo0E-UuPZ0Hmo";

fn signed(algorithm: Algorithm, id: Option<&str>, claims: &Value, key: &EncodingKey) -> String {
    let header = Header { kid: id.map(str::to_owned), ..Header::new(algorithm) };
    format!("Bearer {}", jsonwebtoken::encode(&header, claims, key).unwrap())
}

fn member() -> Value {
    json!({ "role": "authenticated", "exp": 4_102_444_800_i64 })
}

async fn told(program: &Program, bearer: &str) -> String {
    let answer = ask("GET", &program.url("/rpc/who"), &[("authorization", bearer)]).await;
    match answer.status {
        200 => answer.json().as_str().unwrap().to_owned(),
        status => format!("{status} {}", answer.json()["code"].as_str().unwrap()),
    }
}

async fn ground() -> Ground {
    let ground = Ground::new().await;
    ground
        .sql(
            "create function shop.who() returns text language sql stable
                as 'select current_user::text'",
        )
        .await;
    ground
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_set_has_keys_of_every_kind() {
    let ground = ground().await;
    let oct = |id: &str, secret: &[u8]| {
        use base64::Engine;
        let k = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(secret);
        json!({ "kty": "oct", "kid": id, "k": k, "alg": "HS256", "use": "sig" })
    };
    let other = b"another-secret-of-thirty-two-bytes-or-more!!";
    let set = json!({ "keys": [
        { "kty": "EC", "kid": "ec", "crv": "P-256", "x": EC_X, "y": EC_Y, "alg": "ES256" },
        oct("one", SECRET.as_bytes()),
        oct("two", other),
    ] });
    let setup = ground.setup.clone().variable("PGRST_JWT_SECRET", &set.to_string());
    let program = setup.start();
    let ec = EncodingKey::from_ec_pem(EC_KEY.as_bytes()).unwrap();
    let (one, two) = (EncodingKey::from_secret(SECRET.as_bytes()), EncodingKey::from_secret(other));
    let claims = member();
    let set_of = |change: fn(&mut Value)| {
        let mut key = oct("one", SECRET.as_bytes());
        change(&mut key);
        ground.setup.clone().variable("PGRST_JWT_SECRET", &key.to_string())
    };
    for (bearer, who) in [
        (signed(Algorithm::ES256, Some("ec"), &claims, &ec), "authenticated"),
        (signed(Algorithm::ES256, None, &claims, &ec), "authenticated"),
        (signed(Algorithm::HS256, Some("one"), &claims, &one), "authenticated"),
        (signed(Algorithm::HS256, None, &claims, &two), "authenticated"),
        (signed(Algorithm::HS256, Some("two"), &claims, &one), "401 PGRST301"),
        // The public key is no secret, whatever the header says.
        (
            signed(
                Algorithm::HS256,
                Some("ec"),
                &claims,
                &EncodingKey::from_secret(EC_X.as_bytes()),
            ),
            "401 PGRST301",
        ),
        // A key is for one algorithm, and a token that names a key is of that key alone.
        (signed(Algorithm::HS512, Some("one"), &claims, &one), "401 PGRST301"),
        (signed(Algorithm::HS256, Some("three"), &claims, &one), "401 PGRST301"),
    ] {
        assert_eq!(told(&program, &bearer).await, who);
    }
    drop(program);
    let nameless = set_of(|key| drop(key.as_object_mut().unwrap().remove("kid"))).start();
    for (id, who) in [(None, "authenticated"), (Some("one"), "401 PGRST301")] {
        let bearer = signed(Algorithm::HS256, id, &claims, &one);
        assert_eq!(told(&nameless, &bearer).await, who, "{id:?}");
    }
    drop(nameless);
    let any = set_of(|key| drop(key.as_object_mut().unwrap().remove("alg"))).start();
    let bearer = signed(Algorithm::HS512, None, &claims, &one);
    assert_eq!(told(&any, &bearer).await, "authenticated");
    drop(any);
    let sealing = set_of(|key| key["use"] = json!("enc")).start();
    let bearer = signed(Algorithm::HS256, None, &claims, &one);
    assert_eq!(told(&sealing, &bearer).await, "401 PGRST301");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_a_secret_for_hs256_alone() {
    let ground = ground().await;
    let program = ground.setup.start();
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    for (algorithm, id, who) in [
        (Algorithm::HS256, None, "authenticated"),
        (Algorithm::HS384, None, "401 PGRST301"),
        (Algorithm::HS512, None, "401 PGRST301"),
        (Algorithm::HS256, Some("any"), "401 PGRST301"),
    ] {
        let bearer = signed(algorithm, id, &member(), &key);
        assert_eq!(told(&program, &bearer).await, who, "{algorithm:?} {id:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_is_no_text_is_not_nobody() {
    let ground = ground().await;
    let program = ground.setup.start();
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    for role in [json!(null), json!(7), json!(["authenticated"]), json!({ "a": "b" }), json!("")] {
        let bearer = signed(Algorithm::HS256, None, &json!({ "role": role }), &key);
        assert_eq!(told(&program, &bearer).await, "401 22023", "{role}");
    }
    let bearer = signed(Algorithm::HS256, None, &json!({ "sub": "x" }), &key);
    assert_eq!(told(&program, &bearer).await, "anon");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_may_be_bytes_in_base64() {
    let ground = ground().await;
    let bytes: Vec<u8> = (128..=255).collect();
    // In the alphabet of URLs, with dots for what fills it up.
    let text = {
        use base64::Engine;
        base64::engine::general_purpose::URL_SAFE.encode(&bytes).replace('=', ".")
    };
    let setup = ground.setup.clone().variable("PGRST_JWT_SECRET_IS_BASE64", "true");
    let program = setup.variable("PGRST_JWT_SECRET", &text).start();
    let key = EncodingKey::from_secret(&bytes);
    let bearer = signed(Algorithm::HS256, None, &member(), &key);
    assert_eq!(told(&program, &bearer).await, "authenticated");
    let plain = EncodingKey::from_secret(text.as_bytes());
    let bearer = signed(Algorithm::HS256, None, &member(), &plain);
    assert_eq!(told(&program, &bearer).await, "401 PGRST301");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_role_is_where_the_path_says() {
    let ground = ground().await;
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    let claims = json!({ "realm_access": { "roles": ["offline", "app_authenticated"] } });
    for (path, who) in [
        (".realm_access.roles[1][4:]", "authenticated"),
        (".realm_access.roles[?(@ ^== \"app_\")][4:]", "authenticated"),
        (".realm_access.roles[7]", "anon"),
    ] {
        let program = ground.setup.clone().variable("PGRST_JWT_ROLE_CLAIM_KEY", path).start();
        let bearer = signed(Algorithm::HS256, None, &claims, &key);
        assert_eq!(told(&program, &bearer).await, who, "{path}");
    }
}
