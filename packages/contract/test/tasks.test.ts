import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Code, checkPlugin } from '../src/index.ts'
import { checkAll } from './check-all.ts'
import { checkState, type Part } from './open-tasks.ts'
import { serveTasks, type TasksStyle, taskToken } from './tasks-server.ts'

// biome-ignore lint/suspicious/noExplicitAny: whatever stands in a spec
type Any = any

/** Defects of state, each with the code under which it has to be found. */
const stateDefects: Record<string, Code> = {
  'lost-write': 'created-not-found',
  'stale-list': 'created-not-listed',
  'wrong-location': 'location-wrong',
  'location-of-all': 'location-wrong',
  'same-id': 'id-twice',
  'lost-at-once': 'creation-lost',
  'shared-answer': 'value-lost',
  cut: 'value-lost',
  ascii: 'value-lost',
  lower: 'value-lost',
  'zero-lost': 'value-lost',
  'always-done': 'value-lost',
  'notes-lost': 'value-lost',
  'read-other': 'value-lost',
  'tags-lost': 'value-ignored',
  mass: 'unasked-taken',
  'mass-update': 'unasked-taken',
  'keeps-refused': 'refused-kept',
  'get-changes': 'safe-changes',
  'count-stuck': 'total-wrong',
  'total-wrong': 'total-wrong',
  'total-of-page': 'total-wrong',
  'filter-ignored': 'filter-wrong',
  'filter-inverted': 'filter-wrong',
  'filter-none': 'filter-wrong',
  'search-all': 'search-wrong',
  'search-none': 'search-wrong',
  'sort-ignored': 'sort-wrong',
  'sort-up': 'sort-wrong',
  'limit-ignored': 'limit-ignored',
  'offset-ignored': 'page-lost',
  'page-skips': 'page-lost',
  'page-repeats': 'page-lost',
  endless: 'page-endless',
  'change-lost': 'change-lost',
  'empty-kept': 'change-lost',
  'answers-old': 'change-lost',
  'patch-replaces': 'change-clobbers',
  'created-moves': 'change-clobbers',
  spills: 'change-spills',
  'update-of-deleted': 'change-of-deleted',
  'delete-keeps': 'deleted-still-there',
  'deletes-all': 'deletes-others',
  'second-delete-500': 'server-error',
  'tag-fixed': 'etag-wrong',
  'list-tag-fixed': 'etag-wrong',
  'always-304': 'etag-wrong',
  'never-304': 'etag-unused',
  'tag-random': 'etag-unstable',
  'tag-bare': 'etag-form',
  'match-ignored': 'match-ignored',
  'match-409': 'match-status',
  override: 'method-override',
  crash: 'crash',
}

/** Defects of HTTP. */
const httpDefects: Record<string, Code> = {
  'method-404': 'method-unknown',
  'options-500': 'server-error',
  trace: 'trace-on',
  'any-method': 'method-answered',
  'method-500': 'server-error',
  'no-allow': 'allow-missing',
  'wrong-allow': 'allow-wrong',
  'head-404': 'head-differs',
  'head-type': 'head-differs',
  'reflects-origin': 'cors-credentials',
  'preflight-401': 'cors-preflight',
  'preflight-method': 'cors-preflight',
  'preflight-header': 'cors-preflight',
  'preflight-condition': 'cors-preflight',
  'errors-without-cors': 'cors-errors',
  'public-cache': 'cache-shared',
  'no-cache-control': 'cache-unset',
  'accept-500': 'server-error',
  'language-500': 'server-error',
  'twice-500': 'server-error',
  'path-500': 'server-error',
  'no-charset': 'valid-refused',
  'prototype-names': 'unknown-answered',
}
const defects = { ...stateDefects, ...httpDefects }

/** Servers that are correct in less usual ways. */
const decoys: Record<string, TasksStyle> = {
  'marks of the next page': {},
  'limit and offset, and only the list': { paging: 'plain' },
  'the next page in the header Link': { paging: 'link' },
  'deleted items that stay with a mark': { isSoft: true },
}

const check = async (style: TasksStyle, parts?: readonly Part[]) => {
  const server = await serveTasks(style)
  try {
    return parts
      ? await checkState(server.url, { parts })
      : await checkPlugin({ baseUrl: server.url, token: taskToken, maxTime: 50 })
  } finally {
    server.close()
  }
}

const reportOf = await checkAll([...Object.keys(defects), ...Object.keys(decoys)], (name) =>
  decoys[name] ? check(decoys[name]) : check({ defect: name }, [name in stateDefects ? 'state' : 'http']),
)

for (const [name, code] of Object.entries(defects))
  test(`${name} is found as ${code}`, () => {
    const { findings } = reportOf(name)
    assert.ok(
      findings.some((finding) => finding.code === code),
      findings.map((one) => `${one.code} ${one.subject}: ${one.detail}`).join('\n') || 'nothing was found',
    )
  })

test('a finding about state says which value, item or number was wanted', () => {
  const wanted: Record<string, RegExp> = {
    'lost-write': /^the item [0-9a-f-]{36} in getTask, listTasks$/,
    'stale-list': /^a list with the item [0-9a-f-]{36}$/,
    'wrong-location': /^Location: \/tasks\/[0-9a-f-]{36}, below the address of the API$/,
    cut: /^title: "canary/,
    'tags-lost': /^tags: \[".*"\]$/,
    'get-changes': /^priority: \d+, as before$|^\{"id":.*, as before$/,
    'total-wrong': /^total: \d+$/,
    'count-stuck': /^count: \d+$/,
    'filter-inverted': /^only items with done: (true|false)$/,
    'search-none': /^a list with the item [0-9a-f-]{36}$/,
    'sort-ignored': /, /,
    'limit-ignored': /^at most 1 item$/,
    'page-skips': /^\d+ items$|, /,
    'change-lost': /^the item shows \w+: /,
    'patch-replaces': /^the item keeps \w+: /,
    spills: /^the other item keeps priority: \d$|^[0-9a-f-]{36} keeps priority: \d$/,
    'delete-keeps': /^404$/,
    'deletes-all': /^getTask shows the item [0-9a-f-]{36}$|^a list with [0-9a-f-]{36}$/,
    'always-304': /^200/,
    mass: /^a refusal, or another created_at than "2001-/,
  }
  const shown = Object.keys(wanted).map((name) => [
    name,
    reportOf(name)
      .findings.filter(({ code }) => code === defects[name])
      .map(({ expected = '' }) => expected),
  ])
  const others = shown.filter(([name, texts]) => ![texts].flat().some((one) => wanted[String(name)]?.test(one ?? '')))
  assert.deepEqual(others, [])
})

for (const name of Object.keys(decoys))
  test(`${name}: correct, so nothing is found`, () => {
    const report = reportOf(name)
    assert.deepEqual(
      report.findings.filter(({ subject }) => subject !== 'manifest'),
      [],
    )
    assert.ok(report.answered.size >= 7, [...report.answered].join())
  })

test('where the time is short, a thing is still changed and deleted', async () => {
  const checkBriefly = async (defect?: string) => {
    const server = await serveTasks({ defect })
    const report = await checkState(server.url, { isHurried: true })
    server.close()
    assert.ok(report.untested.some(({ reason }) => reason.includes('--max-time')))
    return report.findings.filter(({ severity }) => severity === 'error').map(({ code }) => code)
  }
  const briefly = ['change-lost', 'patch-replaces', 'delete-keeps', undefined]
  assert.deepEqual(await Promise.all(briefly.map(checkBriefly)), [
    ['change-lost'],
    ['change-clobbers'],
    ['deleted-still-there'],
    [],
  ])
})

test('a body of another media type is found where the spec describes 415', async () => {
  const without415 = (spec: Any) => {
    for (const item of Object.values<Any>(spec.paths))
      for (const { responses } of Object.values<Any>(item)) delete responses[415]
    return spec
  }
  const takenBy = async (style: TasksStyle) => {
    const server = await serveTasks(style)
    const report = await checkPlugin({ baseUrl: server.url, token: taskToken, include: ['createTask'], maxTime: 30 })
    server.close()
    return report.findings.filter(({ code }) => code === 'media-type-taken').map(({ detail, count }) => [detail, count])
  }
  assert.deepEqual(await takenBy({ defect: 'any-type' }), [['JSON as text/plain is answered with 201', 2]])
  assert.deepEqual(await takenBy({ defect: 'any-type', spec: without415 }), [])
  assert.deepEqual(await takenBy({}), [])
})

test('a refusal just before a window of calls ends is judged by what it says', async () => {
  const onlyCount = (spec: Any) => {
    for (const [path, item] of Object.entries<Any>(spec.paths))
      for (const { responses } of Object.values<Any>(item)) if (path !== '/tasks/count') delete responses[429]
    return spec
  }
  const checkWindow = async (defect?: string) => {
    const server = await serveTasks({ defect, mostPerWindow: 20, spec: onlyCount })
    const report = await checkPlugin({ baseUrl: server.url, token: taskToken, include: ['countTasks'], maxTime: 40 })
    server.close()
    return report.findings.filter(({ code }) => code === 'rate-limit').map(({ detail }) => detail)
  }
  assert.deepEqual(await checkWindow(), [])
  let grown: string[] = []
  // On a machine that is too slow, a window is over before the last call of it.
  for (let count = 0; count < 4 && grown.length === 0; count++) grown = await checkWindow('wait-grows')
  assert.match(grown[0] ?? '', /after \d seconds, as Retry-After says, it is refused again/)
})

test('a limit of calls is waited for, and what it says is judged', async () => {
  const limited = await check({ mostPerSecond: 300 })
  assert.deepEqual(
    limited.findings.filter(({ subject }) => subject !== 'manifest'),
    [],
  )
  assert.equal(limited.answered.size, 7)
  const check429 = async (defect: string) => {
    const server = await serveTasks({ defect, mostPerSecond: 20 })
    const report = await checkPlugin({ baseUrl: server.url, token: taskToken, maxTime: 5 })
    server.close()
    assert.ok(
      report.findings.some(({ code }) => code === 'rate-limit'),
      defect,
    )
  }
  await Promise.all(['no-retry-after', 'odd-retry-after', 'early-retry-after'].map(check429))
})
