//! Every way to a refusal that is known only while the statement runs, or after it.

use souk::rest::Request;

pub(super) fn request(method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Request {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Request {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
        body: body.as_bytes().to_vec().into(),
    }
}

const OBJECT: (&str, &str) = ("accept", "application/vnd.pgrst.object+json");
pub(super) const SHOWN: (&str, &str) = ("prefer", "return=representation");

/// A table to write to, and functions that write and then do what is refused.
pub(super) const FUNCTIONS: &str = r#"
    create table shop.marks (
        code text primary key constraint marks_code_check check (code ~ '^[A-Z]{2}$'),
        name text not null,
        vat numeric,
        region int constraint marks_region_fkey references shop.categories
            deferrable initially deferred
    );
    insert into shop.marks values ('DE', 'Germany'), ('TR', 'Turkey');
    grant all on shop.marks to service_role;
    create function shop.write_and(what text) returns setof shop.marks language plpgsql as $$
    begin
        insert into shop.marks (code, name) values ('ZZ', 'Nowhere'), ('ZY', 'Elsewhere');
        case what
            when 'headers' then perform set_config('response.headers', '{}', true);
            when 'header' then perform set_config('response.headers', '[{"a":"b"}, {"c":1}]', true);
            when 'text' then perform set_config('response.headers', 'no json', true);
            when 'low' then perform set_config('response.status', '099', true);
            when 'status' then perform set_config('response.status', 'many', true);
            when 'sleep' then perform pg_sleep(2);
            when 'fail' then raise exception 'no';
            else
        end case;
        return query select * from shop.marks where code in ('ZZ', 'ZY');
    end $$;
    create function shop.write_with(h text) returns text language plpgsql as $$
    begin
        insert into shop.marks (code, name) values ('ZZ', 'Nowhere');
        perform set_config('response.headers', h, true);
        return 'never seen';
    end $$;
    create function shop.write_bytes(n int) returns private."image/png" language plpgsql as $$
    begin
        insert into shop.marks (code, name) values ('ZZ', 'Nowhere');
        return decode(repeat('00', n), 'hex');
    end $$;
    alter function shop.write_and set statement_timeout = '400ms';
    
    notify pgrst"#;

/// What is refused, with which status, and the same without what is refused, where there is.
pub(super) fn cases() -> Vec<(Request, u16, Option<Request>)> {
    let both = "/marks?code=in.(DE,TR)";
    let price = r#"{"vat":1}"#;
    let call =
        |what: &str| request("POST", "/rpc/write_and", &[], &format!(r#"{{"what":"{what}"}}"#));
    let strict = ("prefer", "handling=strict, max-affected=1");
    let two = ("prefer", "handling=strict, max-affected=2");
    vec![
        (
            request("PATCH", both, &[OBJECT, SHOWN], price),
            406,
            Some(request("PATCH", both, &[SHOWN], price)),
        ),
        (
            request("DELETE", both, &[OBJECT, SHOWN], ""),
            406,
            Some(request("DELETE", both, &[], "")),
        ),
        (
            request("PATCH", both, &[strict], price),
            400,
            Some(request("PATCH", both, &[two], price)),
        ),
        (request("DELETE", both, &[strict], ""), 400, Some(request("DELETE", both, &[two], ""))),
        (
            request("PUT", "/marks?code=eq.DE", &[], r#"{"code":"TR","name":"x"}"#),
            400,
            Some(request("PUT", "/marks?code=eq.TR", &[], r#"{"code":"TR","name":"x"}"#)),
        ),
        (request("POST", "/rpc/write_and", &[OBJECT], r#"{"what":""}"#), 406, Some(call(""))),
        (
            request("POST", "/rpc/write_and", &[strict], r#"{"what":""}"#),
            400,
            Some(request("POST", "/rpc/write_and", &[two], r#"{"what":""}"#)),
        ),
        (call("headers"), 500, None),
        (call("header"), 500, None),
        (call("text"), 500, None),
        (call("status"), 500, None),
        (call("low"), 500, None),
        (call("sleep"), 500, None),
        (call("fail"), 400, None),
        (
            request(
                "POST",
                "/marks",
                &[],
                r#"[{"code":"ZZ","name":"a"},{"code":"zz","name":"b"}]"#,
            ),
            400,
            Some(request("POST", "/marks", &[], r#"{"code":"ZZ","name":"a"}"#)),
        ),
        // Found at the commit.
        (
            request("PATCH", "/marks?code=eq.DE", &[SHOWN], r#"{"region":-5}"#),
            409,
            Some(request("PATCH", "/marks?code=eq.DE", &[SHOWN], r#"{"region":null,"vat":3}"#)),
        ),
        // The same in a statement whose rows are asked for as something that nobody makes.
        (request("PATCH", both, &[("accept", "image/gif"), SHOWN], price), 406, None),
    ]
}
