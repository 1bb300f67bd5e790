// The pages and the APIs in a real browser: each page looked at on a phone and on a desk, in light
// and in dark, by axe's rules for WCAG 2.1 AA; supabase-js on a page of another origin; an
// invitation followed from its mail to its end, without scripts.
//
//   node browser.mjs CHROMIUM ADDRESS PUBLISHABLE_KEY FOLDER_FOR_PICTURES
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import path from 'node:path'
import { chromium } from 'playwright-core'

const [executablePath, address, publishable, folder] = process.argv.slice(2)
const { port } = new URL(address)
const demo = `http://demo.localhost:${port}`
const find = createRequire(import.meta.url)
const axe = await readFile(find.resolve('axe-core/axe.min.js'), 'utf8')
const password = 'a-good-password-1'

const sizes = { phone: { width: 375, height: 812 }, desk: { width: 1280, height: 900 } }
const pages = [
  { name: 'welcome', url: `${address}/` },
  { name: 'docs', url: `${address}/docs` },
  { name: 'mailbox', url: `${address}/mailbox` },
  { name: 'store', url: `${demo}/` },
  { name: 'missing', url: `${demo}/nothing-here`, status: 404 },
  { name: 'no-invitation', url: `${address}/invitations/none`, status: 404 },
]

const browser = await chromium.launch({
  executablePath,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
})

/** Opens a page and fails for whatever a person or their browser would stumble over. */
async function look(page, { name, url, status = 200 }, size) {
  const stumbles = []
  const note = (what) => stumbles.push(what)
  const listeners = {
    console: (said) => said.type() === 'error' && !said.text().includes(`${status}`) && note(said.text()),
    pageerror: (error) => note(String(error)),
    requestfailed: (request) => note(`${request.url()}: ${request.failure().errorText}`),
    response: (got) => got.status() >= 400 && got.url() !== url && note(`${got.url()}: ${got.status()}`),
  }
  for (const [event, listener] of Object.entries(listeners)) page.on(event, listener)
  const answer = url ? await page.goto(url, { waitUntil: 'networkidle' }) : null
  if (answer) assert.equal(answer.status(), status, url)
  // What is folded too, and pictures further down, which a browser leaves until they are seen.
  await page.evaluate(async () => {
    for (const one of document.querySelectorAll('details')) one.open = true
    for (const one of document.images) one.loading = 'eager'
    await Promise.all([...document.images].map((one) => one.decode().catch(() => {})))
  })
  const found = await page.evaluate(() => ({
    title: document.title,
    width: document.scrollingElement.scrollWidth - window.innerWidth,
    broken: [...document.images].filter((one) => one.complete && !one.naturalWidth).map((one) => one.src),
  }))
  assert.ok(found.title, `${name} has no title`)
  assert.ok(found.width <= 0, `${name} on a ${size} is ${found.width} pixels too wide`)
  assert.deepEqual(found.broken, [], `${name}: pictures that are none`)
  await page.evaluate(axe)
  const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']
  const { violations } = await page.evaluate(
    (values) => window.axe.run(document, { runOnly: { type: 'tag', values } }),
    rules,
  )
  const told = violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' ')}`)
  assert.deepEqual(told, [], `${name} on a ${size}`)
  assert.deepEqual(stumbles, [], `${name} on a ${size}`)
  for (const [event, listener] of Object.entries(listeners)) page.off(event, listener)
  await page.screenshot({ path: path.join(folder, `${name}-${size}.png`), fullPage: true })
}

async function pagesAreGood() {
  for (const [size, viewport] of Object.entries(sizes)) {
    for (const colorScheme of ['light', 'dark']) {
      const context = await browser.newContext({ viewport, colorScheme })
      const page = await context.newPage()
      for (const one of pages) await look(page, one, `${size}-${colorScheme}`)
      await context.close()
    }
  }
  console.log(`${pages.length} pages on a phone and on a desk, in light and in dark`)
}

/** A front end of its own, at an origin of its own: sign-up, a store, its products. */
async function anotherOriginWorks() {
  const folder = path.dirname(find.resolve('@supabase/supabase-js'))
  const script = await readFile(path.join(folder, 'umd/supabase.js'), 'utf8')
  const server = createServer((request, response) => {
    const isScript = request.url === '/supabase.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? script : '<!doctype html><title>A front end</title><script src="/supabase.js"></script>')
  })
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready))
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(`http://127.0.0.1:${server.address().port}/`)
  const told = await page.evaluate(
    async ([address, demo, key, password]) => {
      const { createClient } = window.supabase
      const platform = createClient(address, key)
      const { data, error } = await platform.auth.signUp({ email: 'browser@example.com', password })
      if (error) return { error: error.message }
      const token = data.session.access_token
      const call = async (route, body) => {
        const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
        const answer = await fetch(`${address}${route}`, { method: 'POST', headers, body: JSON.stringify(body) })
        return answer.status
      }
      const made = await call('/v1/stores', { name: 'Browser', slug: 'browser' })
      const invited = await call('/v1/stores/browser/members', { email: 'guest@example.com', role: 'staff' })
      const shop = createClient(demo, key)
      const read = await shop.from('products').select('name', { count: 'exact' }).limit(3)
      const written = await shop.from('products').insert({ name: 'No', slug: 'no' })
      return { made, invited, count: read.count, rows: read.data?.length, refused: written.error?.code }
    },
    [address, demo, publishable, password],
  )
  server.close()
  await context.close()
  assert.equal(told.error, undefined)
  assert.ok(told.count > 3, JSON.stringify(told))
  assert.deepEqual({ ...told, count: 0 }, { made: 201, invited: 202, count: 0, rows: 3, refused: '42501' })
  console.log('supabase-js on a page of another origin')
}

/** From the mail to the membership, with scripts switched off. */
async function anInvitationIsAccepted() {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: sizes.phone })
  const page = await context.newPage()
  await page.goto(`${address}/mailbox`)
  await page.getByRole('link', { name: /guest@example\.com/ }).first().click()
  await page.getByRole('link', { name: 'Follow the link' }).click()
  const seen = await browser.newPage({ viewport: sizes.phone })
  await look(seen, { name: 'invitation', url: page.url() }, 'phone-light')
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Make an account and accept' }).click()
  await page.getByRole('heading', { name: 'Welcome to Browser' }).waitFor()
  await page.screenshot({ path: path.join(folder, 'accepted.png') })
  await context.close()
  console.log('an invitation, from its mail to its end, without scripts')
}

try {
  await pagesAreGood()
  await anotherOriginWorks()
  await anInvitationIsAccepted()
  console.log('the browser is content')
} finally {
  await browser.close()
}
