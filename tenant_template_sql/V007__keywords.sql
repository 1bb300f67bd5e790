-- In a product file a comma parts two keywords, and blanks around one are none of it: so a keyword has neither, and
-- comes back from an export as it was.
update products set keywords = array(
        select word
        from unnest(keywords) with ordinality as k (keyword, place),
            regexp_split_to_table(keyword, '\s*,\s*') with ordinality as w (part, nth),
            regexp_replace(part, '^\s+|\s+$', '', 'g') as word
        where word <> '' order by place, nth limit 50)
    where array_to_string(keywords, chr(31)) ~ ',|(^|\u001f)\s|\s(\u001f|$)';
alter table products add constraint products_keywords_file_check
    check (array_to_string(keywords, chr(31)) !~ ',|(^|\u001f)\s|\s(\u001f|$)');
