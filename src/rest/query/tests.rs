use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,80}", is_call: bool) {
        let _ = Query::parse(&text, is_call);
    }

    #[test]
    fn any_text_of_the_grammar_s_own_letters_is_read_or_refused(
        text in r#"[a-c0-2 =&,.:()!>*"\\{}'_%+-]{0,60}"#,
        key in prop::sample::select(vec!["select", "order", "or", "id", "a.limit", "columns"]),
    ) {
        let _ = Query::parse(&format!("{key}={text}"), false);
    }
}

fn select(text: &str) -> Vec<SelectItem> {
    Query::parse(&format!("select={text}"), false).unwrap().select
}

#[test]
fn a_select_that_cannot_begin_is_all() {
    for text in [",id", "(id)", ":id", "", "**", "*x,id", "*!hint"] {
        assert_eq!(select(text), [SelectItem::Field(select::all())], "{text}");
    }
}

#[test]
fn of_two_words_for_a_join_the_first_counts() {
    for (text, expected) in [("a!inner!left(b)", true), ("a!left!inner(b)", false)] {
        let [SelectItem::Embed(embed)] = &select(text)[..] else { panic!("{text} is an embed") };
        assert_eq!(embed.is_inner, expected, "{text}");
    }
}

#[test]
fn an_item_ends_where_the_next_begins() {
    for text in ["id,*x", "count()x", "n:count()::int.sum()", "id,\nname", " ", " ,id"] {
        assert!(Query::parse(&format!("select={text}"), false).is_err(), "{text}");
    }
    for text in [" *", "* ", " id , * ", "\tid,*", "count() ,id", " a ( * , b ) ", " ...a(b)"] {
        assert!(Query::parse(&format!("select={text}"), false).is_ok(), "{text}");
    }
    let filter = |text: &str| Query::parse(&format!("id={text}"), false).map(|q| q.filters);
    assert_eq!(filter("in. (1,2) ").unwrap(), filter("in.(1,2)").unwrap());
    assert_ne!(filter("in.(\n1)").unwrap(), filter("in.(1)").unwrap());
}

#[test]
fn of_several_faults_the_first_that_is_read_is_told() {
    let faults = ["order=a.x", "or=(a)", "columns=", "select=count()x", "a=x", "on_conflict="];
    for (place, fault) in faults.iter().enumerate() {
        let text: Vec<&str> = faults[place..].iter().rev().copied().collect();
        let both = Query::parse(&text.join("&"), false).unwrap_err();
        assert_eq!(both, Query::parse(fault, false).unwrap_err(), "{fault}");
    }
}

#[test]
fn of_a_parameter_that_is_there_twice_the_first_counts() {
    for name in ["select", "columns", "on_conflict", "order"] {
        let (once, twice) = (format!("{name}=a"), format!("{name}=a&{name}=b"));
        assert_eq!(Query::parse(&once, false).unwrap(), Query::parse(&twice, false).unwrap());
    }
    let paging = |text: &str| Query::parse(text, false).unwrap().range();
    assert_eq!(paging("limit=1&limit=2"), paging("limit=2"), "but of numbers the last");
    assert_eq!(paging("limit=1&limit=x"), Range::ALL);
}

#[test]
fn an_embed_has_its_hint_and_its_join_in_any_order() {
    for text in ["x:a!f!inner(b)", "x:a!inner!f(b)"] {
        let [SelectItem::Embed(embed)] = &select(text)[..] else { panic!("{text} is an embed") };
        assert_eq!((embed.name.as_str(), embed.alias.as_deref()), ("a", Some("x")));
        assert_eq!((embed.hint.as_deref(), embed.is_inner), (Some("f"), true));
    }
}

#[test]
fn a_fault_says_where() {
    let error = Query::parse("id=in.1,2", false).unwrap_err().into_response();
    let body = String::from_utf8(error.body).unwrap();
    assert!(body.contains(r#"\"failed to parse filter (in.1,2)\" (line 1, column 4)"#), "{body}");
}

#[test]
fn parentheses_without_end_are_refused() {
    for (begin, inner) in [("select=", "a("), ("or=(", "and(")] {
        let error = Query::parse(&format!("{begin}{}", inner.repeat(20_000)), false).unwrap_err();
        assert_eq!(error.into_response().status, 400, "{begin}");
    }
}

#[test]
fn what_is_asked_by_is_may_be_written_in_capitals_and_is_not_read_to_the_end() {
    let logic = |text: &str| Query::parse(&format!("or=({text})"), false).map(|query| query.logic);
    assert_eq!(
        logic("a.is.NULL,b.is.Not_Null").unwrap(),
        logic("a.is.null,b.is.not_null").unwrap()
    );
    assert!(logic("a.is.nul,b.is.null").is_err());
    assert!(logic("a.is.é").is_err());
    // Each once read all that came after it: that took minutes.
    let begun = std::time::Instant::now();
    assert_eq!(logic(&vec!["a.is.null"; 100_000].join(",")).unwrap().len(), 1);
    let took = begun.elapsed();
    assert!(took < std::time::Duration::from_secs(5), "{took:?}");
}

#[test]
fn blanks_may_stand_in_a_logic_tree() {
    let logic = |text: &str| Query::parse(&format!("and={text}"), false).unwrap().logic;
    let spaced = " ( and ( id.in.( 1, 2 ) , \"a b\" .eq.3 ) , not.or\t( id.eq.2 , id.eq.3 ) )";
    let plain = "(and(id.in.(1, 2 ),\"a b\".eq.3 ),not.or(id.eq.2 ,id.eq.3 ))";
    assert_eq!(logic(spaced), logic(plain));
}

#[test]
fn a_language_has_a_name() {
    assert!(Query::parse("a=fts(english).b", false).is_ok());
    assert!(Query::parse("a=fts(no1).b", false).is_ok());
    for number in ["3748", "0", " 99999 "] {
        assert!(Query::parse(&format!("a=fts({number}).b"), false).is_err(), "{number}");
    }
}
