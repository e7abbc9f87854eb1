import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type Frame,
  type Locator,
  type Page,
} from 'playwright-core'

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** Why the tests in a browser cannot run here; false where they can. */
export const noBrowser: string | false = existsSync(executablePath)
  ? false
  : `no browser at ${executablePath}: set CHROMIUM`

const disabled = ['gpu', 'quic', 'background-networking', 'component-update', 'sync'].map((name) => `--disable-${name}`)

let running: Promise<Browser> | undefined
let users = 0

/** A browser that the test files of one process share. Each of them closes it once. */
export function openBrowser(): Promise<Browser> {
  users++
  running ??= launchBrowser()
  return running
}

/** A browser of the caller's own. */
export const launchBrowser = (more: readonly string[] = []): Promise<Browser> =>
  chromium.launch({ executablePath, args: ['--no-sandbox', '--no-first-run', ...disabled, ...more] })

/** Ends the browser when nobody uses it. */
export async function closeBrowser(): Promise<void> {
  users--
  if (users > 0) return
  const ended = running
  running = undefined
  await (await ended)?.close()
}

export interface Watched {
  page: Page
  /** What the browser reports: broken policies, failed scripts, failed requests, dialogs. */
  errors: string[]
  /** The hosts that were asked for anything. */
  hosts: Set<string>
}

/** What the browser reports of a call that the test wants to be refused. */
export const refusedCall = /the server responded with a status of/

/** A page, and what happens in it. Errors of the console that `expected` matches do not count. */
export async function openPage(
  browser: Browser,
  options: BrowserContextOptions = {},
  expected?: RegExp,
): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 850 }, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const errors: string[] = []
  const hosts = new Set<string>()
  page.on('console', (message) => {
    if (message.type() === 'error' && !expected?.test(message.text())) errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('dialog', (dialog) => {
    errors.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  context.on('request', (request) => {
    if (!request.url().startsWith('data:')) hosts.add(new URL(request.url()).host)
  })
  return { page, errors, hosts }
}

/** Waits until the page has rendered, and has sent the requests that its content makes. */
export const rendered = (page: Page): Promise<unknown> =>
  page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestIdleCallback(resolve)))')

/** Moves the focus to an element with Tab alone, or Shift+Tab where it stands before. Fails if neither reaches it. */
export async function tabTo(target: Locator): Promise<void> {
  // Found once: to find an element by its role takes longer than the key.
  const element = await target.elementHandle()
  const isBefore = await element?.evaluate((one) => {
    const { activeElement } = one.ownerDocument
    return activeElement ? (one.compareDocumentPosition(activeElement) & one.DOCUMENT_POSITION_FOLLOWING) > 0 : false
  })
  for (let presses = 0; presses < 400; presses++) {
    if (await element?.evaluate((one) => one === one.ownerDocument.activeElement)) return
    await target.page().keyboard.press(isBefore ? 'Shift+Tab' : 'Tab')
  }
  throw new Error(`Tab never reaches ${target}`)
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** The serious and critical findings of axe in a page or a frame, for some rules or all. */
export async function seriousFindings(page: Page | Frame, rules?: string[]): Promise<string[]> {
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

// Dark changes colours only.
const colourRules = ['color-contrast', 'link-in-text-block']

/**
 * Fails if a page has serious findings of axe, or is wider than the window: light and dark, on a phone and on a desktop.
 * Writes pictures of it where SCREENSHOTS names a folder.
 */
export async function checkView(page: Page, name: string): Promise<void> {
  for (const width of [360, 1280]) {
    await page.setViewportSize({ width, height: 800 })
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      // The scripts of the page are told with the next picture.
      await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))')
      const findings = await seriousFindings(page, colorScheme === 'dark' ? colourRules : undefined)
      assert.deepEqual(findings, [], `${name} ${colorScheme} ${width}`)
      const wide = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
      assert.equal(wide, 0, `${name} at ${width} is wider than the window`)
      const folder = process.env.SCREENSHOTS
      if (folder) await page.screenshot({ path: `${folder}/${name}-${colorScheme}-${width}.png`, fullPage: true })
    }
  }
}
