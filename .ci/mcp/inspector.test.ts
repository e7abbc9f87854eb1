import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { ScriptedCall } from '../../packages/testing/src/index.ts'
import { script as food } from '../../plugins/food/test/script.ts'
import { script as news } from '../../plugins/news/test/script.ts'
import { script as notes } from '../../plugins/notes/test/script.ts'
import { script as stocks } from '../../plugins/stocks/test/script.ts'
import { script as todo } from '../../plugins/todo/test/script.ts'
import { run } from './command.ts'
import { mcpServers } from './servers.ts'

// The command line of the official Inspector lists the tools of every plugin, finds nothing that a client could not
// accept, and calls each tool.
const scripts: Record<string, ScriptedCall[]> = { todo, stocks, food, news: news('https://unused.example.com'), notes }
const servers = await mcpServers()
after(() => Promise.all(servers.map(({ close }) => close())))

for (const { name, url } of servers) {
  const inspect = (era: string, ...words: string[]) =>
    run('inspector', ['--cli', url, '--transport', 'http', '--protocol-era', era, '--format', 'json', ...words])

  for (const era of ['legacy', 'modern'])
    test(`${name}, ${era}: the Inspector lists the tools, and --strict finds nothing`, async () => {
      const { code, output } = await inspect(era, '--method', 'tools/list', '--strict')
      assert.equal(code, 0, output)
      assert.match(output, /"inputSchema"/)
      // A warning or an error would stand before or after the JSON.
      assert.doesNotThrow(() => JSON.parse(output), output)
    })

  const script = scripts[name]
  if (!script) continue
  test(`${name}: the Inspector calls every tool`, async () => {
    const answers: Record<string, unknown>[] = []
    const called = new Set<string>()
    for (const { operation, input, refused } of script) {
      // The Inspector must not add a feed from this machine.
      if (refused !== undefined || operation === 'addFeed') {
        answers.push({})
        continue
      }
      const words = [
        '--tool-name',
        operation,
        '--tool-args-json',
        JSON.stringify(typeof input === 'function' ? input(answers) : input),
      ]
      const { code, output } = await inspect('modern', '--method', 'tools/call', ...words)
      assert.equal(code, 0, `${operation}: ${output}`)
      const { result = JSON.parse(output) } = JSON.parse(output)
      assert.ok(result.structuredContent, output)
      assert.ok(!result.isError, output)
      answers.push(result.structuredContent)
      called.add(operation)
    }
    if (name === 'news') {
      const words = ['--tool-name', 'addFeed', '--tool-args-json', JSON.stringify({ url: 'http://127.0.0.1/feed' })]
      const { output } = await inspect('modern', '--method', 'tools/call', ...words)
      assert.match(output, /No feed was added/)
      called.add('addFeed')
    }
    assert.deepEqual([...called].sort(), [...new Set(script.map(({ operation }) => operation))].sort())
  })
}
