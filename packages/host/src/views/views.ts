import type { Client } from '@modelcontextprotocol/client'
import { guardedFetcher } from '@reference-plugins/guarded-fetch'
import { LRUCache } from 'lru-cache'
import { useMcp } from '../calls/mcp-call.ts'
import type { RegisteredPlugin } from '../plugins/plugins.ts'
import type { Credentials } from '../sign-in/credentials.ts'

const keptFor = 300_000
const longestView = 2 * 2 ** 20

/** The URIs of views, by the name of the tool. */
type Uris = ReadonlyMap<string, string>

interface ViewsOptions {
  credentials: Credentials
  allowLoopback: boolean
}

/**
 * The MCP Apps of plugins (2026-01-26). A plugin that was registered by its manifest has them if it serves MCP at /mcp
 * beside its API, with tools named like its operations.
 */
export class Views {
  readonly #options: ViewsOptions
  readonly #known = new LRUCache<string, Uris, () => Promise<Uris>>({
    max: 1_000,
    ttl: keptFor,
    fetchMethod: (_key, _stale, { context }) => context().catch(() => new Map()),
  })

  constructor(options: ViewsOptions) {
    this.#options = options
  }

  /** The URI of the view of an operation; undefined if there is none. */
  async find(user: string, plugin: RegisteredPlugin, operation: string): Promise<string | undefined> {
    const key = `${user} ${plugin.id} ${plugin.hash}`
    return (await this.#known.fetch(key, { context: () => this.#list(user, plugin) }))?.get(operation)
  }

  /** The HTML of a view. @throws Error if it cannot be read */
  read(user: string, plugin: RegisteredPlugin, uri: string): Promise<string> {
    return this.#use(user, plugin, async (client) => {
      const [content] = (await client.readResource({ uri })).contents
      const html = content && 'text' in content ? content.text : undefined
      if (typeof html !== 'string' || html.length > longestView) throw new Error(`${uri} is not a page of at most 2 MB`)
      return html
    })
  }

  #list(user: string, plugin: RegisteredPlugin): Promise<Uris> {
    return this.#use(user, plugin, async (client) => {
      const { tools } = await client.listTools()
      const uris = tools.map(({ name, _meta }) => [name, (_meta?.ui as { resourceUri?: unknown })?.resourceUri])
      return new Map(
        uris.filter((one): one is [string, string] => typeof one[1] === 'string' && one[1].startsWith('ui://')),
      )
    })
  }

  async #use<Result>(
    user: string,
    plugin: RegisteredPlugin,
    work: (client: Client) => Promise<Result>,
  ): Promise<Result> {
    const { source, server } = plugin.document
    const options = {
      fetch: guardedFetcher({ allowLoopback: this.#options.allowLoopback, redirects: 0, maximumBytes: 4 * 2 ** 20 }),
      authorization: await this.#options.credentials.authorization(user, plugin),
      signal: AbortSignal.timeout(10_000),
    }
    return useMcp(source === 'mcp' ? server : `${new URL(server).origin}/mcp`, options, work)
  }
}
