// The main job as an unchanged supabase-js lives it: an owner signs up, names a store, imports a
// real Shopify file and publishes; a shopper reads the products at the store's address; strangers
// get nowhere. Told once for each of the three files.
//
//   node story.mjs ADDRESS PUBLISHABLE_KEY SECRET_KEY FOLDER_OF_CSV_FILES
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { createClient } from '@supabase/supabase-js'

const [address, publishable, secret, folder] = process.argv.slice(2)
const files = ['apparel.csv', 'home-and-garden.csv', 'jewelery.csv']

const say = (line) => console.log(line)
const client = (url, key = publishable) =>
  createClient(url, key, { auth: { persistSession: false, autoRefreshToken: false, storageKey: url } })

async function api(token, method, route, body, headers = {}) {
  const isText = typeof body === 'string'
  const response = await fetch(`${address}${route}`, {
    method,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { 'content-type': isText ? 'text/csv' : 'application/json' }),
      ...headers,
    },
    body: body === undefined ? undefined : isText ? body : JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, body: text ? JSON.parse(text) : null }
}

async function signUp(email) {
  const auth = client(address).auth
  const { data, error } = await auth.signUp({ email, password: 'a-good-password-1' })
  assert.equal(error, null)
  assert.equal(data.user.email, email)
  const again = await auth.signInWithPassword({ email, password: 'a-good-password-1' })
  assert.equal(again.error, null)
  const refreshed = await auth.refreshSession()
  assert.equal(refreshed.error, null)
  const me = await auth.getUser()
  assert.equal(me.data.user.email, email)
  return refreshed.data.session.access_token
}

async function tellStory(file, stranger) {
  const slug = `story-${path.basename(file, '.csv')}`
  const owner = await signUp(`${slug}@example.com`)
  say(`${slug}: its owner signed up`)

  const begun = performance.now()
  const made = await api(owner, 'POST', '/v1/stores', { name: slug, slug, currency: 'EUR' })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  assert.equal(made.body.schema, `tenant_${slug.replaceAll('-', '_')}`)
  say(`${slug}: live in ${(performance.now() - begun).toFixed(1)} ms, in schema ${made.body.schema}`)

  const shop = client(`${address}/s/${slug}`)
  const early = await shop.from('products').select('name')
  assert.equal(early.status, 404, 'a store that is not published is not there for strangers')

  const csv = await readFile(path.join(folder, file), 'utf8')
  const imported = await api(owner, 'POST', `/v1/stores/${slug}/products/import`, csv)
  assert.equal(imported.status, 200, JSON.stringify(imported.body))
  assert.ok(imported.body.created > 0)
  assert.deepEqual(imported.body.errors, [])
  const repeated = await api(owner, 'POST', `/v1/stores/${slug}/products/import`, csv)
  assert.equal(repeated.body.created, 0)
  assert.equal(repeated.body.skipped, imported.body.created)
  say(`${slug}: ${imported.body.created} products imported from ${file}, a second time none`)

  await strangersTry(slug, stranger)
  const published = await api(owner, 'POST', `/v1/stores/${slug}/publish`)
  assert.equal(published.status, 200)
  assert.notEqual(published.body.published_at, null)

  const { data, error } = await shop
    .from('products')
    .select('name, slug, price_minor')
    .eq('status', 'active')
    .order('price_minor', { ascending: false })
    .limit(3)
  assert.equal(error, null)
  assert.equal(data.length, 3)
  assert.ok(data[0].price_minor >= data[2].price_minor)
  say(`${slug}: a shopper reads ${data.map((p) => `${p.name} (${p.price_minor})`).join(', ')}`)
  const one = await shop.from('products').select('*').eq('slug', data[0].slug).single()
  assert.equal(one.data.name, data[0].name)
  await developerTries(shop, slug, imported.body.created)

  await strangersWrite(slug)
  const mine = await api(owner, 'GET', '/v1/stores')
  assert.deepEqual(mine.body.stores.map((store) => store.slug), [slug])
  return slug
}

/** What a storefront developer does first. */
async function developerTries(shop, slug, products) {
  const config = await (await fetch(`${address}/s/${slug}/store/v1/config`)).json()
  assert.deepEqual([config.slug, config.currency, config.menu], [slug, 'EUR', null])

  const embedded = await shop
    .from('products')
    .select('slug, variants(sku, price_minor, option_values), product_images(url, position)')
    .order('slug')
    .order('position', { referencedTable: 'product_images' })
  assert.equal(embedded.error, null)
  assert.equal(embedded.data.length, products)
  for (const product of embedded.data) {
    assert.ok(product.variants.length > 0, product.slug)
    const positions = product.product_images.map((image) => image.position)
    assert.deepEqual(positions, positions.toSorted((a, b) => a - b))
  }

  const page = await shop.from('products').select('slug', { count: 'exact' }).order('slug').range(2, 4)
  assert.equal(page.count, products)
  assert.deepEqual(page.data.map((row) => row.slug), embedded.data.slice(2, 5).map((row) => row.slug))
  const head = await shop.from('products').select('id', { count: 'exact', head: true })
  assert.deepEqual([head.count, head.data], [products, null])
  const beyond = await shop.from('products').select('slug', { count: 'exact' }).range(products + 5, products + 9)
  assert.deepEqual([beyond.status, beyond.error.code], [416, 'PGRST103'])

  const miss = await shop.from('products').select('slug').eq('slug', 'no-such-thing').single()
  assert.deepEqual([miss.status, miss.error.code, miss.data], [406, 'PGRST116', null])
  const many = await shop.from('products').select('slug').single()
  assert.deepEqual([many.status, many.error.code], [406, 'PGRST116'])
  const perhaps = await shop.from('products').select('slug').eq('slug', 'no-such-thing').maybeSingle()
  assert.deepEqual([perhaps.error, perhaps.data], [null, null])
  const wrong = await shop.from('products').select('no_such_column')
  assert.deepEqual([wrong.status, wrong.error.code], [400, '42703'])
  await twoStoresOneOrigin(slug)
  say(`${slug}: a developer embeds, pages, counts, and misses as on Supabase`)
}

/** Under /s/ all stores share an origin: a `storageKey` each keeps their sessions apart. */
async function twoStoresOneOrigin(slug) {
  const shelf = new Map()
  const storage = {
    getItem: (key) => shelf.get(key) ?? null,
    setItem: (key, value) => void shelf.set(key, value),
    removeItem: (key) => void shelf.delete(key),
  }
  const at = (storageKey) =>
    createClient(`${address}/s/${slug}`, publishable, { auth: { storage, storageKey, autoRefreshToken: false } })
  const shopper = at(slug)
  const { error } = await shopper.auth.signUp({ email: `shopper@${slug}.example`, password: 'a-good-password-1' })
  assert.equal(error, null)
  assert.deepEqual([...shelf.keys()].filter((key) => !key.endsWith('-user')), [slug])
  assert.equal((await at('another-store').auth.getSession()).data.session, null)
  assert.equal((await at(slug).auth.getSession()).data.session.user.email, `shopper@${slug}.example`)
  const mine = await shopper.from('products').select('slug').limit(1)
  assert.equal(mine.error, null)
}

/** What somebody else's token, or none, can do with a store by the control API: nothing. */
async function strangersTry(slug, stranger) {
  for (const [method, route, body] of [
    ['GET', `/v1/stores/${slug}`],
    ['POST', `/v1/stores/${slug}/publish`],
    ['POST', `/v1/stores/${slug}/unpublish`],
    ['POST', `/v1/stores/${slug}/products/import`, 'Handle,Title\nx,X\n'],
    ['GET', `/v1/stores/${slug}/products/export.csv`],
  ]) {
    const other = await api(stranger, method, route, body)
    assert.deepEqual([other.status, other.body.code], [404, 'store_not_found'], `${method} ${route}`)
    const nobody = await api(null, method, route, body)
    assert.deepEqual([nobody.status, nobody.body.code], [401, 'unauthorized'], `${method} ${route}`)
    const server = await api(secret, method, route, body)
    assert.deepEqual([server.status, server.body.code], [403, 'secret_key_not_allowed'])
    const forged = await api(`${stranger.slice(0, -4)}AAAA`, method, route, body)
    assert.equal(forged.status, 401)
  }
  const taken = await api(stranger, 'POST', '/v1/stores', { name: 'x', slug })
  assert.deepEqual([taken.status, taken.body.code], [409, 'slug_taken'])
  say(`${slug}: strangers were refused by the control API`)
}

/** What a shopper's client can write: nothing; and keys that are no keys read nothing. */
async function strangersWrite(slug) {
  const store = `${address}/s/${slug}`
  const shop = client(store)
  const id = '00000000-0000-4000-8000-000000000000'
  const insert = await shop.from('products').insert({ id, name: 'x', slug: 'x' })
  assert.notEqual(insert.error, null, 'anon inserts nothing')
  for (const table of ['customers', 'addresses', 'discounts', 'inventory_items']) {
    const hidden = await shop.from(table).select('*')
    assert.ok(hidden.error !== null || hidden.data.length === 0, table)
  }
  const none = await fetch(`${store}/rest/v1/products`)
  assert.equal(none.status, 401)
  const wrong = await client(store, 'sb_publishable_wrong').from('products').select('name')
  assert.equal(wrong.status, 401)
  const server = await client(store, secret).from('products').select('name')
  assert.equal(server.status, 403)
  const elsewhere = await shop.schema('tenant_somebody_else').from('products').select('name')
  assert.equal(elsewhere.status, 406)
  say(`${slug}: a shopper writes nothing and sees nothing that is not public`)
}

/** What the gateway itself refuses under /auth/v1 is an error like Auth's own: code, message, status. */
async function gatewayRefuses(slug, other) {
  const shopper = client(`${address}/s/${slug}`).auth
  const signedUp = await shopper.signUp({ email: `walker@${slug}.example`, password: 'a-good-password-1' })
  const token = signedUp.data.session.access_token
  const elsewhere = await client(`${address}/s/${other}`).auth.getUser(token)
  const nowhere = await client(`${address}/s/no-such-store`).auth.getUser(token)
  const server = await client(`${address}/s/${slug}`, secret).auth.admin.listUsers()
  const long = await shopper.updateUser({ data: { story: 'x'.repeat(1 << 20) } })
  for (const [{ error }, status, code] of [
    [elsewhere, 401, 'session_elsewhere'],
    [nowhere, 404, 'store_not_found'],
    [server, 403, 'secret_key_not_allowed'],
    [long, 413, 'too_large'],
  ]) {
    assert.deepEqual([error.name, error.status, error.code], ['AuthApiError', status, code])
    assert.match(error.message, /^[a-z ]+/)
  }
  say(`${slug}: what the gateway refuses is read as Auth's own refusals`)
}

async function wrongInput(token) {
  for (const [body, status, code] of [
    [{ name: 'x', slug: 'A' }, 422, 'invalid_slug'],
    [{ name: 'x', slug: 'admin' }, 422, 'invalid_slug'],
    [{ name: '', slug: 'fine-slug' }, 422, 'invalid_name'],
    [{ name: 'x', slug: 'fine-slug', currency: 'EURO' }, 422, 'invalid_currency'],
    [{ name: 'x', slug: 'fine-slug', locale: 'deutsch' }, 422, 'invalid_locale'],
    [{ name: 'x', slug: 'fine-slug', theme: { primary: 'red' } }, 422, 'invalid_theme'],
    [{ name: 'x' }, 400, 'bad_body'],
    [{ name: 'x', slug: 'fine-slug', owner: 'somebody' }, 400, 'bad_body'],
  ]) {
    const answer = await api(token, 'POST', '/v1/stores', body)
    assert.deepEqual([answer.status, answer.body.code], [status, code], JSON.stringify(body))
  }
  const wrong = await client(address).auth.signInWithPassword({ email: 'nobody@example.com', password: 'x' })
  assert.equal(wrong.error.code, 'invalid_credentials')
  say('bad input: each a stable code')
}

const stranger = await signUp('stranger@example.com')
const slugs = []
for (const file of files) slugs.push(await tellStory(file, stranger))
await gatewayRefuses(slugs[0], slugs[1])
await wrongInput(stranger)
const left = await api(stranger, 'GET', '/v1/stores')
assert.deepEqual(left.body, { stores: [], next: null })
say('the story holds')
