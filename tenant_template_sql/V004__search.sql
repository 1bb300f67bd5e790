-- Search. Row security switches off indexes whose operators are not leakproof (text search, trigrams), so searching is
-- done by definer functions which carry the condition of the policy they step around. Words are folded (lower case,
-- no accents) and stemmed in the language of the row. No column holds the vectors: `select *` would send them.

create function fold_text(value text) returns text
language sql immutable strict parallel safe set search_path = ''
begin atomic
    select pg_catalog.lower(extensions.unaccent('extensions.unaccent'::pg_catalog.regdictionary, value));
end;
comment on function fold_text(text) is 'Lower case, accents removed: how words are compared in search.';

-- Constants, so that an index may rest on it; a language without a stemmer is searched word for word.
create function search_config(language text) returns regconfig
language sql immutable parallel safe set search_path = ''
begin atomic
    select case language
        when 'ar' then 'pg_catalog.arabic'::regconfig     when 'ca' then 'pg_catalog.catalan'::regconfig
        when 'da' then 'pg_catalog.danish'::regconfig     when 'de' then 'pg_catalog.german'::regconfig
        when 'el' then 'pg_catalog.greek'::regconfig      when 'en' then 'pg_catalog.english'::regconfig
        when 'es' then 'pg_catalog.spanish'::regconfig    when 'eu' then 'pg_catalog.basque'::regconfig
        when 'fi' then 'pg_catalog.finnish'::regconfig    when 'fr' then 'pg_catalog.french'::regconfig
        when 'ga' then 'pg_catalog.irish'::regconfig      when 'hi' then 'pg_catalog.hindi'::regconfig
        when 'hu' then 'pg_catalog.hungarian'::regconfig  when 'hy' then 'pg_catalog.armenian'::regconfig
        when 'id' then 'pg_catalog.indonesian'::regconfig when 'it' then 'pg_catalog.italian'::regconfig
        when 'lt' then 'pg_catalog.lithuanian'::regconfig when 'ne' then 'pg_catalog.nepali'::regconfig
        when 'nl' then 'pg_catalog.dutch'::regconfig      when 'no' then 'pg_catalog.norwegian'::regconfig
        when 'pt' then 'pg_catalog.portuguese'::regconfig when 'ro' then 'pg_catalog.romanian'::regconfig
        when 'ru' then 'pg_catalog.russian'::regconfig    when 'sr' then 'pg_catalog.serbian'::regconfig
        when 'sv' then 'pg_catalog.swedish'::regconfig    when 'ta' then 'pg_catalog.tamil'::regconfig
        when 'tr' then 'pg_catalog.turkish'::regconfig    when 'yi' then 'pg_catalog.yiddish'::regconfig
        else 'pg_catalog.simple'::regconfig
    end;
end;
comment on function search_config(text) is 'The text search configuration of an ISO 639 language code.';

-- The words a product is found by: name before keywords and vendor before description. It calls no function of this
-- schema: a function inside a function is planned anew for every row.
create function product_words(config regconfig, name text, keywords text[], vendor text, description text)
returns tsvector
language sql immutable parallel safe set search_path = ''
begin atomic
    select pg_catalog.setweight(pg_catalog.to_tsvector(config, extensions.unaccent(dictionary, name)), 'A')
        || pg_catalog.setweight(pg_catalog.to_tsvector(config, extensions.unaccent(dictionary,
            pg_catalog.array_to_string(keywords, ' ') || ' ' || coalesce(vendor, ''))), 'B')
        || pg_catalog.setweight(pg_catalog.to_tsvector(config, extensions.unaccent(dictionary, description)), 'C')
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

-- Every word must be there, the last one may still be in the typing ("blu" finds blue).
create function search_words(language text, query text) returns tsquery
language sql immutable parallel safe set search_path = ''
begin atomic
    select case when words::text like '%''' then (words::text || ':*')::tsquery else words end
    from pg_catalog.plainto_tsquery(search_config(language), fold_text(query)) as words;
end;
comment on function search_words(text, text) is 'A shopper''s words as a text search query.';

-- Best first: article number, then title, then description, and only where these find nothing, similar names. Each
-- step takes a bounded number of candidates. `select p` hands out whole rows: it outlives a new column, a list does not.
create function search_products(query text, result_limit integer default 20, result_offset integer default 0)
returns setof products
language sql stable parallel safe security definer rows 20
set search_path = '' set pg_trgm.word_similarity_threshold = '0.4'
begin atomic
    with asked as materialized (
        select left(query, 200) as raw,
            search_words(store_language(), left(query, 200)) as words,
            fold_text(left(query, 200)) as folded
    ), by_number as materialized (
        select v.product_id as id, 3.0::real as score
        from asked, pg_catalog.unnest(array[raw, upper(raw), lower(raw)]) as typed (sku), lateral (
            select product_id from variants
            where sku >= typed.sku and sku < typed.sku || pg_catalog.chr(1114111)
            order by sku limit 50
        ) as v
        where char_length(raw) >= 3
    ), by_title as materialized (
        select p.id, 2.0::real + ts_rank(product_words(search_config(p.language), p.name, p.keywords, p.vendor, ''), words, 1) as score
        from asked join products as p on product_words(search_config(p.language), p.name, p.keywords, p.vendor, '') @@ words
        where p.status = 'active'
        limit 500
    ), by_text as materialized (
        select p.id, 1.0::real as score
        from asked join products as p on product_words(search_config(p.language), p.name, p.keywords, p.vendor, p.description) @@ words
        where p.status = 'active' and (select count(*) from by_title) < 200
        limit 500
    ), by_likeness as materialized (
        select p.id, extensions.word_similarity(folded, fold_text(p.name)) as score
        from asked join products as p on folded operator(extensions.<%) fold_text(p.name)
        where p.status = 'active'
            and not exists (select from by_number) and not exists (select from by_title)
            and not exists (select from by_text)
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
    is 'Active products found by name, article number, keywords, vendor and description, best first; forgives typing errors. At most 100 at a time.';

create index customers_search_idx on customers
    using gin (fold_text(coalesce(name, '') || ' ' || coalesce(email, '')) extensions.gin_trgm_ops);

-- For members who may handle customers; anybody else gets no row. Every word of the query must stand in name or e-mail,
-- in any order; a word with a typing error still finds its like, after the exact ones.
create function search_customers(query text, result_limit integer default 20, result_offset integer default 0)
returns setof customers
language sql stable parallel safe security definer rows 20
set search_path = '' set pg_trgm.word_similarity_threshold = '0.5'
begin atomic
    with asked as materialized (
        select fold_text(left(query, 200)) as folded
        where (select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager')
    )
    select c
    from asked join customers as c
        on folded operator(extensions.<%) fold_text(coalesce(c.name, '') || ' ' || coalesce(c.email, ''))
    order by extensions.word_similarity(folded, fold_text(coalesce(c.name, '') || ' ' || coalesce(c.email, ''))) desc,
        c.name, c.id
    limit least(greatest(coalesce(result_limit, 20), 0), 100)
    offset least(greatest(coalesce(result_offset, 0), 0), 1000);
end;
comment on function search_customers(text, integer, integer)
    is 'Customers by name or e-mail, best first, for members who may handle customers. At most 100 at a time.';
