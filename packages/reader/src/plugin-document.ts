import type { Schema } from './text/members.ts'
import type { Repair } from './text/repairs.ts'

// Types only, so that a page can import this file alone.
export type { Repair, Schema }

export type AuthType = 'none' | 'service_http' | 'user_http' | 'oauth'

/** How callers authenticate, in the words of the manifest. */
export interface DocumentAuth {
  type: AuthType
  /** How the token is sent, for service_http and user_http. OAuth is always a bearer. */
  scheme: 'bearer' | 'basic'
  /** What the developer tells the user about it. */
  instructions?: string
  /** The header that a spec without a manifest expects its key in, such as X-Api-Key. */
  keyHeader?: string
  /** By service, such as openai. */
  verificationTokens: Record<string, string>
  oauth?: OAuthEndpoints
}

/** One security scheme that an operation requires. */
export interface SignInNeed {
  /** `bearer`, `basic`, or the place and the name of a key, such as `header:x-api-key`. */
  kind: string
  /** For people, such as "a bearer token". */
  words: string
}

export interface OAuthEndpoints {
  /** The page where users sign in: `client_url` of the manifest. */
  authorizationUrl: string
  /** The endpoint that exchanges a code for a token: `authorization_url` of the manifest, in spite of its name. */
  tokenUrl: string
  scope: string
  contentType: 'application/json' | 'application/x-www-form-urlencoded'
  /** Present where the client id and secret are sent in a Basic header instead of the body. */
  clientAuthentication?: 'basic'
}

/** Where one input goes when an operation is called. */
export interface Field {
  /** Its name in the flat input that the model fills. */
  name: string
  /** The host sends no cookies. */
  place: 'path' | 'query' | 'header' | 'cookie' | 'body'
  /** Its name on the wire; another one than `name` where two inputs clash. */
  wireName: string
  /** How a list is written: `a=1&a=2`, or `a=1,2`, or with a blank, a bar or a tab in place of the comma. */
  list?: 'repeated' | 'comma' | 'space' | 'bar' | 'tab'
  /**
   * How an object is written: its members beside the other parameters, as `name[member]`, as JSON, as `member,value` or
   * as `member=value`.
   */
  object?: 'members' | 'brackets' | 'json' | 'pairs' | 'equals'
  /** What a value in the path begins with: a dot, or a semicolon and its name. */
  prefix?: 'label' | 'matrix'
  /** Present for a file of a multipart form, with its media type if the spec names one. */
  file?: { type?: string }
}

export interface HttpTarget {
  kind: 'http'
  /** In capitals. */
  method: string
  /** With its parameters in braces; begins with a slash. */
  path: string
  /** Fixed pairs that stand in the path of the spec behind a question mark. */
  query: [name: string, value: string][]
  fields: Field[]
  body?: {
    mediaType: string
    /** The inputs whose place is body are its members, or the one named here is the whole of it. */
    whole?: string
    /** How the members of a form are written, by their names. Those that are not named are text, lists are repeated. */
    parts?: Record<string, FormPart>
  }
}

export interface FormPart {
  /** With a file name, without which many servers take no file. */
  isFile?: boolean
  /** The media type of the part. */
  type?: string
  list?: 'comma' | 'space' | 'bar'
}

/** What an operation is called by. */
export type Target = HttpTarget | { kind: 'mcp'; tool: string; view?: string }

export interface DocumentOperation {
  /** Unique in its plugin; letters, digits, `_` and `-`, at most 64. */
  name: string
  /** For people, one line. */
  title: string
  /** For the model; at most 300 characters, without invisible ones. */
  description: string
  /** One flat object: no `$ref`, no words that repeat without end, at most 32 deep. */
  input: Schema
  /** What the plugin says about it; undefined where it says nothing. The host decides from this and the method. */
  isConsequential: boolean | undefined
  /** Whether it only reads, by its method or by what its tool says. */
  isReading: boolean
  /**
   * Whether a person must confirm each call, and the plugin says in words what it will do, if the caller can ask them.
   * `x-confirmation` of a spec, `_meta.confirmation` of a tool.
   */
  confirms?: true
  /** The inputs for an idempotency key. Of an operation that only reads, they may be what is looked for. */
  keyInputs?: string[]
  /**
   * The ways to sign in that its spec names; one is enough, and each takes all of its schemes. Empty where none is
   * required; absent where the spec says nothing.
   */
  signIn?: SignInNeed[][]
  target: Target
}

/** What the host does with a plugin, whichever form it was read from. */
export interface PluginDocument {
  source: 'manifest' | 'spec' | 'mcp'
  /** What the model calls it: letters, digits and `_`, at most 50. Changed where the name in the manifest is not like that. */
  name: string
  /** For people; at most 50 characters, without invisible ones. */
  title: string
  descriptionForModel: string
  descriptionForHuman: string
  logoUrl?: string
  legalInfoUrl?: string
  contactEmail?: string
  auth: DocumentAuth
  /** The base of every call, without a slash at its end; of an MCP server its one URL. */
  server: string
  operations: DocumentOperation[]
}
