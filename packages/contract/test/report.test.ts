import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { temporaryFolder } from '@reference-plugins/store/temporary'
import { main } from '../src/command/command.ts'
import { explain } from '../src/command/explain.ts'
import { verdictOf } from '../src/command/verdict.ts'
import { causesOf } from '../src/reporters/causes.ts'
import { reporters } from '../src/reporters/index.ts'
import { type Judged, Report } from '../src/rules/finding.ts'
import { rules } from '../src/rules/rules.ts'
import { serveMutant, tokens } from './mutant-server.ts'

const folder = temporaryFolder()
const write = (format: string, ...judged: Judged[]): string =>
  stripVTControlCharacters(reporters[format]?.(judged) ?? '')

function reportOf(add: (report: Report) => void): Judged {
  const report = new Report()
  report.texts.spec = '{\n "paths": {\n  "/a": {\n   "get": {},\n   "post": {}\n  }\n }\n}'
  report.secrets.set('tok-0123456789', 'TOKEN')
  add(report)
  return { name: 'http://a', report, specFile: 'api/openapi.json' }
}

async function contract(...words: string[]): Promise<{ code: number; output: string }> {
  const lines: string[] = []
  const print = (line: string) => lines.push(line)
  return { code: await main(words, undefined, { log: print, error: print }), output: lines.join('\n') }
}

test('what hides other findings comes first, then what has the most cases', () => {
  const { report } = reportOf((report) => {
    report.add('auth-challenge', 'a', 'x')
    report.add('answer-schema', 'a', 'x')
    for (let count = 0; count < 3; count++) report.add('server-error', 'a', 'x')
    report.add('auth-token-refused', 'a', 'x')
  })
  assert.deepEqual(
    report.findings.map(({ code }) => code),
    ['auth-token-refused', 'server-error', 'answer-schema', 'auth-challenge'],
  )
})

test('one cause at several operations is one finding, with the shortest command', () => {
  const judged = reportOf((report) => {
    report.keepAnswer('curl -i b', '500 text/html <b>tok-0123456789</b>')
    report.add('server-error', 'first', 'it answers 500', { pointer: '/paths/~1a/get', curl: 'curl -i longer' })
    report.add('server-error', 'second', 'it answers 500', { pointer: '/paths/~1a/post', curl: 'curl -i b' })
    report.add('server-error', 'third', 'it answers 501 \u001b[31m for tok-0123456789', { pointer: '/paths/~1a/post' })
  })
  const text = write('text', judged)
  assert.match(text, /^error server-error {2}second: it answers 500\n +also +first$/m)
  assert.match(text, /seen +500 text\/html <b>\$TOKEN<\/b>/)
  assert.match(text, /at \/paths\/~1a\/post, line 5 of the spec/)
  assert.match(text, /repeat +curl -i b\n/)
  assert.match(text, /accept +server-error second {2}# reason.*one line for each/)
  assert.ok(!text.includes('tok-0123456789') && !text.includes('\u001b'))
  assert.equal(JSON.parse(write('json', judged)).findings.length, 3)
  assert.match(write('github', judged), /^::error file=api\/openapi\.json,line=5,title=server-error%3A /m)
  const [, , third] = JSON.parse(write('sarif', judged)).runs[0].results
  assert.deepEqual(third.locations[0].physicalLocation, {
    artifactLocation: { uri: 'api/openapi.json' },
    region: { startLine: 5 },
  })
  assert.match(write('markdown', judged), /^\| error \| server-error \| second, first \| it answers 500 \|$/m)
})

test('what is expected stands beside what is seen, and the advice is apart', () => {
  const judged = reportOf((report) => {
    report.keepAnswer('curl -i a', '200 application/json {"count":"many"}')
    report.add('answer-schema', 'a', 'x', { curl: 'curl -i a', expected: '/count of {"type":"integer"}' })
    report.add('auth-open', 'b', 'no token is answered with 200')
    report.add('spec-text', 'c', 'it has no text')
  })
  const text = write('text', judged)
  assert.match(
    text,
    /expected +\/count of \{"type":"integer"\}\n +seen +200 application\/json \{"count":"many"\}\n +repair +Make/,
  )
  assert.match(text, /auth-open {2}b[^\n]*\n +wrong [^\n]*\n +expected +401\n/)
  assert.match(text, /spec-text {2}c[^\n]*\n +wrong [^\n]*\n +repair /)
  const [schema, open] = JSON.parse(write('json', judged)).findings
  assert.deepEqual([open.expected, schema.expected], ['401', '/count of {"type":"integer"}'])
  assert.match(
    write('markdown', judged),
    /\| expected \| seen \|\n\| --- \| --- \|\n\| \/count of \{"type":"integer"\} \| 200 /,
  )
  for (const format of ['junit', 'github', 'sarif'])
    assert.match(write(format, judged), /Expected: \/count of .*integer.*Seen: +200 application\/json/s, format)
})

test('what was sent and seen, and the way to a member, make no other cause', () => {
  const details = [
    [
      'answer-schema',
      '200: /notes/0/priority must be integer and is "1"',
      '200: /priority must be integer and is null',
    ],
    [
      'answer-schema',
      "200: /notes/0 must have required property 'id'",
      "200: the value must have required property 'id'",
    ],
    [
      'invalid-taken',
      'title violates its type, {"a":1}, and is answered with 200',
      'title violates its type, 1, and is answered with 201',
    ],
    [
      'valid-refused',
      'q at an edge, "xx is answered with 400, and "a" with 2xx',
      'q at an edge, "y is answered with 400, and 5 with 2xx',
    ],
  ] as const
  for (const [code, one, other] of details) {
    const { report } = reportOf((report) => {
      report.add(code, 'a', one)
      report.add(code, 'b', other)
    })
    assert.equal(causesOf(report.findings).length, 1, one)
  }
  const { report } = reportOf((report) => {
    report.add('answer-schema', 'a', '200: /a must be integer')
    report.add('answer-schema', 'b', '200: /b must be integer')
    report.add('answer-schema', 'c', '200: /b must be string')
  })
  assert.equal(causesOf(report.findings).length, 3)
})

test('what may only follow is named with its cause', () => {
  const judged = reportOf((report) => {
    report.add('auth-any-token', 'a', 'an invalid token is answered with 200')
    report.add('auth-open', 'a', 'no token is answered with 200')
    report.add('auth-any-token', 'b', 'an invalid token is answered with 200')
  })
  assert.match(write('text', judged), /auth-open {2}a:[^\n]*(\n +(?!hides).*)*\n +hides +auth-any-token: check again/)
  assert.deepEqual(
    causesOf(judged.report.findings).map(({ code, subject }) => [code, subject]),
    [
      ['auth-open', 'a'],
      ['auth-any-token', 'b'],
    ],
  )
})

test('a report about several servers is one document', () => {
  const [a, b] = [reportOf(() => {}), reportOf((report) => report.add('leak', 'a', 'x'))]
  assert.equal(JSON.parse(write('json', a, b)).length, 2)
  assert.equal(JSON.parse(write('sarif', a, b)).runs.length, 2)
  assert.match(write('junit', a, b), /<testsuites>[\s\S]*<\/testsuite>\n<testsuite [\s\S]*<\/testsuites>$/)
})

test('a run in which next to nothing was tested is not green', () => {
  const { report } = reportOf((report) => {
    report.calls = 45
    report.answered.add('a')
  })
  assert.equal(verdictOf(report, {}).code, 0)
  report.statuses.set(200, 8).set(429, 37)
  assert.match(verdictOf(report, {}).reasons.join(), /37 of 45 calls were answered with 429/)
  assert.equal(verdictOf(report, {}).code, 2)
  report.statuses.set(200, 80)
  assert.equal(verdictOf(report, {}).code, 0)
  for (const id of ['a', 'b', 'c']) report.planned.add(id)
  report.pending.add('a').add('b')
  assert.match(verdictOf(report, {}).reasons.join(), /2 of 3 operations.*--max-time/)
  report.answered.clear()
  report.statuses.clear()
  report.statuses.set(401, 45)
  assert.match(verdictOf(report, {}).reasons.join(), /45 of 45 calls were answered with 401 or 403, so give --token/)
  assert.equal(verdictOf(report, {}).code, 2)
})

test('every rule is explained', async () => {
  assert.equal(explain([]).split('\n').length, Object.keys(rules).length)
  for (const code of Object.keys(rules)) {
    const text = explain([code])
    for (const part of ['What', 'Why', 'Repair', 'Accept', 'Source']) assert.match(text, new RegExp(`^${part} `, 'm'))
    assert.ok(!text.includes('Some assistants fail here'), `${code} has no explanation, nor has its group`)
  }
  assert.equal((await contract('--explain', 'auth-open')).code, 0)
  assert.match((await contract('--explain', 'nothing')).output, /nothing is not a rule: contract --explain lists all/)
})

test('a file names several servers, each with its own options, and reports go to files', async (t) => {
  const [good, bad] = [await serveMutant(undefined), await serveMutant('no-challenge')]
  t.after(() => [good, bad].map((server) => server.close()))
  const config = join(folder, 'targets.json')
  const [json, markdown] = [join(folder, 'report.json'), join(folder, 'report.md')]
  const targets: Record<string, unknown>[] = [
    { name: 'good', url: good.url, token: tokens.ada },
    { url: bad.url, token: tokens.ada, strict: true },
  ]
  const check = (...words: string[]) => {
    writeFileSync(config, JSON.stringify({ targets, include: ['listNotes'], reporter: [`json:${json}`] }))
    return contract('--config', config, ...words)
  }
  const { code, output } = await check()
  assert.deepEqual([code, output], [1, ''])
  const reports = JSON.parse(readFileSync(json, 'utf8'))
  assert.deepEqual(
    reports.map(({ subject, findings }: { subject: string; findings: unknown[] }) => [subject, findings.length]),
    [
      ['good', 0],
      [bad.url, 1],
    ],
  )
  assert.equal((await check('--reporter', `markdown:${markdown}`, good.url, '--token', tokens.ada)).code, 0)
  assert.match(readFileSync(markdown, 'utf8'), /^## Contract of http[\s\S]*No findings in \d+ calls/)
  for (const [target, said] of [
    [{ token: 'x' }, /targets\[0\] needs a url/],
    [{ url: 'http://a', reporter: 'json' }, /targets\[0\]: reporter is not known/],
    [5, /targets\[0\] must be an object/],
  ] as const) {
    targets[0] = target as Record<string, unknown>
    assert.match((await check()).output, said)
  }
})
