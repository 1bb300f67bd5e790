// An owner's own front end, by an unchanged supabase-js alone: it signs in at the platform, and
// manages a catalog at the store's address. What it may not do is refused, and leaves nothing.
//
//   node writing.mjs ADDRESS PUBLISHABLE_KEY SLUG EMAIL PASSWORD
import assert from 'node:assert/strict'
import { createClient } from '@supabase/supabase-js'

const [address, key, slug, email, password] = process.argv.slice(2)
const options = (name) => ({
  auth: { persistSession: false, autoRefreshToken: false, storageKey: name },
})
const say = (line) => console.log(line)
const good = async (builder) => {
  const answer = await builder
  assert.equal(answer.error, null, JSON.stringify(answer.error))
  return answer
}

const platform = createClient(address, key, options('platform'))
const { data: signed } = await good(platform.auth.signInWithPassword({ email, password }))
const shop = createClient(`${address}/s/${slug}`, key, {
  ...options('owner'),
  accessToken: async () => signed.session.access_token,
})
const anyone = createClient(`${address}/s/${slug}`, key, options('anyone'))
const count = async (table) =>
  (await good(shop.from(table).select('*', { count: 'exact', head: true }))).count

// A tree of categories, in one request, with its answer.
const { data: [lamps, desk], status } = await good(
  shop
    .from('categories')
    .insert([
      { name: 'Lamps', slug: 'lamps' },
      { name: 'Desk lamps', slug: 'desk-lamps' },
    ])
    .select('id, name'),
)
assert.equal(status, 201)
await good(shop.from('categories').update({ parent_id: lamps.id }).eq('id', desk.id))
say('categories: two in one request, one moved under the other')

// A product with its parts, read back with all of them.
const { data: lamp } = await good(
  shop
    .from('products')
    .insert({
      name: 'Brass lamp', slug: 'brass-lamp', price_minor: 12_900, status: 'active',
      category_id: desk.id, option_names: ['Colour'], custom_fields: { watts: 40 },
    })
    .select('id, slug, created_at, category:categories(name, slug)')
    .single(),
)
assert.deepEqual(lamp.category, { name: 'Desk lamps', slug: 'desk-lamps' })
const { data: variants } = await good(
  shop
    .from('variants')
    .insert(
      ['Gold', 'Black', 'Grün 🏮'].map((colour, n) => ({
        product_id: lamp.id, position: n + 1, option_values: [colour], price_minor: 12_900 + n,
        sku: `LAMP-${n}`,
      })),
    )
    .select('id, sku, option_values, products(slug)')
    .order('sku'),
)
assert.equal(variants.length, 3)
assert.deepEqual(variants[2].option_values, ['Grün 🏮'])
assert.equal(variants[0].products.slug, 'brass-lamp')
await good(shop.from('product_images').insert({
  product_id: lamp.id, position: 1, url: 'https://example.com/lamp.jpg', alt: 'A lamp',
}))
const { data: whole } = await good(
  shop
    .from('products')
    .select('name, variants(sku, price_minor), product_images(url, alt), categories!inner(slug)')
    .eq('categories.slug', 'desk-lamps')
    .order('sku', { referencedTable: 'variants' })
    .single(),
)
assert.deepEqual(whole.variants.map((v) => v.sku), ['LAMP-0', 'LAMP-1', 'LAMP-2'])
assert.equal(whole.product_images[0].alt, 'A lamp')
say('products: one with variants and a picture, read with its category')

// Many at once; again with changes, by slug; and again where what is there stays.
const many = Array.from({ length: 200 }, (_, n) => ({
  name: `Bulb ${n}`, slug: `bulb-${n}`, price_minor: 100 + n, status: n % 2 ? 'active' : 'draft',
}))
const before = await count('products')
await good(shop.from('products').insert(many))
const dearer = many.slice(0, 50).map((bulb) => ({ ...bulb, price_minor: bulb.price_minor + 1_000 }))
const { data: changed } = await good(
  shop.from('products').upsert(dearer, { onConflict: 'slug' }).select('slug, price_minor'),
)
assert.equal(changed.length, 50)
assert.ok(changed.every((bulb) => bulb.price_minor >= 1_100))
const { data: kept } = await good(
  shop
    .from('products')
    .upsert([{ ...many[0], name: 'Not this' }, { name: 'New', slug: 'new', price_minor: 1, status: 'draft' }], {
      onConflict: 'slug', ignoreDuplicates: true,
    })
    .select('slug'),
)
assert.deepEqual(kept, [{ slug: 'new' }])
assert.equal(await count('products'), before + 201)
const { data: withDefaults } = await good(
  shop
    .from('products')
    .insert([{ name: 'A', slug: 'a-1', price_minor: 5 }, { name: 'B', slug: 'b-1', price_minor: 5, status: 'active' }], {
      defaultToNull: false,
    })
    .select('slug, status')
    .order('slug'),
)
assert.deepEqual(withDefaults, [
  { slug: 'a-1', status: 'draft' },
  { slug: 'b-1', status: 'active' },
])
say('products: 200 at once, 50 of them upserted, one kept as it was')

// A change that fails leaves nothing; the error says what was wrong.
const total = await count('products')
const broken = await shop.from('products').insert([
  { name: 'Good', slug: 'good', price_minor: 1 },
  { name: 'Bad', slug: 'Not A Slug', price_minor: 1 },
])
assert.equal(broken.error.code, '23514')
assert.match(broken.error.message, /products_slug_check/)
const twice = await shop.from('products').insert({ name: 'x', slug: 'new', price_minor: 1 })
assert.deepEqual([twice.status, twice.error.code], [409, '23505'])
const unknown = await shop.from('products').insert({ nam: 'x' })
assert.equal(unknown.error.code, 'PGRST204')
assert.equal(await count('products'), total)

// Changes and removals, with what they touched; none without a filter.
const { data: updated, count: touched } = await good(
  shop
    .from('products')
    .update({ status: 'archived' }, { count: 'exact' })
    .like('slug', 'bulb-1%')
    .select('slug, status'),
)
assert.equal(touched, 111)
assert.ok(updated.every((bulb) => bulb.status === 'archived'))
const tooMany = await shop.from('products').update({ vendor: 'x' }).like('slug', 'bulb-%').maxAffected(5)
assert.equal(tooMany.error.code, 'PGRST124')
for (const all of [shop.from('products').delete(), shop.from('products').update({ vendor: 'x' })]) {
  assert.equal((await all).error.code, '21000')
}
const one = await shop.from('products').update({ vendor: 'y' }).like('slug', 'bulb-2%').select().single()
assert.equal(one.error.code, 'PGRST116')
const { data: untouched } = await good(shop.from('products').select('slug').eq('vendor', 'y'))
assert.deepEqual(untouched, [], 'what was not one row was taken back')
const { data: gone } = await good(
  shop.from('products').delete().like('slug', 'bulb-%').select('slug', { count: 'exact' }),
)
assert.equal(gone.length, 200)
say('products: 111 archived, 200 removed, none without a filter')

// Functions, with filters and selection on their rows; customers are for who may see them.
const { data: hits } = await good(
  shop.rpc('search_products', { query: 'brass' }).select('slug, variants(sku)').limit(5),
)
assert.equal(hits[0].slug, 'brass-lamp')
assert.equal(hits[0].variants.length, 3)
const { data: byGet } = await good(
  anyone.rpc('search_products', { query: 'lamp', result_limit: 3 }, { get: true }).select('slug'),
)
assert.deepEqual(byGet, [{ slug: 'brass-lamp' }])
const { data: nobody } = await good(shop.rpc('search_customers', { query: 'sam' }).select('id'))
assert.deepEqual(nobody, [])
assert.equal((await anyone.rpc('search_customers', { query: 'sam' })).status, 401)
const wrong = await shop.rpc('search_products', { question: 'x' })
assert.equal(wrong.error.code, 'PGRST202')
say('functions: the search, by POST and GET, with embeds')

// The rest of the catalog: a collection, a page, settings, a discount, a place.
const { data: collection } = await good(
  shop.from('collections').insert({ name: 'New in', slug: 'new-in' }).select('id').single(),
)
await good(shop.from('collection_items').insert({ collection_id: collection.id, product_id: lamp.id, position: 1 }))
const { data: shown } = await good(
  anyone.from('collections').select('slug, products(slug)').eq('slug', 'new-in').single(),
)
assert.deepEqual(shown.products, [{ slug: 'brass-lamp' }])
await good(shop.from('pages').upsert({ title: 'About', slug: 'about-us', status: 'published', sections: [] }, { onConflict: 'slug' }))
await good(shop.from('settings').upsert({ key: 'front.motto', value: { text: '«Licht»' }, is_public: true }))
const { data: motto } = await good(anyone.from('settings').select('value->>text').eq('key', 'front.motto').single())
assert.equal(motto.text, '«Licht»')
const { data: code } = await good(
  shop.from('discounts').insert({ code: 'WELCOME', name: 'Welcome', kind: 'percent', percent_bps: 1_000 }).select().single(),
)
assert.equal(code.percent_bps, 1_000)
assert.equal((await anyone.from('discounts').select()).error.code, '42501')

// State is for verbs, whoever asks; nobody in particular writes nothing.
for (const table of ['customers', 'addresses', 'reviews']) {
  const refused = await shop.from(table).insert({})
  assert.deepEqual([refused.status, refused.error.code], [403, '42501'], table)
}
const stranger = await anyone.from('products').insert({ name: 'x', slug: 'x', price_minor: 1 })
assert.deepEqual([stranger.status, stranger.error.code], [401, '42501'])
const { data: catalog } = await good(anyone.from('products').select('slug').order('slug'))
assert.deepEqual(catalog.map((product) => product.slug), ['b-1', 'brass-lamp'])
say('the story holds')
