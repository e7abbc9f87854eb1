import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from '@reference-plugins/store/temporary'
import { load } from 'js-yaml'
import { usage } from '../src/command/options.ts'
import { serveMutant, tokens } from './mutant-server.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))

interface Step {
  run?: string
  env?: Record<string, string>
}

const action = load(readFileSync(join(root, 'action.yml'), 'utf8')) as {
  inputs: Record<string, object>
  runs: { steps: Step[] }
}
const step = action.runs.steps.find(({ run }) => run !== undefined) ?? {}
const given = step.env ?? {}

test('every input reaches the command, under the name of its option', () => {
  const used = Object.values(given).map((value) => /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(value)?.[1])
  assert.deepEqual(used.toSorted(), Object.keys(action.inputs).toSorted())
  for (const [variable, value] of Object.entries(given)) {
    const name = variable.replace('CONTRACT_', '').toLowerCase().replaceAll('_', '-')
    if (['url', 'documents', 'sarif', 'safe', 'strict'].includes(name)) continue
    assert.ok(value.includes(`inputs.${name} `), variable)
    assert.ok(usage.includes(`--${name}`), name)
  }
})

test('the step annotates, writes a summary and its outputs, and fails as the command does', async (t) => {
  const server = await serveMutant('no-challenge')
  t.after(() => server.close())
  const folder = temporaryFolder()
  const [summary, outputs, sarif] = ['summary', 'outputs', 'sarif'].map((name) => join(folder, name))
  const child = spawn('bash', ['-c', step.run ?? ''], {
    env: {
      ...process.env,
      GITHUB_ACTION_PATH: root,
      GITHUB_STEP_SUMMARY: summary,
      GITHUB_OUTPUT: outputs,
      RUNNER_TEMP: folder,
      CONTRACT_URL: server.url,
      CONTRACT_TOKEN: tokens.ada,
      CONTRACT_INCLUDE: 'listNotes',
      CONTRACT_STRICT: 'true',
      CONTRACT_SPEC_FILE: 'openapi.yaml',
      SARIF: sarif,
    },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const [code] = await once(child, 'close')
  assert.equal(code, 1, output)
  assert.match(output, /^::warning file=openapi\.yaml.*title=auth-challenge/m)
  assert.match(readFileSync(summary ?? '', 'utf8'), /\| warning \| auth-challenge \| listNotes \|/)
  assert.match(
    readFileSync(outputs ?? '', 'utf8'),
    /^errors=0\nwarnings=1\nuntested=\d+\nreport=.*contract-report\.json\n$/,
  )
  assert.equal(JSON.parse(readFileSync(sarif ?? '', 'utf8')).version, '2.1.0')
  assert.ok(!output.includes(tokens.ada))
})
