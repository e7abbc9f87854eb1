import { isLoopbackUrl } from '@reference-plugins/guarded-fetch/address'
import { type AuthType, anthropic, openai, type StrictSubset, strictFaults } from '@reference-plugins/reader'
import { asArray, asObject, type Schema, type Spec, type SpecOperation } from './spec/spec.ts'

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

const refused = (fault: Demand['fault']): Demand => ({ level: 'refused', fault })

/** Demands something of each operation. Reports the first fault. */
const each = (level: Demand['level'], fault: (operation: SpecOperation) => string | undefined): Demand => ({
  level,
  fault: ({ spec }) => spec.operations.map(fault).find(Boolean),
})
/** Demands something of each input. `words` say what is wrong with one. */
const eachInput = (level: Demand['level'], isGood: (schema: Schema) => boolean, words: string): Demand =>
  each(level, ({ id, fields }) => {
    const bad = fields.find(({ schema }) => !isGood(schema))
    return bad && `${bad.name} of ${id} ${words}`
  })

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
  const { protocol, port } = new URL(url)
  return isLoopbackUrl(url) || (protocol === 'https:' && port === '')
    ? undefined
    : 'the server must use https on its default port'
})
const oneServer = refused(({ spec }) =>
  spec.servers.length === 1 ? undefined : `it takes exactly one server, and there are ${spec.servers.length}`,
)
const someServer = refused(({ spec }) => (spec.servers.length > 0 ? undefined : 'it needs a server'))
const ids = (pattern: RegExp, words: string) =>
  each('refused', ({ id }) => (pattern.test(id) ? undefined : `the operationId ${id} must be ${words}`))
const idsNeeded = ids(/^[\w-]{1,64}$/, '1 to 64 letters, digits, - and _')
const most = (count: number, level: Demand['level'] = 'refused'): Demand => ({
  level,
  fault: ({ spec: { operations } }) =>
    operations.length > count ? `it takes ${count} operations, and there are ${operations.length}` : undefined,
})

function authOf({ manifest, spec }: PluginFacts): AuthType {
  const { type } = asObject(manifest?.auth)
  if (['none', 'service_http', 'user_http', 'oauth'].includes(String(type))) return type as AuthType
  return spec.operations.some(({ isProtected }) => isProtected) ? 'service_http' : 'none'
}
const auth = (...kinds: AuthType[]) =>
  refused((facts) => (kinds.includes(authOf(facts)) ? undefined : `it has no ${authOf(facts)}`))
const oneScheme = refused(({ spec }) => {
  const schemes = Object.keys(asObject(asObject(spec.document.components).securitySchemes))
  return schemes.length > 1 ? `it takes one security scheme, and there are ${schemes.length}` : undefined
})

const isPlain = ({ oneOf, anyOf, allOf, properties, items }: Schema, depth = 0): boolean =>
  !(oneOf || anyOf || allOf) &&
  (depth >= 6 || [...Object.values(asObject(properties)), items].every((one) => isPlain(asObject(one), depth + 1)))
const isFlat = ({ type, items, properties }: Schema): boolean =>
  type === 'array' ? isFlat(asObject(items)) && asObject(items).type !== 'array' : type !== 'object' && !properties
const flatInputs = (level: Demand['level']) => eachInput(level, isFlat, 'is an object in an input')
const plainInputs = eachInput('refused', (schema) => isPlain(schema), 'has oneOf, anyOf or allOf')
/** The faults of the object that a tool accepts. */
const strictFaultsOf = ({ fields }: SpecOperation, subset: StrictSubset) =>
  strictFaults(
    {
      type: 'object',
      properties: Object.fromEntries(fields.map(({ name, schema }) => [name, schema])),
      required: fields.filter(({ required }) => required).map(({ name }) => name),
    },
    subset,
  )
const strictInputs = (subset: StrictSubset): Demand[] => [
  each('refused', (one) => {
    const [fault] = strictFaultsOf(one, subset).refused
    return fault && `${one.id}: ${fault}`
  }),
  {
    level: 'degraded',
    fault({ spec }) {
      const lost = spec.operations.flatMap((one) => strictFaultsOf(one, subset).lost)
      const words = new Set(lost.map((word) => word.split(' of ')[0]))
      return words.size > 0 ? `the model may ignore ${[...words].join(', ')}: only the plugin checks them` : undefined
    },
  },
]
const noParameterReferences = each('degraded', ({ id, node }) =>
  asArray(node.parameters).some((one) => asObject(one).$ref)
    ? `a parameter of ${id} is a reference, and is lost`
    : undefined,
)
const noHeaders = each('degraded', ({ id, fields }) =>
  fields.some(({ place }) => place === 'header') ? `headers of ${id} are not sent` : undefined,
)
const only200 = each('refused', ({ id, responses }) =>
  Object.keys(responses).every((status) => status === '200' || status === 'default')
    ? undefined
    : `${id} describes other answers than 200 and default`,
)
const jsonAnswers = each('degraded', ({ id, responses }) =>
  !responses['200']?.contents.length || responses['200'].contents.some(({ type }) => /json/.test(type))
    ? undefined
    : `${id} does not answer JSON`,
)
const jsonBodies = each('refused', ({ id, node, bodySchema }) =>
  asObject(node.requestBody).content && !bodySchema ? `the body of ${id} is not JSON` : undefined,
)
const noNameTwice = each('degraded', ({ id, fields }) =>
  new Set(fields.map(({ name }) => name)).size < fields.length
    ? `an input of ${id} has the name of another`
    : undefined,
)
const texts = (longest: number) =>
  each('degraded', ({ id, node: { summary = '', description = '' } }) =>
    [summary, description].some((text) => Array.from(String(text)).length > longest)
      ? `a text of ${id} is over ${longest} characters`
      : undefined,
  )
const summaries = each('refused', ({ id, node }) => (node.summary ? undefined : `${id} has no summary`))
const manifestNeeded = refused(({ manifest }) => (manifest ? undefined : 'it needs a manifest, which is missing'))
const noEnums = eachInput(
  'degraded',
  ({ enum: choices, description = '' }) =>
    !Array.isArray(choices) || choices.every((one) => String(description).includes(String(one))),
  'has an enum, which is not read, and its description does not name the values',
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
      plainInputs,
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
      plainInputs,
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
    const verdict = faults.find(({ level }) => level === 'refused')?.level ?? faults[0]?.level ?? 'accepted'
    return { consumer, title, verdict, reasons: faults.map(({ reason }) => reason) }
  })
}
