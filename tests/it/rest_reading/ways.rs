//! Which relation an embed means, and which embed a parameter.

use serde_json::json;

use super::{get, plane};

const TABLES: &str = "
    create table makers (id int primary key, name text);
    create table goods (id int primary key, name text,
                        maker_id int constraint goods_maker_fk references makers);
    create view makers_view as select id, name from makers;
    insert into makers values (1, 'Aziz'), (2, 'Bea');
    insert into goods values (1, 'pot', 1), (2, 'jug', 1), (3, 'cup', 2)";

#[tokio::test]
async fn an_embed_with_an_alias_is_called_by_its_own_name_too() {
    let (_database, plane) = plane(TABLES, &[]).await;
    let goods = |names: &[&str]| names.iter().map(|n| json!({ "name": n })).collect::<Vec<_>>();
    for name in ["made", "goods"] {
        let path = format!("/makers?select=id,made:goods(name)&id=eq.1&{name}.order=name.asc");
        let expected = json!([{ "id": 1, "made": goods(&["jug", "pot"]) }]);
        assert_eq!(get(&plane, &path).await, (200, expected), "{path}");
        let path = format!("/makers?select=id,made:goods!inner(name)&{name}.name=eq.cup");
        let expected = json!([{ "id": 2, "made": goods(&["cup"]) }]);
        assert_eq!(get(&plane, &path).await, (200, expected), "{path}");
        let path = format!("/makers?select=id,made:goods(name)&{name}.limit=0&{name}.or=(id.eq.1)");
        let expected = json!([{ "id": 1, "made": [] }, { "id": 2, "made": [] }]);
        assert_eq!(get(&plane, &path).await, (200, expected), "{path}");
    }
    // Of two the first is meant; an alias is one whatever it is an alias for.
    let path = "/makers?select=a:goods(name),b:goods(name)&id=eq.2&goods.limit=0";
    let expected = json!([{ "a": [], "b": goods(&["cup"]) }]);
    assert_eq!(get(&plane, path).await, (200, expected));
    let (status, error) = get(&plane, "/makers?select=id,made:goods(name)&good.limit=0").await;
    assert_eq!((status, &error["code"]), (400, &json!("PGRST108")));
}

#[tokio::test]
async fn a_key_or_a_column_leads_to_a_table_and_not_to_its_views() {
    let (_database, plane) = plane(TABLES, &[]).await;
    for name in ["maker_id", "goods_maker_fk"] {
        let path = format!("/goods?select=maker:{name}(name)&id=eq.3");
        let expected = json!([{ "maker": { "name": "Bea" } }]);
        assert_eq!(get(&plane, &path).await, (200, expected), "{path}");
    }
    let path = "/goods?select=makers_view(name)&id=eq.3";
    assert_eq!(get(&plane, path).await, (200, json!([{ "makers_view": { "name": "Bea" } }])));
    // From a view too.
    let path = "/makers_view?select=name,goods!goods_maker_fk(name)&id=eq.2";
    let expected = json!([{ "name": "Bea", "goods": [{ "name": "cup" }] }]);
    assert_eq!(get(&plane, path).await, (200, expected));
}

#[tokio::test]
async fn a_column_of_either_side_tells_which_way_is_meant() {
    let (_database, plane) = plane(TABLES, &[]).await;
    let expected = json!([{ "goods": [{ "name": "cup" }] }]);
    for hint in ["id", "maker_id", "goods_maker_fk"] {
        let path = format!("/makers?select=goods!{hint}(name)&id=eq.2");
        assert_eq!(get(&plane, &path).await, (200, expected.clone()), "{path}");
    }
    let path = "/makers?select=goods:id(name)&id=eq.2";
    assert_eq!(get(&plane, path).await, (200, expected));
}

#[tokio::test]
async fn a_function_takes_the_place_of_all_ways_to_the_relation_of_its_name() {
    let computed = "
        create function makers(goods) returns setof makers rows 1 language sql stable as
          $$ select * from shop.makers where id = 3 - $1.maker_id $$;";
    let (_database, plane) = plane(&format!("{TABLES}; {computed}"), &[]).await;
    let expected = json!([{ "makers": { "name": "Aziz" } }]);
    assert_eq!(get(&plane, "/goods?select=makers(name)&id=eq.3").await, (200, expected));
    let (status, error) = get(&plane, "/goods?select=maker_id(name)&id=eq.3").await;
    assert_eq!((status, &error["code"]), (400, &json!("PGRST200")));
}

#[tokio::test]
async fn a_view_that_shows_a_key_twice_has_two_ways() {
    let view =
        "create view goods_twice as select id, maker_id as first, maker_id as second from goods";
    let (_database, plane) = plane(&format!("{TABLES}; {view}"), &[]).await;
    for name in ["first", "makers!first", "second", "makers!second"] {
        let path = format!("/goods_twice?select=maker:{name}(name)&id=eq.3");
        let expected = json!([{ "maker": { "name": "Bea" } }]);
        assert_eq!(get(&plane, &path).await, (200, expected), "{path}");
    }
    let (status, error) = get(&plane, "/goods_twice?select=makers(name)").await;
    assert_eq!((status, &error["code"]), (300, &json!("PGRST201")));
    let told = error["details"].as_array().unwrap().iter().map(|way| way["relationship"].as_str());
    let of = |name: &str| format!("goods_maker_fk using goods_twice({name}) and makers(id)");
    assert_eq!(told.flatten().collect::<Vec<_>>(), [of("first"), of("second")]);
}

#[tokio::test]
async fn a_path_goes_into_values_that_no_table_has() {
    let functions = "
        create type pair as (a int, b int);
        create function pairs() returns table (id int, of pair) language sql stable as
          $$ values (1, row(1, 9)::shop.pair), (2, row(2, 8)::shop.pair) $$;
        create function odd(goods) returns json language sql stable as
          $$ select '{\"in\":{\"z\":1,\"b\":2}}'::json $$";
    let (_database, plane) = plane(&format!("{TABLES}; {functions}"), &[]).await;
    let path = "/rpc/pairs?select=of->a,id&of->b=gt.1&order=of->>b.asc";
    let expected = json!([{ "a": 2, "id": 2 }, { "a": 1, "id": 1 }]);
    assert_eq!(get(&plane, path).await, (200, expected));
    let answer = super::ask(&plane, "GET", "/goods?select=odd->in&limit=1", &[]).await;
    assert_eq!(super::text(&answer), r#"[{"in":{"b": 2, "z": 1}}]"#);
}
