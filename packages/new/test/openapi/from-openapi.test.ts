import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { runPrinted } from '@reference-plugins/testing/printed'
import { temporaryFolder } from '@reference-plugins/testing/temporary'
import { main } from '../../src/command/command.ts'
import { repository } from '../workspace.ts'
import { codeOf, readSpec, specs } from './made.ts'

// The page docs/from-openapi.md: its commands run, and what it shows is what comes out.
const page = readFileSync(join(repository, 'docs/from-openapi.md'), 'utf8')

for (const [, line = ''] of page.matchAll(/^pnpm new (.*)$/gm))
  test(`pnpm new ${line}`, async () => {
    const words = Array.from(line.matchAll(/'([^']*)'|(\S+)/g), ([, text, word]) => text ?? word ?? '')
    const { code, output } = await runPrinted((given) => main([...given, '--yes', '--dry-run'], repository), words, {
      INIT_CWD: repository,
    })
    assert.equal(code, 0, output)
    assert.match(output, /src\/operations\.ts/)
  })

/** What `pnpm new` leaves behind for a later run. */
function writeMade(root: string, made: Awaited<ReturnType<typeof readSpec>>): void {
  for (const [path, text] of codeOf(made)) {
    const file = join(root, 'plugins/library', path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  writeFileSync(join(root, 'plugins/library/package.json'), '{"name": "library"}')
}

test('the code is as the page shows it', async () => {
  const code = codeOf(await readSpec('fastapi.json')).get('src/operations.ts') ?? ''
  const biome = join(repository, 'node_modules/.bin/biome')
  const { stdout } = spawnSync(biome, ['format', '--stdin-file-path=operations.ts'], {
    input: code,
    cwd: repository,
    encoding: 'utf8',
  })
  assert.ok(squeezed(stdout).includes(squeezed(readBook)), stdout)
  const [, block = ''] = /```ts\n([\s\S]*?)```/.exec(page) ?? []
  assert.equal(squeezed(block), squeezed(readBook))
})

const squeezed = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()

const readBook = `
readBook: operation('GET /books/{book_id}', {
  summary: 'Read Book',
  openWorld: true,
  input: z.object({
    book_id: z.guid().describe('Book id'),
  }),
  output: BookOutput,
  errors: upstreamErrors,
  handler: ({ book_id }, context) =>
    api.call('GET /books/{book_id}', { path: { book_id }, output: BookOutput, context }),
}),
`

test('a newer document is compared, and nothing is written', async () => {
  const root = temporaryFolder()
  writeMade(root, await readSpec('fastapi.json', { baseUrl: 'https://library.example.com' }))
  const before = readFileSync(join(root, 'plugins/library/api.json'), 'utf8')
  const compare = (source: string) =>
    runPrinted(
      (given) => main(given, root),
      ['library', '--openapi', source, '--base-url', 'https://library.example.com'],
    )
  const same = await compare(join(specs, 'fastapi.json'))
  assert.equal(same.code, 0)
  assert.match(same.output, /nothing is different/)

  const document = JSON.parse(readFileSync(join(specs, 'fastapi.json'), 'utf8'))
  const { get, patch } = document.paths['/books/{book_id}']
  document.paths['/books/{book_id}'].delete = {
    ...get,
    operationId: 'deleteBook',
    summary: 'Delete Book',
    responses: { 204: { description: '' } },
  }
  assert.ok(patch)
  delete document.paths['/health']
  document.paths['/books'].get.parameters.push({ name: 'author', in: 'query', schema: { type: 'string' } })
  document.components.schemas.Book.properties.rating = { type: 'string' }
  const changed = join(root, 'changed.json')
  writeFileSync(changed, JSON.stringify(document))
  const { code, output } = await compare(changed)
  assert.equal(code, 0)
  const [, shown = ''] = /```text\n([\s\S]*?)```/.exec(page) ?? []
  for (const line of shown.trim().split('\n')) assert.ok(output.split('\n').includes(line), `${line}\n\n${output}`)
  assert.equal(readFileSync(join(root, 'plugins/library/api.json'), 'utf8'), before)
})

test('a plugin that was not made of a document cannot be compared with one', async () => {
  const root = temporaryFolder()
  mkdirSync(join(root, 'plugins/library'), { recursive: true })
  writeFileSync(join(root, 'plugins/library/package.json'), '{}')
  const { code, output } = await runPrinted(
    (given) => main(given, root),
    ['library', '--openapi', join(specs, 'fastapi.json')],
  )
  assert.equal(code, 2)
  assert.match(output, /was not made by --openapi/)
})
