import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from '@reference-plugins/store/temporary'
import { main } from '../src/command/command.ts'
import { serveMutant, tokens } from './mutant-server.ts'

process.chdir(fileURLToPath(new URL('../../../', import.meta.url)))
const folder = temporaryFolder()

interface Printed {
  code: number | null
  output: string
}

/** Runs the command as a process. */
function runCommand(...words: string[]): Promise<Printed> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', 'packages/contract/bin/contract.ts', ...words],
    { env: { ...process.env, FORCE_COLOR: '0', NO_COLOR: '1' } },
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })))
}

/** Runs the command in this process, which is faster. */
async function contract(...words: string[]): Promise<Printed> {
  const lines: string[] = []
  const print = (line: string) => lines.push(line)
  const code = await main(words, undefined, { log: print, error: print })
  return { code, output: lines.join('\n') }
}

async function contractWith(environment: Record<string, string>, ...words: string[]): Promise<Printed> {
  const before = process.env
  process.env = { ...before, ...environment }
  try {
    return await contract(...words)
  } finally {
    process.env = before
  }
}

const keys = ['--token', tokens.ada, '--second-token', tokens.bob]
const oneOperation = ['--include', 'listNotes']

test('the exit code is 0 for a correct plugin, 1 for a broken one, with advice and a curl line, and 2 for no answers', async () => {
  const good = await serveMutant(undefined)
  const bad = await serveMutant('delete-keeps')
  assert.deepEqual((await runCommand(good.url, ...keys)).code, 0)
  const found = await runCommand(bad.url, ...keys)
  assert.equal(found.code, 1)
  assert.match(
    found.output,
    /error deleted-still-there {2}deleteNote: .* still shows it[\s\S]*Remove it from every answer[\s\S]*at \/paths\/~1notes~1\{id\}\/delete/,
  )
  assert.ok(!found.output.includes(tokens.ada), 'the token is not printed')
  assert.equal((await contract(good.url)).code, 2, 'without a token nothing answers')
  assert.equal((await contract('http://127.0.0.1:59999')).code, 1)
  for (const words of [
    [],
    ['--nothing'],
    ['a', 'b'],
    ['--reporter', 'x', 'http://a'],
    ['not an address'],
    ['--files'],
    ['--for', 'nobody', good.url],
  ]) {
    const { code, output } = await contract(...words)
    assert.equal(code, 2, words.join(' '))
    assert.doesNotMatch(output, /\n +at /, 'no stack')
  }
  good.close()
  bad.close()
})

test('each reporter writes its own format', async () => {
  const server = await serveMutant('no-challenge')
  const run = (reporter: string) => contract(server.url, ...keys, ...oneOperation, '--strict', '--reporter', reporter)
  const json = JSON.parse((await run('json')).output)
  assert.deepEqual([...new Set(json.findings.map(({ code }: { code: string }) => code))], ['auth-challenge'])
  const sarif = JSON.parse((await run('sarif')).output)
  assert.equal(sarif.version, '2.1.0')
  assert.equal(sarif.runs[0].results[0].ruleId, 'auth-challenge')
  const junit = (await run('junit')).output
  assert.match(
    junit,
    /^<\?xml[\s\S]*<testsuite name="contract" tests="\d+" failures="1"[\s\S]*<failure message="[^"]*WWW-Authenticate[\s\S]*<\/testsuite>\s*$/,
  )
  assert.match((await run('github')).output, /^::warning title=auth-challenge/)
  server.close()
})

test('a baseline accepts what it names, and fails where a line fits no finding', async () => {
  const server = await serveMutant('token-in-query')
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const run = (...words: string[]) => contract(server.url, ...keys, ...oneOperation, ...words)
  const found = JSON.parse((await run('--reporter', 'json')).output).findings as {
    code: string
    subject: string
  }[]
  const lines = found.map(({ code, subject }) => `${code} ${subject}  # known`).join('\n')
  assert.equal((await run('--baseline', file('good', lines))).code, 0)
  const stale = await run('--baseline', file('stale', `${lines}\nanswer-slow listNotes`))
  assert.equal(stale.code, 1)
  assert.match(stale.output, /answer-slow listNotes.*was not found/)
  server.close()
})

test('documents are checked without a server, and for assistants', async () => {
  const { code, output } = await contract(
    '--files',
    'plugins/notes/generated/ai-plugin.json',
    'plugins/notes/generated/openapi.yaml',
  )
  assert.equal(code, 0, output)
  writeFileSync(join(folder, 'openapi.json'), '{"openapi":"3.1.0","paths":{"/a":{"get":{"responses":{}}}}}')
  const bad = await contract('--files', join(folder, 'openapi.json'))
  assert.equal(bad.code, 1)
  assert.match(bad.output, /spec-operation-id/)
  const consumers = await contract(
    '--files',
    '--for',
    'langchain,adk',
    'plugins/notes/generated/ai-plugin.json',
    'plugins/notes/generated/openapi.json',
  )
  assert.equal(consumers.code, 1)
  assert.match(consumers.output, /refused {2}LangChain\n +it has no oauth\naccepted Google ADK/)
})

test('--safe changes nothing, and the same seed makes the same calls', async () => {
  const server = await serveMutant(undefined)
  const report = async (...words: string[]) =>
    JSON.parse((await contract(server.url, ...keys, '--reporter', 'json', ...words)).output)
  const safe = await report('--safe')
  assert.ok(safe.untested.some(({ subject }: { subject: string }) => subject === 'createNote'))
  assert.deepEqual(safe.answered, ['listNotes'])
  const other = await serveMutant(undefined)
  const calls = (await report('--seed', '5')).calls
  assert.equal(
    JSON.parse((await contract(other.url, ...keys, '--reporter', 'json', '--seed', '5')).output).calls,
    calls,
  )
  server.close()
  other.close()
})

test('the command line overrides the environment, which overrides a file that reads secrets from the environment', async (t) => {
  const server = await serveMutant(undefined)
  t.after(server.close)
  const file = join(folder, 'contract.json')
  const write = (value: unknown) => writeFileSync(file, JSON.stringify(value))
  const used = async (environment: Record<string, string>, ...words: string[]) => {
    const { code, output } = await contractWith(environment, '--config', file, '--reporter', 'json', ...words)
    assert.ok(code === 0 || code === 2, output)
    return code === 0 ? JSON.parse(output) : { output }
  }
  write({ url: server.url, token: '$NOTES_TOKEN', seed: 5, safe: true, include: ['listNotes'] })
  const fromFile = await used({ NOTES_TOKEN: tokens.ada })
  assert.deepEqual([fromFile.seed, fromFile.answered], [5, ['listNotes']])
  assert.equal((await used({ NOTES_TOKEN: tokens.ada, CONTRACT_SEED: '6' })).seed, 6)
  assert.equal((await used({ NOTES_TOKEN: tokens.ada, CONTRACT_SEED: '6' }, '--seed', '7')).seed, 7)
  const both = await used({
    NOTES_TOKEN: tokens.ada,
    CONTRACT_INCLUDE: 'listNotes\ncreateNote',
    CONTRACT_SAFE: 'false',
  })
  assert.deepEqual(both.answered.sort(), ['createNote', 'listNotes'])

  assert.match((await used({})).output, /NOTES_TOKEN, which is not set/)
  for (const [value, said] of [
    [{ tokn: 'a' }, /tokn is not known: url, oauth, files/],
    [{ safe: 'yes' }, /safe must be true or false/],
    [{ include: [1] }, /include must be a list of texts/],
    [{ token: { basic: 1 } }, /token must be a list of texts/],
    [{ token: { basic: '$NOT_SET' } }, /NOT_SET, which is not set/],
    [{ oauth: { clientId: 'a' } }, /redirectUri must be a URL/],
    [{ oauth: { redirectUri: 'https://a.example/b' } }, /clientId is missing/],
    [{ oauth: { clientID: 'a' } }, /oauth\.clientID is not known/],
    [[], /must hold a JSON object/],
  ] as const) {
    write(value)
    assert.match((await used({})).output, said)
  }
  writeFileSync(file, '{,')
  assert.match((await used({})).output, /contract\.json cannot be read/)
})
