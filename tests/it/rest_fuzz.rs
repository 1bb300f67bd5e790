//! The fuzz target on a stable toolchain: the corpus, any bytes, and the corpus with bytes changed.
//! `scripts/soak` runs the same target under libFuzzer where there is a nightly one.

use std::path::Path;

use proptest::prelude::*;
use proptest::sample::Index;

#[path = "../../fuzz/target.rs"]
mod target;

fn corpus() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/request");
    let files = std::fs::read_dir(folder).unwrap();
    files.map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
}

#[test]
fn the_corpus_holds() {
    let corpus = corpus();
    assert!(corpus.len() >= 20, "the corpus is there");
    for bytes in corpus {
        target::run(&bytes);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_refused_or_become_a_statement(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        target::run(&bytes);
    }

    #[test]
    fn a_request_with_bytes_changed_is_refused_or_becomes_a_statement(
        which: Index,
        changes in prop::collection::vec((any::<Index>(), any::<u8>(), any::<bool>()), 1..6),
    ) {
        let corpus = corpus();
        let mut bytes = which.get(&corpus).clone();
        for (place, byte, is_added) in changes {
            let at = place.index(bytes.len() + 1);
            if is_added || at == bytes.len() {
                bytes.insert(at, byte);
            } else {
                bytes[at] = byte;
            }
        }
        target::run(&bytes);
    }
}

#[test]
fn text_outside_of_quotes_is_noticed() {
    for text in [
        "select 1; drop table x",
        "select \"a",
        "select 'a''",
        "select 1 -- x",
        "select 1 /* x",
        "select é",
        "select E'x'",
        "select A",
    ] {
        assert!(target::fault(text).is_some(), "{text}");
    }
    assert_eq!(target::fault("select \"a;\"\"--\" from 'x''/*' where $1::int8 <@ a->>$2"), None);
}
