/** Writes the pictures of docs/host.md and of the README: node test/page/make-pictures.ts */
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { closeBrowser, openBrowser, openPage } from '../../../testing/test/chromium.ts'
import { buildPage } from '../../src/page/build.ts'
import { page as servePage } from '../../src/page/page.ts'
import type { Conversation } from '../../src/wire.ts'
import { activateLocal } from '../activate-local.ts'
import { serveHost } from '../fixture.ts'
import { startLocalPlugins } from '../local-plugins/local-plugins.ts'
import { workspaceFolder } from '../local-plugins/workspace-folder.ts'
import { type ScriptedTurn, serveModel } from '../models/openai-double.ts'

const pictures = fileURLToPath(new URL('../../../../docs/pictures/', import.meta.url))
mkdirSync(pictures, { recursive: true })

let script: ScriptedTurn[] = []
const model = await serveModel(() => script.shift() ?? { text: '' })
const locals = await startLocalPlugins()
const names = ['todo', 'stocks', 'news', 'notes']
const pluginFolder = workspaceFolder(Object.fromEntries(names.map((name) => [name, locals.of(name)])))
const served = await serveHost(
  {
    mode: 'accounts',
    environment: { OPENAI_BASE_URL: model.baseUrl, OPENAI_MODEL: 'a-model', OLLAMA_HOST: '127.0.0.1:1' },
  },
  servePage(await buildPage()),
)
const browser = await openBrowser()
const { page } = await openPage(browser, { viewport: { width: 1100, height: 720 }, deviceScaleFactor: 1 })
const picture = async (name: string) => {
  await page.waitForTimeout(500)
  await page.screenshot({ path: `${pictures}${name}.png` })
}

await page.goto(served.url)
await page.getByRole('button', { name: 'Create an account' }).click()
await page.getByLabel('Name').fill('ada')
await page.getByLabel('Password').fill('correct horse battery')
await page.keyboard.press('Enter')
await page.getByRole('heading', { name: 'Chat with your plugins' }).waitFor()
const [cookie] = await page.context().cookies()
const api = served.browser()
await api.send('POST', '/api/session', { name: 'ada', password: 'correct horse battery' })
await api.send('POST', '/api/users', { name: 'bob', password: 'correct horse battery' })
await api.send('POST', '/api/session', { name: 'ada', password: 'correct horse battery' })
if (!cookie) throw new Error('nobody is signed in')

await page.goto(`${served.url}/plugins/register`)
await page.getByLabel('Address').fill('localhost:59999')
await page.keyboard.press('Enter')
await page.getByText('The plugin was not registered').waitFor()
await picture('register')

const ids: Record<string, string> = {}
for (const name of ['todo', 'stocks', 'news']) ids[name] = (await activateLocal(api, locals.of(name))).id
await page.goto(`${served.url}/plugins/register`)
await page.getByLabel('Address').fill(locals.of('notes').address)
await page.keyboard.press('Enter')
await page.getByRole('button', { name: 'Register Notes' }).click()
await page.getByRole('heading', { name: /^Activation/ }).waitFor()
await picture('activate')

await page.getByLabel('User name').fill('bob')
await page.keyboard.press('Enter')
await page.getByText('bob', { exact: true }).waitFor()
await page.getByRole('button', { name: 'Create link' }).click()
await page.getByText('shown only once').waitFor()
await page.mouse.move(0, 0)
await page.evaluate("document.querySelector('[aria-labelledby=sharing]').scrollIntoView({ block: 'center' })")
await picture('share')

script = [
  {
    text: 'Let me look that up.',
    calls: [{ name: 'stocks__getHistory', arguments: { symbol: 'IBM', range: '5y', interval: '1mo' } }],
  },
  {
    text: 'That is how IBM did, **in sample data** which ends in 2010. I put a reminder on your list:',
    calls: [{ name: 'todo__addTodo', arguments: { username: 'ada', todo: 'Look at IBM again' } }],
  },
]
await page.goto(`${served.url}/`)
await page.getByLabel('Message', { exact: true }).fill('How did IBM do, and remind me to look again')
await page.keyboard.press('Enter')
await page.getByRole('button', { name: 'Allow', exact: true }).waitFor()
await page.waitForTimeout(1_500)
await picture('converse')

const food = await activateLocal(api, locals.of('food'))
const ordered = await fetch(`${locals.of('food').url}/checkouts`, {
  method: 'POST',
  headers: { authorization: `Bearer ${locals.of('food').token}`, 'content-type': 'application/json' },
  body: JSON.stringify({
    ...{ store: 'forno-luca', items: ['1 x margherita + large + olives', '1 x cannoli'], fulfillment: 'pickup' },
    ...{ guest_name: 'Ada', guest_phone: '+1 212 555 0100' },
  }),
})
interface Checkout {
  id: string
  version: number
  totals: { type: string; amount: number }[]
}
const { id: checkout, version, totals } = (await ordered.json()) as Checkout
const total = totals.find(({ type }) => type === 'total')?.amount
script = [
  {
    text: 'I have put both into a basket.',
    calls: [{ name: 'food__completeCheckout', arguments: { id: checkout, version, total, payment: 'at_the_door' } }],
  },
]
await page.setViewportSize({ width: 1100, height: 880 })
const hungry = await api.send<Conversation>('POST', '/api/conversations', { plugins: [food.id] })
await page.goto(`${served.url}/c/${hungry.id}`)
await page.getByLabel('Message', { exact: true }).fill('A margherita with olives and cannoli, please')
await page.keyboard.press('Enter')
await page.getByText('Food asks:').waitFor()
await page.waitForTimeout(1_500)
await picture('question')
await page.setViewportSize({ width: 1100, height: 720 })

// One user without a model, who sees the host for the first time.
const alone = await serveHost({ pluginFolder }, servePage(await buildPage()))
for (const name of ['todo', 'stocks', 'news']) await activateLocal(alone.browser(), locals.of(name))
await alone.browser().events('/api/workspace/notes')
await page.goto(alone.url)
await page.getByRole('button', { name: 'Play an example of Stocks' }).waitFor()
await picture('welcome')
await page.getByRole('combobox').fill('Add "buy milk" to my todo list')
await page.getByRole('option').first().waitFor()
await picture('find')
await page.keyboard.press('Escape')
await page.getByRole('button', { name: 'Play an example of Stocks' }).click()
await page.getByText('Played to its end').waitFor()
await page.frameLocator('iframe.view').last().getByText('IBM').first().waitFor()
await page.mouse.move(0, 0)
await page.setViewportSize({ width: 1100, height: 880 })
await page
  .locator('.call')
  .last()
  .evaluate((call) => call.scrollIntoView())
await picture('example')

await closeBrowser()
await alone.close()
await served.close()
model.close()
await locals.end()
