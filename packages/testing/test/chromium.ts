import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core'

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** Why the tests in a browser cannot run here; false where they can. */
export const noBrowser: string | false = existsSync(executablePath)
  ? false
  : `no browser at ${executablePath}: set CHROMIUM`

const disabled = ['gpu', 'quic', 'background-networking', 'component-update', 'sync'].map((name) => `--disable-${name}`)

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath, args: ['--no-sandbox', '--no-first-run', ...disabled] })

export interface Watched {
  page: Page
  /** What the browser reports: broken policies, failed scripts. A refused call is no error of the page. */
  errors: string[]
  /** The hosts that were asked for anything. */
  hosts: Set<string>
}

export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 850 }, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const errors: string[] = []
  const hosts = new Set<string>()
  page.on('console', (message) => {
    if (message.type() === 'error' && !/the server responded with a status of/.test(message.text()))
      errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(error.message))
  context.on('request', (request) => {
    if (!request.url().startsWith('data:')) hosts.add(new URL(request.url()).host)
  })
  return { page, errors, hosts }
}

/** Moves the focus to an element with Tab alone. Fails if Tab does not reach it. */
export async function tabTo(target: Locator): Promise<void> {
  const element = await target.elementHandle()
  for (let presses = 0; presses < 400; presses++) {
    if (await element?.evaluate((one) => one === one.ownerDocument.activeElement)) return
    await target.page().keyboard.press('Tab')
  }
  throw new Error(`Tab never reaches ${target}`)
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** The serious and critical findings of axe, for some rules or all. */
export async function seriousFindings(page: Page, rules?: string[]): Promise<string[]> {
  // The page's policy blocks other scripts, so it is evaluated as the test's own.
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe)
  const options = { resultTypes: ['violations'], ...(rules && { runOnly: rules }) }
  const { violations } = (await page.evaluate(`axe.run(document, ${JSON.stringify(options)})`)) as {
    violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[]
  }
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => {
      const where = nodes.map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary}`).join('; ')
      return `${id}: ${where.slice(0, 600)}`
    })
}
