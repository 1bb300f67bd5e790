-- A product's price is its lowest variant's, whoever writes: members through REST as well as verbs. These are the only
-- triggers that touch a table (README); they name it through the schema of the table they fire on, so a rename changes
-- nothing. They run with the rights of whoever writes: who may write variants may write products.

-- Runs once a statement, whatever the number of rows; a statement that changes no price costs a comparison. The
-- products are locked before prices are read, in a statement of its own: two members who change two variants of one
-- product follow each other, and the second one sees what the first has done.
create function keep_lowest_price() returns trigger
language plpgsql set search_path = '' as $$
declare
    touched uuid[];
begin
    if tg_op = 'INSERT' then
        touched := array(select distinct product_id from after_rows);
    elsif tg_op = 'DELETE' then
        touched := array(select distinct product_id from before_rows);
    else
        touched := array(
            select product_id from (select id, product_id, price_minor from after_rows
                                    except select id, product_id, price_minor from before_rows) as came
            union
            select product_id from (select id, product_id, price_minor from before_rows
                                    except select id, product_id, price_minor from after_rows) as went);
    end if;
    if touched = '{}' then
        return null;
    end if;
    execute pg_catalog.format(
        'select from %I.products where id = any ($1) order by id for no key update', tg_table_schema) using touched;
    execute pg_catalog.format(
        'update %1$I.products as p set price_minor = v.lowest
           from (select product_id, min(price_minor) as lowest from %1$I.variants
                  where product_id = any ($1) group by product_id) as v
          where p.id = v.product_id and p.price_minor <> v.lowest', tg_table_schema) using touched;
    return null;
end
$$;
comment on function keep_lowest_price() is 'Makes products.price_minor the lowest of the variants that were written.';

-- A price that a member sets on the product itself holds while it has no variant, and is refused afterwards: it would
-- be another's than the one that is paid. Verbs write both, and keep_lowest_price has the last word.
create function refuse_own_price() returns trigger
language plpgsql set search_path = '' as $$
declare
    lowest bigint;
begin
    execute pg_catalog.format('select min(price_minor) from %I.variants where product_id = $1', tg_table_schema)
        into lowest using new.id;
    if new.price_minor <> lowest then
        raise exception 'a product''s price_minor is the lowest of its variants''' using
            errcode = '23514', schema = tg_table_schema, table = tg_table_name, column = 'price_minor',
            constraint = 'products_price_minor_lowest', hint = 'Change price_minor of its variants.';
    end if;
    return new;
end
$$;
comment on function refuse_own_price() is 'Refuses a price of a product that is not the lowest of its variants.';

revoke execute on function keep_lowest_price(), refuse_own_price() from public;

create trigger keep_lowest_price_insert after insert on variants
    referencing new table as after_rows for each statement execute function keep_lowest_price();
create trigger keep_lowest_price_update after update on variants
    referencing old table as before_rows new table as after_rows
    for each statement execute function keep_lowest_price();
create trigger keep_lowest_price_delete after delete on variants
    referencing old table as before_rows for each statement execute function keep_lowest_price();
create trigger refuse_own_price before update on products for each row
    when (new.price_minor <> old.price_minor and current_user = 'authenticated' and pg_trigger_depth() = 0)
    execute function refuse_own_price();

-- What was written before.
update products as p set price_minor = v.lowest
    from (select product_id, min(price_minor) as lowest from variants group by product_id) as v
    where p.id = v.product_id and p.price_minor <> v.lowest;
