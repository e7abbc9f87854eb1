import { wordsOf } from './answers/sample.ts'
import type { Api } from './api.ts'

export const snapshotPath = 'api.json'

/** What a plugin was made from, as `api.json` has it: enough to say what a newer document changes. */
export interface Snapshot {
  source: string
  include: readonly string[]
  baseUrl: string
  /** By method and path. */
  operations: Record<string, SnapshotOperation>
  leftOut: Record<string, string>
}

export interface SnapshotOperation {
  name: string
  summary: string
  inputs: Record<string, string>
  answer: Record<string, string>
}

export function snapshotOf(api: Api, source: string, include: readonly string[]): Snapshot {
  return {
    source,
    include,
    baseUrl: api.baseUrl,
    operations: Object.fromEntries(
      api.operations.map(({ id, method, path, summary, inputs, answer }) => [
        `${method} ${path}`,
        {
          name: id,
          summary,
          inputs: Object.fromEntries(inputs.map((input) => [input.name, input.words])),
          answer: answer.shape ? wordsOf(answer.shape, api.named, answer.as ?? '') : {},
        },
      ]),
    ),
    leftOut: Object.fromEntries(api.leftOut.map(({ route, reason }) => [route, reason])),
  }
}

/** The differences in lines, empty where there are none. */
export function differences(before: Snapshot, now: Snapshot): string[] {
  const lines: string[] = []
  if (before.baseUrl !== now.baseUrl)
    lines.push(`changed: the address of the API is ${now.baseUrl}, and was ${before.baseUrl}`)
  for (const [route, { name, summary }] of Object.entries(now.operations))
    if (!Object.hasOwn(before.operations, route)) lines.push(`added: ${route} (${name}): ${summary}`)
  for (const [route, { name }] of Object.entries(before.operations)) {
    const operation = now.operations[route]
    if (!operation) {
      const reason = now.leftOut[route]
      lines.push(`removed: ${route} (${name})${reason === undefined ? '' : `: ${reason}`}`)
      continue
    }
    const old = before.operations[route] as SnapshotOperation
    const changes = [
      ...(old.summary === operation.summary ? [] : [`its summary is "${operation.summary}"`]),
      ...memberChanges('input', old.inputs, operation.inputs),
      ...memberChanges('answer', old.answer, operation.answer),
    ]
    lines.push(...changes.map((change) => `changed: ${route} (${name}): ${change}`))
  }
  for (const [route, reason] of Object.entries(now.leftOut))
    if (!Object.hasOwn(before.leftOut, route) && !Object.hasOwn(before.operations, route))
      lines.push(`left out: ${route}: ${reason}`)
  return lines
}

function memberChanges(what: string, before: Record<string, string>, now: Record<string, string>): string[] {
  const called = (name: string) => `the ${what}${name === '' ? '' : ` ${name}`}`
  return [
    ...Object.entries(now).flatMap(([name, word]) => {
      if (!Object.hasOwn(before, name)) return [`${called(name)} is new (${word})`]
      return before[name] === word ? [] : [`${called(name)} is ${word}, and was ${before[name]}`]
    }),
    ...Object.keys(before).flatMap((name) => (Object.hasOwn(now, name) ? [] : [`${called(name)} is gone`])),
  ]
}
