import { anthropic, openai, type StrictSubset, strictFaults } from '@reference-plugins/reader'
import { asArray, asObject, type Schema, type Spec, type SpecOperation } from './spec.ts'

/** What the demands of a consumer look at. */
export interface PluginFacts {
  manifest: Schema | undefined
  spec: Spec
  /** The OpenAPI versions in which the plugin serves its spec. */
  versions: readonly string[]
}

/** One demand of a consumer. Answers what is wrong, or undefined. */
interface Demand {
  level: 'refused' | 'degraded'
  fault: (facts: PluginFacts) => string | undefined
}

export interface Profile {
  title: string
  /** Where it says so. */
  source: string
  demands: readonly Demand[]
}

export interface Verdict {
  consumer: string
  title: string
  verdict: 'accepted' | 'degraded' | 'refused'
  reasons: string[]
}

type Auth = 'none' | 'service_http' | 'user_http' | 'oauth'

const refused = (fault: Demand['fault']): Demand => ({ level: 'refused', fault })
const degraded = (fault: Demand['fault']): Demand => ({ level: 'degraded', fault })
const operationsOf = ({ spec }: PluginFacts) => spec.operations
const first = <Item>(items: readonly Item[], fault: (item: Item) => string | undefined): string | undefined =>
  items.map(fault).find(Boolean)

const version = (...versions: string[]) =>
  refused((facts) =>
    facts.versions.some((one) => versions.some((wanted) => one.startsWith(wanted)))
      ? undefined
      : `it reads OpenAPI ${versions.join(' or ')}, and there is ${facts.versions.join(', ')}`,
  )

/** A plugin on this machine is not judged by what only a public one needs. */
const publicServer = refused(({ spec }) => {
  const [url = ''] = spec.servers
  if (!URL.canParse(url)) return 'it needs one absolute server URL'
  const { protocol, port, hostname } = new URL(url)
  if (['localhost', '127.0.0.1', '[::1]'].includes(hostname)) return undefined
  return protocol === 'https:' && port === '' ? undefined : 'the server must use https on its default port'
})
const oneServer = refused(({ spec }) =>
  spec.servers.length === 1 ? undefined : `it takes exactly one server, and there are ${spec.servers.length}`,
)
const someServer = refused(({ spec }) => (spec.servers.length > 0 ? undefined : 'it needs a server'))
const ids = (pattern: RegExp, words: string) =>
  refused((facts) =>
    first(operationsOf(facts), ({ id }) => (pattern.test(id) ? undefined : `the operationId ${id} must be ${words}`)),
  )
const idsNeeded = ids(/^[\w-]{1,64}$/, '1 to 64 letters, digits, - and _')
const most = (count: number, level: Demand['level'] = 'refused'): Demand => ({
  level,
  fault: ({ spec }) =>
    spec.operations.length > count
      ? `it takes ${count} operations, and there are ${spec.operations.length}`
      : undefined,
})

function authOf({ manifest, spec }: PluginFacts): Auth {
  const { type } = asObject(manifest?.auth)
  if (['none', 'service_http', 'user_http', 'oauth'].includes(String(type))) return type as Auth
  return spec.operations.some(({ isProtected }) => isProtected) ? 'service_http' : 'none'
}
const auth = (...kinds: Auth[]) =>
  refused((facts) => (kinds.includes(authOf(facts)) ? undefined : `it has no ${authOf(facts)}`))
const oneScheme = refused(({ spec }) => {
  const schemes = Object.keys(asObject(asObject(spec.document.components).securitySchemes))
  return schemes.length > 1 ? `it takes one security scheme, and there are ${schemes.length}` : undefined
})

const composed = (schema: unknown, depth = 0): boolean => {
  const node = asObject(schema)
  if (node.oneOf || node.anyOf || node.allOf) return true
  return depth < 6 && [...Object.values(asObject(node.properties)), node.items].some((one) => composed(one, depth + 1))
}
const isFlat = (schema: Schema): boolean => {
  const { type, items } = schema
  if (type === 'array') return isFlat(asObject(items)) && asObject(items).type !== 'array'
  return type !== 'object' && !schema.properties
}
const flatInputs = (level: Demand['level']): Demand => ({
  level,
  fault: (facts) =>
    first(operationsOf(facts), ({ id, fields }) =>
      first(fields, ({ name, schema }) => (isFlat(schema) ? undefined : `${name} of ${id} is an object in an input`)),
    ),
})
const plainInputs = (level: Demand['level']): Demand => ({
  level,
  fault: (facts) =>
    first(operationsOf(facts), ({ id, fields }) =>
      first(fields, ({ name, schema }) =>
        composed(schema) ? `${name} of ${id} has oneOf, anyOf or allOf` : undefined,
      ),
    ),
})
/** The object that a tool accepts. */
const toInput = ({ fields }: SpecOperation): Schema => ({
  type: 'object',
  properties: Object.fromEntries(fields.map(({ name, schema }) => [name, schema])),
  required: fields.filter(({ required }) => required).map(({ name }) => name),
})
const strictInputs = (subset: StrictSubset): Demand[] => [
  refused((facts) =>
    first(operationsOf(facts), (one) => {
      const [fault] = strictFaults(toInput(one), subset).refused
      return fault && `${one.id}: ${fault}`
    }),
  ),
  degraded((facts) => {
    const lost = new Set(
      operationsOf(facts).flatMap((one) =>
        strictFaults(toInput(one), subset).lost.map((word) => word.split(' of ')[0]),
      ),
    )
    return lost.size > 0 ? `the model is not held to ${[...lost].join(', ')}: only the plugin is` : undefined
  }),
]
const noParameterReferences = degraded(({ spec }) =>
  first(spec.operations, ({ id, node }) =>
    asArray(node.parameters).some((one) => asObject(one).$ref)
      ? `a parameter of ${id} is a reference, and is lost`
      : undefined,
  ),
)
const noHeaders = degraded((facts) =>
  first(operationsOf(facts), ({ id, fields }) =>
    fields.some(({ place }) => place === 'header') ? `headers of ${id} are not sent` : undefined,
  ),
)
const only200 = refused((facts) =>
  first(operationsOf(facts), ({ id, responses }) =>
    Object.keys(responses).every((status) => status === '200' || status === 'default')
      ? undefined
      : `${id} describes other answers than 200 and default`,
  ),
)
const jsonAnswers = degraded((facts) =>
  first(operationsOf(facts), ({ id, responses }) =>
    !responses['200']?.contents.length || responses['200'].contents.some(({ type }) => /json/.test(type))
      ? undefined
      : `${id} does not answer JSON`,
  ),
)
const jsonBodies = refused((facts) =>
  first(facts.spec.operations, ({ id, node, hasBody }) =>
    asObject(node.requestBody).content && !hasBody ? `the body of ${id} is not JSON` : undefined,
  ),
)
const noNameTwice = degraded((facts) =>
  first(operationsOf(facts), ({ id, fields }) =>
    new Set(fields.map(({ name }) => name)).size < fields.length
      ? `an input of ${id} has the name of another`
      : undefined,
  ),
)
const texts = (longest: number) =>
  degraded(({ spec }) =>
    first(spec.operations, ({ id, node: { summary = '', description = '' } }) => {
      return [summary, description].some((text) => Array.from(String(text)).length > longest)
        ? `a text of ${id} is over ${longest} characters`
        : undefined
    }),
  )
const summaries = refused(({ spec }) =>
  first(spec.operations, ({ id, node }) => (node.summary ? undefined : `${id} has no summary`)),
)
const manifestNeeded = refused(({ manifest }) => (manifest ? undefined : 'it needs a manifest, which is missing'))
const noEnums = degraded((facts) =>
  first(operationsOf(facts), ({ id, fields }) =>
    first(fields, ({ name, schema }) =>
      Array.isArray(schema.enum) && !schema.enum.every((one) => String(schema.description ?? '').includes(String(one)))
        ? `it reads no enum, and the description of ${name} of ${id} does not say its values`
        : undefined,
    ),
  ),
)
const components = refused(({ spec }) =>
  asObject(spec.document.components).schemas === undefined ? 'it needs components.schemas, which may be {}' : undefined,
)

/** The consumers of 2026, with what each demands of a manifest and a spec. */
export const profiles: Record<string, Profile> = {
  'chatgpt-plugin': {
    title: 'ChatGPT plugin (2023)',
    source: 'platform.openai.com/docs/plugins, archived',
    demands: [manifestNeeded, version('3.'), components, texts(200), noNameTwice],
  },
  'gpt-actions': {
    title: 'GPT Actions',
    source: 'developers.openai.com/api/docs/actions',
    demands: [
      version('3.1'),
      publicServer,
      idsNeeded,
      components,
      most(30),
      oneScheme,
      texts(300),
      noParameterReferences,
      noHeaders,
      auth('none', 'service_http', 'oauth'),
    ],
  },
  m365: {
    title: 'Microsoft 365 Copilot',
    source: 'learn.microsoft.com: API plugin manifest 2.4, known issues',
    demands: [
      version('3.0'),
      publicServer,
      idsNeeded,
      flatInputs('refused'),
      plainInputs('refused'),
      oneScheme,
      most(10, 'degraded'),
      auth('none', 'service_http', 'oauth'),
    ],
  },
  'open-webui': {
    title: 'Open WebUI',
    source: 'docs.openwebui.com, tool servers',
    demands: [
      version('3.'),
      idsNeeded,
      noParameterReferences,
      noHeaders,
      jsonBodies,
      jsonAnswers,
      auth('none', 'service_http', 'user_http', 'oauth'),
    ],
  },
  librechat: {
    title: 'LibreChat',
    source: 'github.com/danny-avila/LibreChat, actions.ts',
    demands: [version('3.'), someServer, noNameTwice, auth('none', 'service_http', 'oauth')],
  },
  lobehub: {
    title: 'LobeHub',
    source: 'github.com/lobehub/lobe-chat, toolManifest.ts',
    demands: [manifestNeeded, version('3.'), auth('none', 'service_http')],
  },
  dify: {
    title: 'Dify',
    source: 'github.com/langgenius/dify, parser.py',
    demands: [version('3.'), someServer, flatInputs('degraded'), noNameTwice, auth('none', 'service_http')],
  },
  coze: {
    title: 'Coze Studio',
    source: 'github.com/coze-dev/coze-studio',
    demands: [version('3.0'), oneServer, idsNeeded, summaries, only200, jsonBodies, auth('none', 'service_http')],
  },
  langchain: {
    title: 'LangChain',
    source: 'langchain-community, AIPluginTool',
    demands: [manifestNeeded, version('3.'), auth('none')],
  },
  'semantic-kernel': {
    title: 'Semantic Kernel',
    source: 'github.com/microsoft/semantic-kernel',
    demands: [version('3.0', '3.1'), publicServer, noNameTwice, jsonBodies],
  },
  adk: {
    title: 'Google ADK',
    source: 'google.github.io/adk-docs, OpenAPIToolset',
    demands: [version('3.'), someServer],
  },
  foundry: {
    title: 'Azure AI Foundry',
    source: 'learn.microsoft.com, OpenAPI tool',
    demands: [
      version('3.0', '3.1'),
      ids(/^[A-Za-z_-]+$/, 'letters, - and _ only'),
      jsonBodies,
      auth('none', 'service_http'),
    ],
  },
  bedrock: {
    title: 'Amazon Bedrock Agents',
    source: 'docs.aws.amazon.com, action groups',
    demands: [version('3.0'), ids(/^(?!.*__)[\w-]{1,40}$/, 'without two underscores, at most 40 long'), noEnums],
  },
  agentcore: {
    title: 'Bedrock AgentCore Gateway',
    source: 'docs.aws.amazon.com, OpenAPI targets',
    demands: [
      version('3.0', '3.1'),
      publicServer,
      idsNeeded,
      plainInputs('refused'),
      jsonBodies,
      auth('none', 'service_http', 'oauth'),
    ],
  },
  fastmcp: {
    title: 'FastMCP',
    source: 'gofastmcp.com, from_openapi',
    demands: [version('3.'), ids(/^(?!.*__).{1,56}$/, 'at most 56 long, without two underscores')],
  },
  mcp: {
    title: 'MCP, made of the spec',
    source: 'modelcontextprotocol.io, 2026-07-28, server/tools',
    demands: [
      version('3.'),
      ids(/^[A-Za-z0-9_.-]{1,128}$/, '1 to 128 letters, digits and . _ -'),
      jsonBodies,
      jsonAnswers,
      noHeaders,
    ],
  },
  'openai-functions': {
    title: 'OpenAI, strict functions',
    source: 'platform.openai.com/docs/guides/structured-outputs',
    demands: [idsNeeded, most(128), ...strictInputs(openai)],
  },
  'anthropic-tools': {
    title: 'Anthropic, strict tools',
    source: 'platform.claude.com/docs, structured outputs',
    demands: [idsNeeded, ...strictInputs(anthropic)],
  },
}

/** Judges how each consumer handles a plugin. */
export function judgeConsumers(facts: PluginFacts, names: readonly string[] = Object.keys(profiles)): Verdict[] {
  return names.map((consumer) => {
    const { title, demands } = profiles[consumer] as Profile
    const faults = demands.flatMap(({ level, fault }) => {
      const reason = fault(facts)
      return reason === undefined ? [] : [{ level, reason }]
    })
    const verdict = faults.some(({ level }) => level === 'refused')
      ? 'refused'
      : faults.length > 0
        ? 'degraded'
        : 'accepted'
    return { consumer, title, verdict, reasons: faults.map(({ reason }) => reason) }
  })
}
