// Every way of reading that supabase-js has a word for, once, at a store's address: an owner fills a
// small catalog by the same client, and a shopper reads it.
//
//   node reading.mjs ADDRESS PUBLISHABLE_KEY
import assert from 'node:assert/strict'
import { createClient } from '@supabase/supabase-js'

const [address, publishable] = process.argv.slice(2)
const store = `${address}/s/reading`
const client = (url, headers = {}) =>
  createClient(url, publishable, {
    auth: { persistSession: false, autoRefreshToken: false, storageKey: url },
    global: { headers },
  })

const shop = client(store)
const from = (table) => shop.from(table)
/** What is read without an error. */
const read = async (query) => {
  const { data, error } = await query
  assert.equal(error, null, JSON.stringify(error))
  return data
}
const slugs = async (query) => (await read(query)).map((row) => row.slug)
/** How a read is refused. */
const refusal = async (query) => {
  const { data, error, status } = await query
  assert.equal(data, null)
  return [status, error.code, error]
}
const told = []
/** One feature, by its name. */
const feature = async (name, check) => {
  await check()
  told.push(name)
}

async function api(token, method, route, body) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const response = await fetch(`${address}${route}`, { method, headers, body: JSON.stringify(body) })
  assert.ok(response.ok, `${route}: ${response.status} ${await response.text()}`)
}

/** Five products in a tree of categories, two collections. */
async function fill() {
  const { data, error } = await client(address).auth.signUp({ email: 'reading@example.com', password: 'a-good-password-1' })
  assert.equal(error, null)
  const token = data.session.access_token
  await api(token, 'POST', '/v1/stores', { name: 'reading', slug: 'reading', currency: 'EUR' })
  const owner = client(store, { authorization: `Bearer ${token}` })
  const add = async (table, rows) => {
    const added = await owner.from(table).insert(rows, { defaultToNull: false }).select()
    assert.equal(added.error, null, JSON.stringify(added.error))
    return added.data
  }
  const [wear] = await add('categories', { name: 'Wear', slug: 'wear' })
  const [shoes] = await add('categories', { name: 'Shoes', slug: 'shoes', parent_id: wear.id })
  const rows = [
    ['boot', 'Walking boot', shoes.id, 9000, ['leather', 'winter'], { grade: { stars: 5 }, tags: ['a', 'b'] }, 'Acme'],
    ['sandal', 'Summer sandal', shoes.id, 3000, ['summer'], { grade: { stars: 3 }, tags: ['b'] }, null],
    ['hat', 'Woollen hat', wear.id, 2000, ['winter'], {}, 'Bold'],
    ['scarf', 'Silk scarf, red', wear.id, 4000, [], { grade: { stars: 4 } }, 'Acme'],
    ['gift', 'Gift (any size)', null, 1000, ['summer', 'winter'], {}, null],
  ].map(([slug, name, category_id, price_minor, keywords, custom_fields, vendor]) => ({
    slug, name, category_id, price_minor, keywords, custom_fields, vendor, status: 'active',
  }))
  const products = await add('products', rows)
  const id = Object.fromEntries(products.map((product) => [product.slug, product.id]))
  await add('variants', [
    { product_id: id.boot, sku: 'B-40', price_minor: 9000, position: 2, option_values: ['40'] },
    { product_id: id.boot, sku: 'B-41', price_minor: 9500, position: 1, option_values: ['41'] },
    { product_id: id.hat, sku: 'H', price_minor: 2000 },
  ])
  await add('product_images', [
    { product_id: id.boot, position: 2, url: '/two.png' },
    { product_id: id.boot, position: 1, url: '/one.png' },
  ])
  const [sale, fresh] = await add('collections', [{ name: 'Sale', slug: 'sale' }, { name: 'New', slug: 'new' }])
  await add('collection_items', [
    { collection_id: sale.id, product_id: id.boot, position: 1 },
    { collection_id: sale.id, product_id: id.hat, position: 2 },
    { collection_id: fresh.id, product_id: id.hat, position: 1 },
  ])
  await api(token, 'POST', '/v1/stores/reading/publish', {})
  return owner
}

async function columns() {
  await feature('columns, alias, cast', async () => {
    const [row] = await read(from('products').select('title:name, price_minor::text').eq('slug', 'boot'))
    assert.deepEqual(row, { title: 'Walking boot', price_minor: '9000' })
  })
  await feature('JSON paths', async () => {
    const [row] = await read(
      from('products').select('custom_fields->grade->stars, first:custom_fields->tags->>0').eq('slug', 'boot'),
    )
    assert.deepEqual(row, { stars: 5, first: 'a' })
    assert.deepEqual(await slugs(from('products').select('slug').eq('custom_fields->grade->>stars', '4')), ['scarf'])
    const ordered = from('products').select('slug').not('custom_fields->grade', 'is', null)
    assert.deepEqual(await slugs(ordered.order('custom_fields->grade->stars')), ['sandal', 'scarf', 'boot'])
  })
  await feature('casts that look names up are refused', async () => {
    for (const type of ['regclass', 'regnamespace', 'regproc', 'regrole', 'oid', 'tenant_other.products']) {
      const [status, code] = await refusal(from('products').select(`slug::${type}`))
      assert.equal(status, 400, type)
      assert.ok(['42704', 'PGRST100'].includes(code), `${type}: ${code}`)
    }
  })
}

async function embeds() {
  const boot = (select) => read(from('products').select(select).eq('slug', 'boot').single())
  await feature('embeds: to one, to many, through a junction', async () => {
    const row = await boot('categories(slug), variants(sku), collections(slug)')
    assert.deepEqual(row.categories, { slug: 'shoes' })
    assert.deepEqual(row.variants.map((v) => v.sku).sort(), ['B-40', 'B-41'])
    assert.deepEqual(row.collections, [{ slug: 'sale' }])
  })
  await feature('embeds: to any depth, under an alias, empty', async () => {
    const row = await read(
      from('collections').select('slug, what:products(slug, kind:categories(slug, products(slug))), collection_items()')
        .eq('slug', 'new').single(),
    )
    assert.equal(row.what[0].kind.slug, 'wear')
    assert.deepEqual(row.what[0].kind.products.map((p) => p.slug).sort(), ['hat', 'scarf'])
    assert.equal('collection_items' in row, false)
  })
  await feature('embeds: hints by constraint, column and table', async () => {
    for (const hint of ['categories!products_category_id_fkey', 'categories!category_id', 'category_id']) {
      const row = await boot(`c:${hint}(slug)`)
      assert.deepEqual(row.c, { slug: 'shoes' }, hint)
    }
    const row = await boot('collections!collection_items(slug)')
    assert.deepEqual(row.collections, [{ slug: 'sale' }])
  })
  await feature('embeds: !inner and !left', async () => {
    const inner = from('products').select('slug, variants!inner(sku)').order('slug')
    assert.deepEqual(await slugs(inner), ['boot', 'hat'])
    const left = from('products').select('slug, variants!left(sku)')
    assert.equal((await read(left)).length, 5)
    const narrowed = from('products').select('slug, variants!inner(sku)').eq('variants.sku', 'B-41')
    assert.deepEqual(await read(narrowed), [{ slug: 'boot', variants: [{ sku: 'B-41' }] }])
  })
  await feature('embeds: filters, order, limit and offset of their own', async () => {
    const row = await read(
      from('products').select('variants(sku), product_images(url)').eq('slug', 'boot')
        .gt('variants.price_minor', 9000)
        .order('position', { referencedTable: 'product_images' })
        .limit(1, { referencedTable: 'product_images' }).single(),
    )
    assert.deepEqual(row, { variants: [{ sku: 'B-41' }], product_images: [{ url: '/one.png' }] })
    const second = await read(
      from('products').select('product_images(url)').eq('slug', 'boot')
        .order('position', { referencedTable: 'product_images' })
        .range(1, 1, { referencedTable: 'product_images' }).single(),
    )
    assert.deepEqual(second.product_images, [{ url: '/two.png' }])
    const either = from('products').select('variants(sku)').eq('slug', 'boot')
      .or('sku.eq.B-40,price_minor.lt.1', { referencedTable: 'variants' })
    assert.deepEqual((await read(either))[0].variants, [{ sku: 'B-40' }])
  })
  await feature('embeds: null filters', async () => {
    const without = from('products').select('slug, variants()').is('variants', null).order('slug')
    assert.deepEqual(await slugs(without), ['gift', 'sandal', 'scarf'])
    const having = from('products').select('slug, variants()').not('variants', 'is', null).order('slug')
    assert.deepEqual(await slugs(having), ['boot', 'hat'])
  })
  await feature('embeds: spread, to one and to many', async () => {
    const row = await boot('slug, ...categories(category:slug), ...variants(skus:sku)')
    assert.equal(row.category, 'shoes')
    assert.deepEqual(row.skus.sort(), ['B-40', 'B-41'])
  })
  await feature('embeds: a table of itself', async () => {
    const shoes = await read(from('categories').select('slug, parent:parent_id(slug)').eq('slug', 'shoes').single())
    assert.deepEqual(shoes.parent, { slug: 'wear' })
  })
  await feature('embeds: none and too many are told', async () => {
    const [status, code, error] = await refusal(from('products').select('pages(slug)'))
    assert.deepEqual([status, code], [400, 'PGRST200'])
    assert.ok(!JSON.stringify(error).includes('tenant_') || JSON.stringify(error).includes('tenant_reading'))
    const deep = 'categories('.repeat(17) + 'slug' + ')'.repeat(17)
    assert.equal((await refusal(from('products').select(deep)))[0], 400)
    const wide = Array.from({ length: 65 }, (_, n) => `v${n}:variants(sku)`).join()
    assert.deepEqual((await refusal(from('products').select(wide))).slice(0, 2), [400, 'PGRSTX02'])
  })
}

async function filters() {
  const p = () => from('products').select('slug').order('slug')
  const is = async (query, wanted) => assert.deepEqual(await slugs(query), wanted)
  await feature('filters: comparisons', async () => {
    await is(p().eq('slug', 'hat'), ['hat'])
    await is(p().neq('vendor', 'Acme'), ['hat'])
    await is(p().gt('price_minor', 4000), ['boot'])
    await is(p().gte('price_minor', 4000).lt('price_minor', 9000), ['scarf'])
    await is(p().lte('price_minor', 1000), ['gift'])
    await is(p().in('slug', ['hat', 'boot', 'a"b,(c)']), ['boot', 'hat'])
    await is(p().isDistinct('vendor', 'Acme'), ['gift', 'hat', 'sandal'])
    await is(p().match({ vendor: 'Acme', slug: 'scarf' }), ['scarf'])
  })
  await feature('filters: is', async () => {
    await is(p().is('vendor', null), ['gift', 'sandal'])
    await is(p().not('vendor', 'is', null), ['boot', 'hat', 'scarf'])
    await is(p().is('is_featured', false).limit(1), ['boot'])
    await is(p().filter('vendor', 'is', 'not_null'), ['boot', 'hat', 'scarf'])
  })
  await feature('filters: patterns', async () => {
    await is(p().like('name', '%boot'), ['boot'])
    await is(p().ilike('name', '%BOOT'), ['boot'])
    await is(p().filter('name', 'match', '^S'), ['sandal', 'scarf'])
    await is(p().filter('name', 'imatch', '^s'), ['sandal', 'scarf'])
    await is(p().likeAnyOf('name', ['Walk%', 'Silk%']), ['boot', 'scarf'])
    await is(p().likeAllOf('name', ['S%', '%l']), ['sandal'])
    await is(p().ilikeAnyOf('name', ['walk%', 'silk%']), ['boot', 'scarf'])
    await is(p().ilikeAllOf('name', ['s%', '%L']), ['sandal'])
    await is(p().filter('price_minor', 'eq(any)', '{1000,2000}'), ['gift', 'hat'])
    await is(p().filter('price_minor', 'gt(all)', '{1000,3000}'), ['boot', 'scarf'])
  })
  await feature('filters: arrays and JSON', async () => {
    await is(p().contains('keywords', ['summer', 'winter']), ['gift'])
    await is(p().containedBy('keywords', ['winter', 'leather']), ['boot', 'hat', 'scarf'])
    await is(p().overlaps('keywords', ['leather', 'summer']), ['boot', 'gift', 'sandal'])
    await is(p().contains('custom_fields', { grade: { stars: 5 } }), ['boot'])
  })
  await feature('filters: ranges are asked of ranges only', async () => {
    for (const query of [
      p().rangeGt('price_minor', '[1,2)'), p().rangeGte('price_minor', '[1,2)'), p().rangeLt('price_minor', '[1,2)'),
      p().rangeLte('price_minor', '[1,2)'), p().rangeAdjacent('price_minor', '[1,2)'),
    ]) {
      const [status, code] = await refusal(query)
      assert.ok(status < 500, `${status} ${code}`)
    }
  })
  await feature('filters: full text', async () => {
    await is(p().textSearch('name', 'walk', { config: 'english' }), ['boot'])
    await is(p().textSearch('name', 'walking boots', { config: 'english', type: 'plain' }), ['boot'])
    await is(p().textSearch('name', 'silk scarf', { config: 'english', type: 'phrase' }), ['scarf'])
    await is(p().textSearch('name', 'hat or boot -silk', { config: 'english', type: 'websearch' }), ['boot', 'hat'])
  })
  await feature('filters: and, or, not', async () => {
    await is(p().or('slug.eq.hat,and(price_minor.gt.3000,vendor.eq.Acme)'), ['boot', 'hat', 'scarf'])
    await is(p().or('name.eq."Silk scarf, red",name.eq."Gift (any size)"'), ['gift', 'scarf'])
    await is(p().or('not.and(price_minor.gt.1000,slug.neq.hat)'), ['gift', 'hat'])
    await is(p().not('slug', 'in', '(hat,boot,gift)'), ['sandal', 'scarf'])
  })
}

async function rows() {
  const p = () => from('products').select('slug')
  await feature('order: direction, nulls, several, by an embedded column', async () => {
    const nulls = p().order('vendor', { ascending: false, nullsFirst: true }).order('slug')
    assert.deepEqual(await slugs(nulls), ['gift', 'sandal', 'hat', 'boot', 'scarf'])
    const last = p().order('vendor', { nullsFirst: false }).order('slug', { ascending: false })
    assert.deepEqual(await slugs(last), ['scarf', 'boot', 'hat', 'sandal', 'gift'])
    const related = from('products').select('slug, categories(slug)').not('category_id', 'is', null)
    assert.deepEqual(await slugs(related.order('categories(slug)').order('slug')), ['boot', 'sandal', 'hat', 'scarf'])
  })
  await feature('limit, range, and the counts of all rows', async () => {
    assert.deepEqual(await slugs(p().order('slug').limit(2)), ['boot', 'gift'])
    for (const count of ['exact', 'planned', 'estimated']) {
      const page = await from('products').select('slug', { count }).order('slug').range(1, 2)
      assert.equal(page.error, null)
      assert.deepEqual(page.data.map((row) => row.slug), ['gift', 'hat'])
      if (count === 'planned') assert.ok(page.count >= 1, `${page.count}`)
      else assert.equal(page.count, 5, count)
    }
    const head = await from('products').select('*', { count: 'exact', head: true }).gt('price_minor', 2000)
    assert.deepEqual([head.count, head.data, head.error], [3, null, null])
    const beyond = await from('products').select('slug', { count: 'exact' }).range(9, 12)
    assert.deepEqual([beyond.status, beyond.error.code], [416, 'PGRST103'])
  })
  await feature('single, maybeSingle', async () => {
    assert.deepEqual(await read(p().eq('slug', 'hat').single()), { slug: 'hat' })
    assert.deepEqual((await refusal(p().single())).slice(0, 2), [406, 'PGRST116'])
    assert.equal(await read(p().eq('slug', 'nothing').maybeSingle()), null)
  })
  await feature('CSV, and objects without nulls', async () => {
    const csv = await read(from('products').select('slug,vendor').order('slug').limit(2).csv())
    assert.equal(csv, 'slug,vendor\nboot,Acme\ngift,')
    const stripped = await read(from('products').select('slug,vendor').eq('slug', 'gift').stripNulls())
    assert.deepEqual(stripped, [{ slug: 'gift' }])
    const one = await read(from('products').select('slug,vendor').eq('slug', 'gift').single().stripNulls())
    assert.deepEqual(one, { slug: 'gift' })
  })
  await feature('a time zone, and preferences that are not known', async () => {
    const at = (prefer) => fetch(`${store}/rest/v1/products?select=created_at&limit=1`, { headers: { apikey: publishable, prefer } })
    const tokyo = await at('timezone=Asia/Tokyo')
    assert.equal(tokyo.headers.get('preference-applied'), 'timezone=Asia/Tokyo')
    assert.match((await tokyo.json())[0].created_at, /\+09:00$/)
    const strict = await at('handling=strict, no-such=thing')
    assert.deepEqual([strict.status, (await strict.json()).code], [400, 'PGRST122'])
  })
}

async function functions() {
  const search = (words, options) => shop.rpc('search_products', { query: words }, options)
  await feature('functions: POST, GET and HEAD', async () => {
    for (const options of [{}, { get: true }]) {
      assert.deepEqual(await slugs(search('boot', options)), ['boot'])
    }
    const counted = await search('boot', { get: true, count: 'exact' })
    assert.equal(counted.count, 1)
    const head = await search('boot', { head: true, count: 'exact' })
    assert.deepEqual([head.count, head.error], [1, null])
  })
  await feature('functions: select, filter, order, limit, embed of what they answer', async () => {
    const found = search('walking', { get: true }).select('slug, categories(slug), variants(sku)').eq('vendor', 'Acme')
    const [row] = await read(found.order('slug').limit(1))
    assert.deepEqual([row.slug, row.categories.slug, row.variants.length], ['boot', 'shoes', 2])
  })
  await feature('functions: unknown names and arguments', async () => {
    assert.deepEqual((await refusal(shop.rpc('no_such_function'))).slice(0, 2), [404, 'PGRST202'])
    assert.deepEqual((await refusal(shop.rpc('search_products', { nonsense: 1 }))).slice(0, 2), [404, 'PGRST202'])
  })
}

async function refusals() {
  await feature('schemas: this store by its names, and no other', async () => {
    for (const name of ['public', 'tenant_reading']) {
      assert.equal((await read(shop.schema(name).from('products').select('slug'))).length, 5, name)
    }
    const [status, code, error] = await refusal(shop.schema('tenant_other').from('products').select('slug'))
    assert.deepEqual([status, code, error.hint], [406, 'PGRST106', null])
  })
  await feature('names that are not there', async () => {
    const [status, code, error] = await refusal(from('product').select('slug'))
    assert.deepEqual([status, code], [404, 'PGRST205'])
    assert.equal(error.hint, "Perhaps you meant the table 'tenant_reading.products'")
    assert.deepEqual((await refusal(from('products').select('nothing'))).slice(0, 2), [400, '42703'])
    for (const other of ['stores', 'users', 'pg_class', 'refinery_schema_history', 'shared.stores', 'auth.users']) {
      const [hidden] = await refusal(from(other).select('*'))
      assert.ok(hidden === 404 || hidden === 401, `${other}: ${hidden}`)
    }
  })
  await feature('what is off, is off', async () => {
    assert.deepEqual((await refusal(from('products').select('price_minor.sum()'))).slice(0, 2), [400, 'PGRST123'])
    const explained = await from('products').select('slug').explain()
    assert.deepEqual([explained.status, explained.error.code], [406, 'PGRST107'])
  })
  await feature('values that do not fit', async () => {
    assert.deepEqual((await refusal(from('products').select('slug').eq('id', 'no-uuid'))).slice(0, 2), [400, '22P02'])
    assert.deepEqual((await refusal(from('products').select('slug').or('(('))).slice(0, 2), [400, 'PGRST100'])
  })
  await feature('the description of the store', async () => {
    const root = await fetch(`${store}/rest/v1/`, { headers: { apikey: publishable } })
    const { paths } = await root.json()
    assert.ok('/products' in paths && '/rpc/search_products' in paths)
    assert.ok(!('/customers' in paths), 'what a role may not read is not described to it')
  })
}

/** A page has at most a thousand rows, whatever is asked. */
async function aThousandRows(owner) {
  await feature('a limit of rows', async () => {
    const many = Array.from({ length: 1005 }, (_, n) => ({ slug: `many-${n}`, name: `Many ${n}`, status: 'active' }))
    const added = await owner.from('products').insert(many)
    assert.equal(added.error, null, JSON.stringify(added.error))
    const all = await from('products').select('slug', { count: 'exact' }).limit(5000)
    assert.deepEqual([all.data.length, all.count, all.status], [1000, 1010, 206])
    const guess = await from('products').select('slug', { count: 'estimated' }).limit(1)
    assert.ok(guess.count > 1000 || guess.count === 1010, `${guess.count}`)
  })
}

const owner = await fill()
await columns()
await embeds()
await filters()
await rows()
await functions()
await refusals()
await aThousandRows(owner)
for (const name of told) console.log(name)
console.log('the story holds')
