use secrecy::SecretString;
use serde_json::json;

use super::*;

const EC: &str = r#"[{"kty":"EC","crv":"P-256","kid":"new","use":"sig","key_ops":["sign","verify"],
  "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
  "d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"},
  {"kty":"oct","kid":"old","k":"c2VjcmV0","key_ops":["verify"]}]"#;

fn secret() -> KeyRing {
    KeyRing::from_secret(&SecretString::from("secret"), None)
}

#[test]
fn a_token_is_good_until_it_expires_and_only_for_its_audience() {
    let ring = secret();
    let token = ring.mint(&json!({"iss": "here", "aud": ["a", "b"], "exp": 100, "nbf": 10}));
    let token = token.expect("the ring signs");
    let rules = |audience: &str, issuer: &str| Rules {
        issuer: Some(issuer.to_owned()),
        audience: Some(audience.to_owned()),
        must_expire: true,
    };

    assert!(ring.verify(&token, &rules("b", "here"), 99).is_ok());
    assert_eq!(ring.verify(&token, &rules("b", "here"), 100), Err(TokenError::Expired));
    assert_eq!(ring.verify(&token, &rules("b", "here"), 9), Err(TokenError::NotYet));
    assert_eq!(ring.verify(&token, &rules("c", "here"), 50), Err(TokenError::Audience));
    assert_eq!(ring.verify(&token, &rules("b", "there"), 50), Err(TokenError::Issuer));
}

#[test]
fn a_token_without_exp_is_good_only_where_it_need_not_expire() {
    let ring = secret();
    let token = ring.mint(&json!({"role": "anon"})).expect("the ring signs");
    let must = Rules { must_expire: true, ..Rules::default() };

    assert!(ring.verify(&token, &Rules::default(), 0).is_ok());
    assert_eq!(ring.verify(&token, &must, 0), Err(TokenError::Expired));
    let odd = ring.mint(&json!({"exp": "soon"})).expect("the ring signs");
    assert_eq!(ring.verify(&odd, &Rules::default(), 0), Err(TokenError::Expired));
}

#[test]
fn a_key_has_one_algorithm() {
    let ring = KeyRing::from_jwks(EC).expect("the list is good");
    let token = ring.mint(&json!({"sub": "x"})).expect("the ring signs");
    assert!(ring.verify(&token, &Rules::default(), 0).is_ok());
    assert_eq!(ring.jwks()["keys"].as_array().map(Vec::len), Some(1));

    let forged = KeyRing::from_secret(&SecretString::from("secret"), Some("new"));
    let forged = forged.mint(&json!({"sub": "x"})).expect("the ring signs");
    assert!(matches!(
        ring.verify(&forged, &Rules::default(), 0),
        Err(TokenError::KeyType { wanted: "HMAC verify expects []byte" })
    ));
    let legacy = secret().mint(&json!({"sub": "x"})).expect("the ring signs");
    assert!(ring.verify(&legacy, &Rules::default(), 0).is_ok());
    assert!(matches!(
        secret().verify(&token, &Rules::default(), 0),
        Err(TokenError::Method { algorithm }) if algorithm == "ES256"
    ));
}

#[test]
fn an_unknown_key_id_is_told_from_a_bad_signature() {
    let only_new =
        format!("[{}]", EC.split_once("},").map_or("", |(key, _)| &key[1..]).to_owned() + "}");
    let ring = KeyRing::from_jwks(&only_new).expect("the list is good");
    let other = KeyRing::from_jwks(&only_new.replace("\"new\"", "\"newer\"")).expect("good");
    let token = other.mint(&json!({"sub": "x"})).expect("the ring signs");

    assert!(matches!(
        ring.verify(&token, &Rules::default(), 0),
        Err(TokenError::UnknownKey { kid, .. }) if kid == "newer"
    ));
    let mut changed = token.clone();
    changed.replace_range(
        token.len() - 4..token.len() - 3,
        if &token[token.len() - 4..token.len() - 3] == "A" { "B" } else { "A" },
    );
    assert_eq!(
        other.verify(&changed, &Rules::default(), 0),
        Err(TokenError::Signature("crypto/ecdsa: verification error"))
    );
    assert_eq!(ring.verify("garbage", &Rules::default(), 0), Err(TokenError::Segments));
}
