-- Search. Row security switches off indexes whose operators are not leakproof (text search, trigrams), so searching is
-- done by definer functions which carry the condition of the policy they step around. Words are folded (lower case,
-- no accents) and stemmed in the language of the row. No column holds the vectors: `select *` would send them.

create function fold_text(value text) returns text
language sql immutable strict parallel safe set search_path = ''
begin atomic
    select lower(extensions.unaccent('extensions.unaccent'::regdictionary, value));
end;
comment on function fold_text(text) is 'Lower case, accents removed: how words are compared in search.';

-- Constants, so that an index may rest on it; a language without a stemmer is searched word for word.
create function search_config(language text) returns regconfig
language sql immutable parallel safe set search_path = ''
begin atomic
    select case language
        when 'ar' then 'arabic'::regconfig     when 'ca' then 'catalan'::regconfig
        when 'da' then 'danish'::regconfig     when 'de' then 'german'::regconfig
        when 'el' then 'greek'::regconfig      when 'en' then 'english'::regconfig
        when 'es' then 'spanish'::regconfig    when 'eu' then 'basque'::regconfig
        when 'fi' then 'finnish'::regconfig    when 'fr' then 'french'::regconfig
        when 'ga' then 'irish'::regconfig      when 'hi' then 'hindi'::regconfig
        when 'hu' then 'hungarian'::regconfig  when 'hy' then 'armenian'::regconfig
        when 'id' then 'indonesian'::regconfig when 'it' then 'italian'::regconfig
        when 'lt' then 'lithuanian'::regconfig when 'ne' then 'nepali'::regconfig
        when 'nl' then 'dutch'::regconfig      when 'no' then 'norwegian'::regconfig
        when 'pt' then 'portuguese'::regconfig when 'ro' then 'romanian'::regconfig
        when 'ru' then 'russian'::regconfig    when 'sr' then 'serbian'::regconfig
        when 'sv' then 'swedish'::regconfig    when 'ta' then 'tamil'::regconfig
        when 'tr' then 'turkish'::regconfig    when 'yi' then 'yiddish'::regconfig
        else 'simple'::regconfig
    end;
end;
comment on function search_config(text) is 'The text search configuration of an ISO 639 language code.';

-- The words a product is found by: name before keywords and vendor before description. It calls no function of this
-- schema: a function inside a function is planned anew for every row.
create function product_words(config regconfig, name text, keywords text[], vendor text, description text)
returns tsvector
language sql immutable parallel safe set search_path = ''
begin atomic
    select setweight(to_tsvector(config, extensions.unaccent(dictionary, name)), 'A')
        || setweight(to_tsvector(config, extensions.unaccent(dictionary,
            array_to_string(keywords, ' ') || ' ' || coalesce(vendor, ''))), 'B')
        || setweight(to_tsvector(config, extensions.unaccent(dictionary, description)), 'C')
    from (values ('extensions.unaccent'::regdictionary)) as fixed (dictionary);
end;
comment on function product_words(regconfig, text, text[], text, text)
    is 'The weighted words a product is found by.';

-- Words of the title, of everything, and the name for typing errors. A match in the title is worth more and cheaper to
-- rank, hence two entries; one index, as each entry of a GIN index is usable by itself.
create index products_search_idx on products using gin (
    product_words(search_config(language), name, keywords, vendor, ''),
    product_words(search_config(language), name, keywords, vendor, description),
    fold_text(name) extensions.gin_trgm_ops
);

-- Every word must be there; the last one, from three letters on, may still be in the typing ("blu" finds blue).
create function search_words(language text, query text) returns tsquery
language sql immutable parallel safe set search_path = ''
begin atomic
    select case when words::text ~ '\w{3}''$' then (words::text || ':*')::tsquery else words end
    from plainto_tsquery(search_config(language), fold_text(query)) as words;
end;
comment on function search_words(text, text) is 'A shopper''s words as a text search query.';

-- Best first: article number, then title, then description, and only where these find nothing, similar names. Each
-- step takes a bounded number of candidates, and each carries `status = 'active'`. `select p` hands out whole rows: it
-- outlives a new column, a list of columns does not. The similarity that counts as a hit is set for the transaction and
-- not in the function's head: there, a role that is no superuser may name it only after pg_trgm has been loaded.
create function search_products(query text, result_limit integer default 20, result_offset integer default 0)
returns setof products
language sql stable security definer rows 20 set search_path = ''
begin atomic
    with asked as materialized (
        select left(query, 200) as raw,
            search_words(store_language(), left(query, 200)) as words,
            fold_text(left(query, 200)) as folded,
            set_config('pg_trgm.word_similarity_threshold', '0.3', true)
    ), by_number as materialized (
        select v.product_id as id, 3.0::real as score
        from asked, unnest(array[raw, upper(raw), lower(raw)]) as typed (sku), lateral (
            select product_id from variants
            where sku >= typed.sku and sku < typed.sku || chr(1114111)
            order by sku limit 50
        ) as v join products as p on p.id = v.product_id
        where char_length(raw) >= 3 and p.status = 'active'
    ), by_title as materialized (
        select p.id,
            2.0::real + ts_rank(
                product_words(search_config(p.language), p.name, p.keywords, p.vendor, ''), words, 1) as score
        from asked join products as p
            on product_words(search_config(p.language), p.name, p.keywords, p.vendor, '') @@ words
        where p.status = 'active'
        limit 500
    ), by_text as materialized (
        select p.id, 1.0::real as score
        from asked join products as p
            on product_words(search_config(p.language), p.name, p.keywords, p.vendor, p.description) @@ words
        where p.status = 'active' and (select count(*) from by_title) < 200
        limit 500
    ), by_likeness as materialized (
        select p.id, extensions.word_similarity(folded, fold_text(p.name)) as score
        from asked join products as p on folded operator(extensions.<%) fold_text(p.name)
        where p.status = 'active' and char_length(folded) >= 3
            and not exists (select from by_number) and not exists (select from by_title)
            and not exists (select from by_text)
        limit 3000
    ), found as (
        select id, max(score) as score
        from (table by_number union all table by_title union all table by_text union all table by_likeness) as each
        group by id
    )
    select p
    from found join products as p on p.id = found.id
    where p.status = 'active'
    order by found.score desc, p.is_featured desc, p.name, p.id
    limit least(greatest(coalesce(result_limit, 20), 0), 100)
    offset least(greatest(coalesce(result_offset, 0), 0), 1000);
end;
comment on function search_products(text, integer, integer)
    is 'Active products by name, article number, keywords, vendor and description, best first; at most 100 at a time.';

create index customers_search_idx on customers using gin (fold_text(name) extensions.gin_trgm_ops);

-- For members who may handle customers; anybody else gets no row. Finds by the start of an e-mail or by a similar name.
create function search_customers(query text, result_limit integer default 20, result_offset integer default 0)
returns setof customers
language sql stable security definer rows 20 set search_path = ''
begin atomic
    with asked as materialized (
        select lower(left(query, 200)) as address,
            fold_text(left(query, 200)) as folded,
            set_config('pg_trgm.word_similarity_threshold', '0.5', true)
        where (select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager')
    ), by_email as materialized (
        select c.id, 2.0::real as score
        from asked, lateral (
            select id from customers
            where email >= address and email < address || chr(1114111)
            order by email limit 500
        ) as c
        where address <> ''
    ), by_name as materialized (
        select c.id, extensions.word_similarity(folded, fold_text(c.name)) as score
        from asked join customers as c on folded operator(extensions.<%) fold_text(c.name)
        where char_length(folded) >= 3 and strpos(folded, '@') = 0
        limit 3000
    ), found as (
        select id, max(score) as score
        from (table by_email union all table by_name) as each
        group by id
    )
    select c
    from found join customers as c on c.id = found.id
    order by found.score desc, c.name, c.email, c.id
    limit least(greatest(coalesce(result_limit, 20), 0), 100)
    offset least(greatest(coalesce(result_offset, 0), 0), 1000);
end;
comment on function search_customers(text, integer, integer)
    is 'Customers by name or e-mail, best first, for members who may handle customers; at most 100 at a time.';
