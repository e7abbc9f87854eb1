import { bareType, type Content, isJsonType, type Operation } from '@reference-plugins/reader'
import type { NamedShapes } from './named-shapes.ts'
import type { Shape } from './shape.ts'

/** What an operation answers with. */
export interface Answer {
  /** Of the whole answer; undefined where it has no content. */
  shape: Shape | undefined
  /** The member of the output for an answer that is not an object. */
  as: string | undefined
  /** How the client reads it; JSON by default. */
  kind: 'text' | 'any' | 'nothing' | undefined
}

const nothing: Answer = { shape: undefined, as: undefined, kind: 'nothing' }
const anything: Answer = { shape: { kind: 'any' }, as: 'answer', kind: 'any' }

/** What an operation answers with when it succeeds, or why a plugin cannot pass it on. */
export function readAnswer({ method, responses }: Operation, named: NamedShapes): Answer | { refused: string } {
  const successes = responses
    .filter(({ status }) => /^2/.test(status))
    .sort(
      (one, other) =>
        Number(other.contents.length > 0) - Number(one.contents.length > 0) || (one.status < other.status ? -1 : 1),
    )
  const success = successes[0] ?? responses.find(({ status }) => status === 'default')
  const contents = success?.contents ?? []
  // Many specs do not say what a GET answers with.
  if (contents.length === 0)
    return method === 'GET' && !successes.some(({ status }) => status === '204') ? anything : nothing
  const content =
    contents.find(({ type }) => isJsonType(type)) ?? contents.find(({ type }) => isRange(type)) ?? contents[0]
  if (!content) return nothing
  return isJsonType(content.type) || isRange(content.type) ? ofJson(content, named) : ofText(content)
}

const isRange = (type: string): boolean =>
  /^(\*|application)\/\*$|^\*$/.test(bareType(type)) || !bareType(type).includes('/')

function ofText({ type }: Content): Answer | { refused: string } {
  const bare = bareType(type)
  if (/event-stream|ndjson|jsonl|json-seq|x-mixed-replace|multipart\//.test(bare))
    return { refused: `it answers with a stream (${bare}): give it a handler that reads the stream to its end` }
  if (/^text\/|xml|yaml|javascript|graphql|urlencoded/.test(bare))
    return { shape: { kind: 'text' }, as: 'text', kind: 'text' }
  return { refused: `it answers with a file (${bare}): answer with its address, or over MCP with "content"` }
}

function ofJson({ type, schema, pointer }: Content, named: NamedShapes): Answer | { refused: string } {
  const shape = named.read(schema, pointer)
  const whole = shape.kind === 'named' ? named.get(shape.name) : shape
  if (isBinary(schema))
    return { refused: 'it answers with a file: answer with its address, or over MCP with "content"' }
  if (whole.kind === 'any') return anything
  const kind = isRange(type) || whole.kind === 'text' ? 'any' : undefined
  // The plugin says in this member what it cut.
  if (whole.kind === 'object' && !whole.members.some(({ name }) => name === 'cut'))
    return { shape, as: undefined, kind }
  return { shape, as: whole.kind === 'list' ? 'items' : whole.kind === 'text' ? 'text' : 'answer', kind }
}

const isBinary = (schema: unknown): boolean =>
  (schema as { format?: unknown } | undefined)?.format === 'binary' ||
  (schema as { type?: unknown } | undefined)?.type === 'file'
