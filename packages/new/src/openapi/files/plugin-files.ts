import type { Name } from '../../name.ts'
import type { Api } from '../api.ts'
import { quoted, withoutClaims } from './text.ts'

export interface Facts {
  name: Name
  title: string
  port: number
}

/** The functions that create operations, each with its file. */
export type Creators = readonly { create: string; file: string }[]

const longestHuman = 100
const longestModel = 1_800
const longestStarter = 128
const mostStarters = 4

export function pluginFile(api: Api, { name, title }: Facts, creators: Creators): string {
  const { pascal, constant, camel } = name
  const [only] = creators
  const operations =
    creators.length === 1
      ? `${only?.create}(api)`
      : `{ ${creators.map(({ create }) => `...${create}(api)`).join(', ')} }`
  const credentials = api.credentials.map(
    (one) =>
      `{ in: '${one.in}', ${one.name === undefined ? '' : `name: ${quoted(one.name)}, `}variable: '${one.variable}', value: settings.${one.variable} },\n`,
  )
  return [
    `import { createUpstream, definePlugin, none } from '@reference-plugins/core'\n`,
    ...creators.map(({ create, file }) => `import { ${create} } from './${file}'\n`),
    `import { defaultBaseUrl, type ${pascal}Settings } from './settings.ts'\n\n`,
    `/** ${oneLine(title)}, by its API. */\n`,
    `export async function create${pascal}Plugin(settings: ${pascal}Settings) {\n`,
    `const baseUrl = settings.${constant}_BASE_URL ?? defaultBaseUrl\n`,
    `const api = createUpstream({\nname: ${quoted(title)},\nbaseUrl,\n${credentials.length > 0 ? `credentials: [\n${credentials.join('')}],\n` : ''}})\n\n`,
    'return definePlugin({\n',
    `name: ${quoted(camel)},\ntitle: ${quoted(title)},\n`,
    `descriptionForHuman: ${quoted(forHuman(api, title))},\n`,
    `descriptionForModel: ${quoted(forModel(api, title))},\n`,
    `conversationStarters: [\n${starters(api)
      .map((one) => `${quoted(one)},\n`)
      .join('')}],\n`,
    `contactEmail: ${quoted(api.contactEmail ?? 'maintainers@example.com')},\n`,
    `folder: new URL('..', import.meta.url),\nservesFrom: baseUrl,\nauth: none(),\noperations: ${operations},\n})\n}\n`,
  ].join('')
}

const oneLine = (text: string): string => withoutClaims(text).replaceAll(/\s+/g, ' ').trim()

/** The first sentence of the document, if it is short. */
function forHuman({ description }: Api, title: string): string {
  const sentence = oneLine(/^.*?[.!?](?=\s|$)/.exec(oneLine(description))?.[0] ?? description)
  const isFit = sentence.length > 10 && sentence.length < longestHuman && !/[<>[\]`*#|]|https?:/.test(sentence)
  return isFit ? (/[.!?]$/.test(sentence) ? sentence : `${sentence}.`) : `Use ${oneLine(title)} by its API.`
}

function forModel({ description }: Api, title: string): string {
  const said = oneLine(description)
  const start =
    said === ''
      ? `The API of ${oneLine(title)}.`
      : said.length > longestModel
        ? `${said.slice(0, longestModel - 1)}…`
        : said
  return `${start}${/[.!?…]$/.test(start) ? '' : '.'} A long answer is cut: "cut" says what is missing.`
}

/** What a user may ask for: what the operations that only read do. */
function starters({ operations }: Api): string[] {
  const reading = operations.filter(({ method }) => method === 'GET')
  const sentences = (reading.length > 0 ? reading : operations)
    .map(({ summary }) => oneLine(summary).replace(/[.!?…]+$/, ''))
    .filter((sentence) => sentence.length >= 4 && sentence.length < longestStarter)
    .map((sentence) => `${sentence}.`)
  const unique = [...new Set(sentences)].slice(0, mostStarters)
  return unique.length > 0 ? unique : ['What can you do?']
}

export function settingsFile({ baseUrl, credentials }: Api, { name: { pascal, constant } }: Facts): string {
  const secrets = credentials.map(({ variable, words, in: place }) => {
    const form =
      place === 'basic'
        ? `/^[^:]+:.+$/, 'must be USER:PASSWORD'`
        : `/^[!-~]+$/, 'must be the secret of the API, without spaces'`
    return `/** ${words.charAt(0).toUpperCase()}${words.slice(1)}. */\n${variable}: z.string().regex(${form}).optional(),\n`
  })
  return [
    `import { BaseUrl, type Settings } from '@reference-plugins/core'\nimport { z } from 'zod'\n\n`,
    `export const defaultBaseUrl = ${quoted(baseUrl)}\n\n`,
    `/** The variables that only this plugin reads. */\n`,
    `export const ${pascal}Settings = z.object({\n${constant}_BASE_URL: BaseUrl.default(defaultBaseUrl),\n${secrets.join('')}})\n`,
    `export type ${pascal}Settings = Settings<typeof ${pascal}Settings>\n`,
  ].join('')
}

export const mainFile = ({ name: { pascal }, port }: Facts): string => `import { serve } from '@reference-plugins/core'
import { create${pascal}Plugin } from './plugin.ts'
import { ${pascal}Settings } from './settings.ts'

await serve(create${pascal}Plugin, { port: ${port}, folder: new URL('..', import.meta.url), settings: ${pascal}Settings })
`
