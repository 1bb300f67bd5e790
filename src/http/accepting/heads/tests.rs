//! Request lines are written anew, and nothing else is, however the bytes come.

use proptest::prelude::*;

use super::*;

/// What becomes of bytes that come in pieces of so many.
fn passed(bytes: &[u8], piece: usize) -> Vec<u8> {
    let mut heads = Heads::default();
    bytes.chunks(piece.max(1)).flat_map(|piece| heads.pass(piece).into_owned()).collect()
}

/// Holds what becomes of a text, cut anywhere.
fn becomes(sent: &str, read: &str) {
    for piece in 1..=sent.len() {
        let passed = passed(sent.as_bytes(), piece);
        assert_eq!(String::from_utf8_lossy(&passed), read, "in pieces of {piece}");
    }
}

/// A request line that must stay, behind something: whether it does tells where the connection is.
const RAW: &str = "GET /a?b=<c>\" HTTP/1.1\r\n\r\n";
const WRITTEN: &str = "GET /a?b=%3Cc%3E%22 HTTP/1.1\r\n\r\n";

#[test]
fn a_target_is_encoded_and_its_fields_are_not() {
    let fields = "host: <x>\r\nx-raw: \"a->b\"\r\n\r\n";
    becomes(
        &format!("GET /t?select=a->b,\"c\"&d=lt.<1 HTTP/1.1\r\n{fields}{RAW}"),
        &format!("GET /t?select=a-%3Eb,%22c%22&d=lt.%3C1 HTTP/1.1\r\n{fields}{WRITTEN}"),
    );
    becomes(&format!("\r\n\n{RAW}\r\n{RAW}"), &format!("\r\n\n{WRITTEN}\r\n{WRITTEN}"));
    becomes("GET /a?b=<c> HTTP/1.1\n\n", "GET /a?b=%3Cc%3E HTTP/1.1\n\n");
}

#[test]
fn bodies_stay_as_they_are() {
    let raw = "POST /<> HTTP/1.1";
    for body in [
        "Content-Length: 18\r\n\r\n{\"a\": \"<b>\"}\r\n\r\n\r\n",
        "content-length:27\r\n\r\nGET /a?b=<c>\" HTTP/1.1\r\n\r\n ",
        "Transfer-Encoding: Chunked\r\n\r\n5\r\n<\"\n\">\r\n1A;a=\"<\"\r\nGET /a?b=<c>\" HTTP/1.1\r\n\r\n\
         \r\n0\r\nx-<: \">\"\r\n\r\n",
        "transfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "content-length: 0\r\n\r\n",
    ] {
        becomes(
            &format!("{raw}\r\n{body}{RAW}"),
            &format!("POST /%3C%3E HTTP/1.1\r\n{body}{WRITTEN}"),
        );
    }
}

#[test]
fn what_is_unusual_ends_the_looking() {
    for odd in [
        "content-length: 3\r\ncontent-length: 3\r\n\r\n",
        "content-length: +3\r\n\r\n",
        "content-length:\r\n\r\n",
        "content-length: 9999999999999999\r\n\r\n",
        "content-length : 3\r\n\r\n",
        "content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n",
        "transfer-encoding: gzip, chunked\r\n\r\n",
        "transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n",
        "transfer-encoding: chunked\r\n\r\n0\r\nx: y\n\r\n",
        "transfer-encoding: chunked\r\n\r\n1\n<\r\n0\r\n\r\n",
        "transfer-encoding: chunked\r\n\r\nfive\r\n",
        "transfer-encoding: chunked\r\n\r\n\r\n",
        "transfer-encoding: chunked\r\n\r\n-1\r\n",
        "expect: 100-continue\r\n\r\n",
        "connection: upgrade\r\nupgrade: x\r\n\r\n",
        " folded: yes\r\n\r\n",
        "no field\r\n\r\n",
    ] {
        let sent = format!("POST / HTTP/1.1\r\n{odd}{RAW}");
        becomes(&sent, &sent);
    }
    for first in ["PRI * HTTP/2.0", "CONNECT h:1 HTTP/1.1", "POST / HTTP/1.0", "nonsense"] {
        let sent = format!("{first}\r\n\r\n{RAW}");
        becomes(&sent, &sent);
    }
    let long = format!("GET /{} HTTP/1.1\r\n\r\n{RAW}", "x".repeat(LINE_BYTES_MAX));
    assert_eq!(passed(long.as_bytes(), 4_096), long.as_bytes());
}

/// A request, and what is to become of it.
fn request() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    let body = prop::collection::vec(
        prop_oneof![Just(b'<'), Just(b'"'), Just(b'\n'), Just(b'\r'), Just(b' '), any::<u8>()],
        0..60,
    );
    let cuts = prop::collection::vec(1_usize..9, 0..9);
    ("[a-z<>\"=&.-]{0,20}", body, prop::option::of(cuts)).prop_map(|(target, body, cuts)| {
        let mut rest = match cuts {
            None => format!("x: \"<\"\r\ncontent-length: {}\r\n\r\n", body.len()).into_bytes(),
            Some(_) => b"transfer-encoding: chunked\r\n\r\n".to_vec(),
        };
        match cuts {
            None => rest.extend(&body),
            Some(cuts) => {
                let mut left = &body[..];
                for cut in cuts.into_iter().chain([body.len()]) {
                    let (chunk, tail) = left.split_at(cut.min(left.len()));
                    if !chunk.is_empty() {
                        rest.extend(format!("{:x}\r\n", chunk.len()).bytes());
                        rest.extend(chunk);
                        rest.extend(b"\r\n");
                    }
                    left = tail;
                }
                rest.extend(b"0\r\n\r\n");
            }
        }
        let line = |target: &str| format!("PATCH /{target} HTTP/1.1\r\n").into_bytes();
        let encoded = target.replace('"', "%22").replace('<', "%3C").replace('>', "%3E");
        ([line(&target), rest.clone()].concat(), [line(&encoded), rest].concat())
    })
}

proptest! {
    #[test]
    fn no_byte_of_a_body_ever_changes(
        requests in prop::collection::vec(request(), 1..6),
        piece in 1_usize..200,
    ) {
        let (sent, read): (Vec<_>, Vec<_>) = requests.into_iter().unzip();
        prop_assert_eq!(passed(&sent.concat(), piece), read.concat());
    }

    #[test]
    fn any_bytes_come_through_alike_however_they_are_cut(
        bytes in prop::collection::vec(
            prop_oneof![
                any::<u8>().prop_map(|byte| vec![byte]),
                "GET /<[a-z\"]{0,4} HTTP/1[.]1\r\n".prop_map(String::into_bytes),
                "(content-length: [0-9]|transfer-encoding: chunked|[0-9a-f]|x:\"<)?\r\n"
                    .prop_map(String::into_bytes),
            ],
            0..40,
        ),
        piece in 1_usize..50,
    ) {
        let bytes = bytes.concat();
        let whole = passed(&bytes, bytes.len());
        prop_assert_eq!(&passed(&bytes, piece), &whole);
        let text = |bytes: &[u8]| {
            let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
            text.replace("%22", "\"").replace("%3C", "<").replace("%3E", ">")
        };
        prop_assert_eq!(text(&whole), text(&bytes), "nothing is lost");
    }
}
