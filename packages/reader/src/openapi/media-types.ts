import { objectOf, pairsOf, type Schema, step } from '../text/members.ts'

/** A body in one media type. */
export interface Content {
  /** As the spec has it: `application/json; charset=utf-8`, `text/*`. */
  type: string
  /** As the spec has it, its references not followed. */
  schema: unknown
  /** The whole Media Type Object, with examples and encoding. */
  node: Schema
  /** Of the schema. */
  pointer: string
}

export const readContents = (content: unknown, pointer: string): Content[] =>
  pairsOf(content).map(([type, given]) => {
    const node = objectOf(given)
    return { type, schema: node.schema, node, pointer: step(step(pointer, type), 'schema') }
  })

/** In small letters and without parameters. */
export const bareType = (type: string): string => type.toLowerCase().split(';')[0]?.trim() ?? ''

export const isJsonType = (type: string): boolean => /^(application|text)\/([\w.+*-]+\+)?json$/.test(bareType(type))

/** The content that describes a body of this media type: the most specific one, OpenAPI's Response Object. */
export function contentFor<Of extends Pick<Content, 'type'>>(contents: readonly Of[], type: string): Of | undefined {
  const bare = bareType(type)
  const [kind = ''] = bare.split('/')
  const suffix = /\+\w+$/.exec(bare)?.[0]
  return (
    contents.find((one) => bareType(one.type) === bare && parametersOf(one.type) === parametersOf(type)) ??
    [bare, `${kind}/*${suffix}`, `${kind}/*`, '*/*', '*']
      .map((wanted) => contents.find((one) => bareType(one.type) === wanted))
      .find(Boolean)
  )
}

/** The parameters in one order, without charset: `v=1;level=2`. */
const parametersOf = (type: string): string =>
  type
    .toLowerCase()
    .replaceAll(/[\s"]/g, '')
    .split(';')
    .slice(1)
    .filter((one) => !one.startsWith('charset='))
    .sort()
    .join(';')

/** Whether what has the media type is a file, and no text. */
export const isBinaryType = (type: string): boolean =>
  /^((image|audio|video|font)\/|application\/(octet-stream|pdf|zip|gzip|x-zip|vnd\.))/.test(bareType(type))

/** The media type to send: a range, and what is not a media type at all, stand for JSON. */
function sentType(type: string): string {
  const name = bareType(type)
  return /^[\w.+-]+\/[\w.+-]+$/.test(name) ? name : 'application/json'
}

/** How well a body of the media type can be made of named arguments, the best first; undefined where it cannot be. */
export function sendableRank(type: string): number | undefined {
  const name = sentType(type)
  if (name === 'application/json') return bareType(type) === name ? 0 : 2
  if (isJsonType(name)) return 1
  if (name === 'application/x-www-form-urlencoded') return 3
  if (name === 'multipart/form-data') return 4
  if (name.startsWith('text/')) return 5
  return /(xml|yaml|graphql|javascript|ndjson|csv|json)/.test(name) ? 6 : undefined
}

/** The content to send, and the media type to send it as; undefined where none can be made of named arguments. */
export function chooseContent(contents: readonly Content[]): { content: Content; mediaType: string } | undefined {
  const rankOf = ({ type }: Content): number => sendableRank(type) ?? 7
  const [content] = contents.filter((one) => rankOf(one) < 7).sort((a, b) => rankOf(a) - rankOf(b))
  return content && { content, mediaType: sentType(content.type) }
}

/** Whether named members can be written in it. */
export const hasNamedMembers = (mediaType: string): boolean => /json$|form/.test(mediaType)
