import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { temporaryFolder } from '../packages/store/src/temporary.ts'
import { noBrowser, openBrowser, openPage, type Watched } from '../packages/testing/test/chromium.ts'
import { Command } from './command.ts'
import { commands } from './markdown.ts'

// The way of a newcomer, in a real terminal and browser: from `git clone` to a call in the page of todo, a played example
// in the host, and calls of two plugins of their own. Prints how long each part took. PICTURES names a folder for
// screenshots.

const root = join(import.meta.dirname, '..')
const written = commands(readFileSync(join(root, 'README.md'), 'utf8'))
const clone = join(temporaryFolder('disk'), 'clone')
const pictures = process.env.PICTURES ?? temporaryFolder()
// As in the shell of a reader: a pnpm that runs this test tells the commands in it not to install packages.
for (const name of Object.keys(process.env)) if (/^p?npm_/i.test(name)) delete process.env[name]
const options = { skip: noBrowser, timeout: 400_000 }
let browser: Awaited<ReturnType<typeof openBrowser>>
let page: Watched['page']
let errors: Watched['errors']

before(async () => {
  if (noBrowser) return
  mkdirSync(pictures, { recursive: true })
  browser = await openBrowser()
  ;({ page, errors } = await openPage(browser))
})
after(async () => {
  if (!noBrowser) await browser.close()
})

function first(pattern: RegExp): string {
  const command = written.find((one) => pattern.test(one))
  assert.ok(command, `the README has no command like ${pattern}`)
  return command
}
const run = (command: string, cwd = clone) =>
  promisify(execFile)('bash', ['-c', command], { cwd, timeout: 300_000, maxBuffer: 2 ** 26 })
const picture = (name: string) => page.screenshot({ path: join(pictures, `${name}.png`) })

/** Prints the time of a part, in seconds. */
async function part(title: string, walk: () => Promise<void>): Promise<void> {
  const begin = performance.now()
  await walk()
  console.log(`${title}: ${((performance.now() - begin) / 1000).toFixed(0)} s`)
}

test('from the clone to a call in the page of todo', options, () =>
  part('from the clone to a call in the page of todo', async () => {
    await run(`git clone --quiet --local ${root} ${clone}`, root)
    const todo = new Command(first(/^npx .* pnpm dev --filter todo$/), clone)
    try {
      await todo.waitFor(/todo is ready at http:\/\/localhost:3333/g, 1, 180_000)
      await page.goto('http://localhost:3333/')
      const operation = page.locator('#addTodo')
      await operation.locator('summary').first().click()
      await operation.locator('[name=username]').fill('ada')
      await operation.locator('[name=todo]').fill('buy milk')
      await operation.getByRole('button', { name: 'Call addTodo' }).click()
      await operation.locator('.status').getByText('200').waitFor()
      await picture('todo')
    } finally {
      await todo.end()
    }
  }),
)

test('a plugin of one’s own', options, () =>
  part('pnpm new weather', async () => {
    const { stdout } = await run(first(/^npx .* pnpm new weather$/))
    assert.match(stdout, /plugins\/weather is ready/)
  }),
)

test('a plugin of an API with an OpenAPI document', options, () =>
  part('pnpm new petstore --openapi', async () => {
    // The API is todo, which `pnpm dev` starts too.
    const spec = readFileSync(join(clone, 'plugins/todo/generated/openapi.yaml'), 'utf8')
    writeFileSync(join(clone, 'openapi.yaml'), spec.replace(/^ {2}title: .*$/m, '  title: Petstore'))
    const { stdout } = await run(first(/^npx .* pnpm new petstore --openapi openapi\.yaml$/))
    assert.match(stdout, /plugins\/petstore is ready/)
  }),
)

test('all of them in the host: a played example, and a call of each own plugin', options, async () => {
  const all = new Command(first(/^npx .* pnpm dev$/), clone)
  try {
    await part('from pnpm dev to a played example', async () => {
      await all.waitFor(/The host is ready at http:\/\/localhost:3000/g, 1, 120_000)
      await page.goto('http://localhost:3000/')
      page.setDefaultTimeout(60_000)
      await page.getByRole('button', { name: 'Play an example of Todo list' }).click()
      const banner = page.getByRole('region', { name: 'Recorded example' })
      const allow = page.getByRole('button', { name: 'Allow', exact: true, disabled: false })
      const end = banner.getByText(/^Played to its end/)
      while (!(await end.isVisible())) {
        await allow.or(end).first().waitFor()
        if (await allow.isVisible()) await allow.click()
      }
      await picture('example')
    })
    for (const [title, name] of [
      ['Weather', 'weather'],
      ['Petstore', 'petstore'],
    ] as const)
      await part(`a call of ${name} in the host`, () => callInHost(title))
  } finally {
    await all.end()
  }
  assert.deepEqual(
    errors.filter((one) => !/TrustedScript/.test(one)),
    [],
  )
})

/** Both own plugins have the operations of todo. */
async function callInHost(title: string): Promise<void> {
  await page.goto('http://localhost:3000/')
  const offer = page.locator('.offer').filter({ has: page.getByRole('heading', { name: title }) })
  await offer
    .getByRole('button', { name: /getTodos/ })
    .first()
    .click()
  const form = page.getByRole('dialog')
  await form.getByLabel('username').fill('ada')
  await form.getByRole('button', { name: /^Call/ }).click()
  await page.locator('.call.good').last().waitFor()
  await picture(title.toLowerCase())
}
