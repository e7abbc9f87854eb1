import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { after, test } from 'node:test'
import {
  Client,
  type JSONRPCMessage,
  StreamableHTTPClientTransport,
  type Transport,
} from '@modelcontextprotocol/client'
import { AppBridge } from '@modelcontextprotocol/ext-apps/app-bridge'
import { chromium, type Frame, type Page } from 'playwright-core'
import { seriousFindings } from '../../packages/testing/test/chromium.ts'
import { mcpServers } from './servers.ts'

// Shows the views of the plugins as an assistant does: in a sandboxed frame of a real browser, with the official bridge
// between the frame and the plugin.
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
const skip = existsSync(executablePath) ? false : `there is no browser at ${executablePath}: set CHROMIUM`
const servers = skip ? [] : await mcpServers()
const browser = skip ? undefined : await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
after(async () => {
  await browser?.close()
  await Promise.all(servers.map(({ close }) => close()))
})

/** Carries messages between the bridge in this process and the frame in the browser. */
class FrameTransport implements Transport {
  onmessage?: Transport['onmessage']
  onclose?: () => void
  readonly #page: Page

  constructor(page: Page) {
    this.#page = page
  }

  async start() {
    await this.#page.exposeFunction('fromView', (message: JSONRPCMessage) => this.onmessage?.(message))
  }

  async send(message: JSONRPCMessage) {
    await this.#page.evaluate(
      (sent) => document.querySelector('iframe')?.contentWindow?.postMessage(sent, '*'),
      message,
    )
  }

  async close() {
    this.onclose?.()
  }
}

interface Shown {
  page: Page
  frame: Frame
  client: Client
  bridge: AppBridge
  faults: string[]
  heights: number[]
}

/** Calls the tool, and shows its answer in the view that it names. */
async function show(
  plugin: string,
  name: string,
  input: Record<string, unknown>,
  theme: 'light' | 'dark' = 'light',
): Promise<Shown> {
  const url = servers.find((server) => server.name === plugin)?.url
  assert.ok(url && browser)
  const client = new Client({ name: 'host', version: '1' }, { versionNegotiation: { mode: 'auto' } })
  await client.connect(new StreamableHTTPClientTransport(new URL(url)))
  const tool = (await client.listTools()).tools.find((one) => one.name === name)
  const { resourceUri } = (tool?._meta?.ui ?? {}) as { resourceUri?: string }
  assert.ok(resourceUri)
  const { resources } = await client.listResources()
  assert.ok(resources.some(({ uri, mimeType }) => uri === resourceUri && mimeType === 'text/html;profile=mcp-app'))
  const [content] = (await client.readResource({ uri: resourceUri })).contents
  assert.equal(content?.mimeType, 'text/html;profile=mcp-app')
  assert.deepEqual(content._meta?.ui, { csp: { connectDomains: [], resourceDomains: [] }, prefersBorder: true })

  const page = await (await browser.newContext({ viewport: { width: 760, height: 480 }, colorScheme: theme })).newPage()
  page.setDefaultTimeout(20_000)
  const faults: string[] = []
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('request', (request) => /^https?:/.test(request.url()) && faults.push(`a request to ${request.url()}`))
  const capabilities = { openLinks: {}, serverTools: {} }
  const bridge = new AppBridge(client, { name: 'host', version: '1' }, capabilities, { hostContext: { theme } })
  const heights: number[] = []
  bridge.onsizechange = ({ height }) => void (height !== undefined && heights.push(height))
  const ready = new Promise<void>((resolve) => {
    bridge.oninitialized = () => resolve()
  })
  await page.setContent('<!doctype html><body style="margin:0">')
  await bridge.connect(new FrameTransport(page))
  await page.evaluate(
    (html) => {
      addEventListener('message', ({ data }) =>
        (globalThis as unknown as { fromView(data: unknown): void }).fromView(data),
      )
      const frame = document.createElement('iframe')
      frame.setAttribute('sandbox', 'allow-scripts')
      frame.style.cssText = 'border:0;width:100%;height:470px'
      frame.srcdoc = html
      document.body.append(frame)
    },
    String((content as { text: string }).text),
  )
  await ready
  await bridge.sendToolInput({ arguments: input })
  await bridge.sendToolResult((await client.callTool({ name, arguments: input })) as never)
  const frame = page.frames()[1]
  assert.ok(frame)
  return { page, frame, client, bridge, faults, heights }
}

const look = async ({ page }: Shown, name: string): Promise<void> => {
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}.png` })
}

test('todo: a list in which todos can be completed and added', { skip }, async () => {
  const username = 'a view'
  const shown = await show('todo', 'addTodo', { username, todo: 'buy milk' }).catch(() => undefined)
  assert.equal(shown, undefined, 'only getTodos has a view')
  const url = servers.find(({ name }) => name === 'todo')?.url as string
  const client = new Client({ name: 'host', version: '1' })
  await client.connect(new StreamableHTTPClientTransport(new URL(url)))
  for (const todo of ['buy milk', 'sleep', '<img src=x onerror=alert(1)>', '写代码'])
    await client.callTool({ name: 'addTodo', arguments: { username, todo } })

  const list = await show('todo', 'getTodos', { username })
  const texts = () => list.frame.locator('li').allInnerTexts()
  await list.frame.locator('li').nth(3).waitFor()
  assert.deepEqual(await texts(), ['buy milk', 'sleep', '<img src=x onerror=alert(1)>', '写代码'])
  await look(list, 'todo')
  await list.frame.getByLabel('sleep').check()
  await list.frame.locator('li').nth(3).waitFor({ state: 'detached' })
  assert.deepEqual(await texts(), ['buy milk', '<img src=x onerror=alert(1)>', '写代码'])
  await list.frame.getByLabel('New todo').fill('call Ada')
  await list.frame.getByRole('button', { name: 'Add' }).press('Enter')
  await list.frame.locator('li').nth(3).waitFor()
  assert.deepEqual((await texts()).at(-1), 'call Ada')
  assert.deepEqual((await client.callTool({ name: 'getTodos', arguments: { username } })).structuredContent, {
    todos: ['buy milk', '<img src=x onerror=alert(1)>', '写代码', 'call Ada'],
  })
  // Another client changed the list first: nothing is deleted, and the view shows the current list.
  await client.callTool({ name: 'deleteTodo', arguments: { username, todo_idx: 0 } })
  await list.frame.getByLabel('buy milk').check()
  await list.frame.getByText('Nothing was deleted').waitFor()
  assert.deepEqual(await texts(), ['<img src=x onerror=alert(1)>', '写代码', 'call Ada'])
  assert.ok(list.heights.length > 0, 'it says how tall it is')
  assert.deepEqual(list.faults, [])
  await list.bridge.teardownResource({})
})

test('stocks: a chart with the same prices as a table', { skip }, async () => {
  for (const theme of ['light', 'dark'] as const) {
    const shown = await show('stocks', 'getHistory', { symbol: 'AAPL', range: 'max' }, theme)
    const chart = shown.frame.getByRole('img', { name: /^AAPL from [\d.]+ on \d{4}-\d\d to [\d.]+ on / })
    await chart.waitFor()
    assert.equal(await shown.frame.locator('h1').textContent(), 'AAPL, USD')
    await shown.frame.getByText('All prices').click()
    const { structuredContent } = await shown.client.callTool({
      name: 'getHistory',
      arguments: { symbol: 'AAPL', range: 'max' },
    })
    const { points, source } = structuredContent as { points: unknown[]; source: string }
    assert.equal(await shown.frame.locator('tbody tr').count(), points.length)
    assert.ok((await shown.frame.getByRole('status').textContent())?.includes(source))
    await shown.frame.getByText('All prices').click()
    await look(shown, `stocks-${theme}`)
    assert.deepEqual(shown.faults, [])
  }
  const refused = await show('stocks', 'getHistory', { symbol: 'NOTHING' })
  await refused.frame.getByText('Symbol NOTHING does not exist').waitFor()
})

test('notes: a page to read; a long one comes in parts', { skip }, async () => {
  const url = servers.find(({ name }) => name === 'notes')?.url as string
  const client = new Client({ name: 'host', version: '1' })
  await client.connect(new StreamableHTTPClientTransport(new URL(url)))
  const text = `# Tea\n\nGreen tea, 80 degrees.\n绿茶\n\n- one\n- two\n\n1. first\n2. second\n\n\`\`\`js\n<script>alert(1)</script>\n\`\`\`\n\n${'A long line. '.repeat(1400)}\n\nThe end`
  const added = await client.callTool({
    name: 'addNote',
    arguments: { title: 'How to <b>brew</b>', text, tags: ['kitchen', 'tea'] },
  })
  const { id } = added.structuredContent as { id: string }
  const shown = await show('notes', 'getNote', { id })
  await shown.frame.getByRole('heading', { name: 'How to <b>brew</b>' }).waitFor()
  assert.match(String(await shown.frame.locator('#tags').textContent()), /#kitchen.*#tea/)
  assert.equal(await shown.frame.locator('h2').textContent(), 'Tea')
  assert.deepEqual(await shown.frame.locator('ul li').allInnerTexts(), ['one', 'two'])
  assert.deepEqual(await shown.frame.locator('ol li').allInnerTexts(), ['first', 'second'])
  assert.equal(await shown.frame.locator('pre').textContent(), '<script>alert(1)</script>')
  await look(shown, 'notes')
  await shown.frame.getByRole('button', { name: 'Show more' }).click()
  await shown.frame.getByText('The end').waitFor()
  assert.equal(await shown.frame.getByRole('button', { name: 'Show more' }).isVisible(), false)
  assert.deepEqual(shown.faults, [])
})

test('flights: offers and an order, with local times, conditions and what it costs to cancel', { skip }, async () => {
  const departureDate = new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10)
  const journey = { origin: 'ZRH', destination: 'New York', departureDate, holdable: true, limit: 2 }
  for (const theme of ['light', 'dark'] as const) {
    const offers = await show('flights', 'searchFlights', journey, theme)
    await offers.frame.getByRole('article').nth(1).waitFor()
    await checkFrame(offers, `flights-offers-${theme}`)
    const article = offers.frame.getByRole('article').first()
    assert.match(String(await article.textContent()), /Zürich to New York City[\s\S]*Europe\/Zurich, America\/New_York/)
    assert.match(String(await article.textContent()), /Baggage[\s\S]*Refund[\s\S]*Change[\s\S]*kg CO₂[\s\S]*Hold/)
    await article.getByText('Each flight').press('Enter')
    await article.getByRole('listitem').first().waitFor()
    await article.getByRole('button', { name: 'Check the price now' }).press('Enter')
    await article.getByText(/^(Still|The price has changed)/).waitFor()
    assert.deepEqual(offers.faults, [])
  }

  const { client } = await show('flights', 'searchFlights', journey)
  const { structuredContent } = await client.callTool({ name: 'searchFlights', arguments: journey })
  const [offer] = (structuredContent as { offers: { id: string; totalAmount: number; totalCurrency: string }[] }).offers
  const passengers = ['Lovelace, Ada, 1990-05-17, f']
  const price = { amount: offer?.totalAmount, currency: offer?.totalCurrency }
  const held = { offerId: offer?.id, ...price, passengers, email: 'ada@example.com', phone: '+41791234567' }
  const order = await show('flights', 'holdOffer', held)
  await order.frame.getByText('Held, not paid').waitFor()
  await order.frame.getByText('Ada Lovelace').waitFor()
  await order.frame.getByRole('button', { name: 'What does it cost to cancel?' }).press('Enter')
  await order.frame.getByText(/cancelling costs nothing. Nothing is cancelled yet/).waitFor()
  await order.frame.getByRole('button', { name: 'Reload' }).press('Enter')
  await order.frame.getByText(/cancelling costs nothing/).waitFor({ state: 'detached' })
  await checkFrame(order, 'flights-order')
  assert.deepEqual(order.faults, [])

  const { structuredContent: sent } = await client.callTool({ name: 'listOrders', arguments: {} })
  const [heldOrder] = (sent as { orders: { slices: { segments: object[] }[] }[] }).orders
  const [flight] = heldOrder?.slices[0]?.segments ?? []
  const overnight = { ...flight, departingAt: '2027-03-12T23:10:00', arrivingAt: '2027-03-13T01:05:00' }
  const onwards = { ...flight, departingAt: '2027-03-13T06:00:00', arrivingAt: '2027-03-13T08:30:00' }
  const later = '2027-01-05T10:00:00Z'
  const cancelled = {
    ...heldOrder,
    state: 'cancelled',
    total: '18420 JPY',
    slices: [{ ...heldOrder?.slices[0], duration: 'PT26H', segments: [overnight, onwards] }],
    paymentStatus: { awaitingPayment: false, paidAt: later },
    documents: [{ type: 'electronic_ticket', uniqueIdentifier: '1252106312810' }],
    conditions: { refundBeforeDeparture: { allowed: true, penaltyAmount: 40_500, penaltyCurrency: 'BHD' } },
    availableActions: [],
    cancelledAt: later,
    cancellation: { refundAmount: 9_000, refundCurrency: 'JPY' },
  }
  await order.bridge.sendToolResult({ content: [], structuredContent: cancelled } as never)
  await order.frame.getByText('Cancelled', { exact: true }).first().waitFor()
  const text = String(await order.frame.getByRole('article').textContent())
  for (const part of [
    '+1 day',
    '26 h, 1 stop: New York City',
    '18420 JPY',
    'Paid back9000 JPY',
    '1252106312810',
    'penalty 40.500 BHD',
  ])
    assert.ok(text.includes(part), `${part} is not in ${text}`)
  assert.equal(await order.frame.getByRole('button', { name: 'What does it cost to cancel?' }).count(), 0)
  await checkFrame(order, 'flights-cancelled')

  const list = await show('flights', 'listOrders', {})
  await list.frame.getByRole('article').first().waitFor()
  assert.equal(await list.frame.getByRole('article').count(), 1)

  const gone = await show('flights', 'getOffer', { offerId: 'off_unknown' })
  await gone.frame.getByText('offer_not_found').waitFor()
})

test('food: a cart with what is missing, and the order on its way', { skip }, async () => {
  const guest = { guest_name: 'Ada <b>Guest</b>', guest_phone: '+12125550100', fulfillment: 'local_delivery' }
  const address = { line_one: '1 Sample Square', city: 'New York', postal_code: '10012' }
  const items = ['2 x margherita + large + olives', 'tiramisu', 'chianti']
  const wishes = { ...guest, ...address, tip: 300, coupons: ['WELCOME'] }
  for (const theme of ['light', 'dark'] as const) {
    const cart = await show('food', 'createCheckout', { store: 'forno-luca', items, ...wishes }, theme)
    const { frame, bridge } = cart
    await frame.getByText('2 × Margherita').waitFor()
    assert.match(
      String(await frame.locator('table').textContent()),
      /Large, 40 cm, Olives41\.00 USD[\s\S]*Tip3\.00 USD/,
    )
    assert.match(
      String(await frame.locator('#content').textContent()),
      /Delivery, \w{3} [\s\S]*2\.99 USD[\s\S]*Ada <b>Guest<\/b>/,
    )
    await frame.getByText('Other times').press('Enter')
    await frame
      .getByText(/^Pick-up, /)
      .first()
      .waitFor()
    const opened = new Promise<string>((resolve) => {
      bridge.onopenlink = async ({ url }) => {
        resolve(url)
        return {}
      }
    })
    await frame.getByRole('button', { name: 'Confirm your age' }).press('Enter')
    assert.match(await opened, /\/continue\/cs_/)
    await checkFrame(cart, `food-cart-${theme}`)
    // Somebody takes the last one meanwhile.
    await frame.getByRole('button', { name: 'Reload' }).press('Enter')
    await frame.locator('s', { hasText: 'Tiramisu' }).waitFor()
    await frame.locator('button:focus', { hasText: 'Reload' }).waitFor()
    assert.deepEqual(cart.faults, [])
  }

  const ready = { store: 'forno-luca', items: ['2 x margherita'], ...guest, ...address }
  const { client } = await show('food', 'createCheckout', ready)
  const { structuredContent } = await client.callTool({ name: 'createCheckout', arguments: ready })
  const { id, version, totals } = structuredContent as { id: string; version: number; totals: Total[] }
  const total = totals.find(({ type }) => type === 'total')?.amount
  const order = await show('food', 'completeCheckout', { id, version, total, payment: 'at_the_door' })
  await order.frame.getByText('Ordered', { exact: true }).waitFor()
  await order.frame.getByRole('button', { name: 'How far is it?' }).press('Enter')
  await order.frame.getByText('The store has the order').waitFor()
  await order.frame.getByText(/You can cancel it until/).waitFor()
  await checkFrame(order, 'food-order')
  assert.deepEqual(order.faults, [])

  const unknown = await show('food', 'getCheckout', { id: 'cs_unknown' })
  await unknown.frame.getByText('Checkout cs_unknown does not exist').waitFor()
})

interface Total {
  type: string
  amount: number
}

/** Fails if axe finds something, or if the view is wider than a narrow frame. */
async function checkFrame(shown: Shown, name: string): Promise<void> {
  for (const width of [320, 760]) {
    await shown.page.setViewportSize({ width, height: 900 })
    assert.deepEqual(await seriousFindings(shown.frame), [], `${name} ${width}`)
    const wide = await shown.frame.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    assert.ok(wide <= 0, `${name} at ${width} is wider than its frame`)
    await look(shown, `${name}-${width}`)
  }
}
