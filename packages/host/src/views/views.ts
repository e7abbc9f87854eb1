import { guardedFetcher } from '@reference-plugins/guarded-fetch'
import { connectMcp } from '../calls/mcp-call.ts'
import type { RegisteredPlugin } from '../plugins/plugins.ts'
import type { Credentials } from '../sign-in/credentials.ts'

const keptFor = 300_000
const longestView = 2 * 2 ** 20

interface Known {
  at: number
  /** URIs of views, by the name of the tool. */
  uris: Promise<Map<string, string>>
}

/**
 * The MCP Apps of plugins (2026-01-26). A plugin that was registered by its manifest has them where it offers MCP at
 * /mcp beside its API, with tools that are named as its operations.
 */
export class Views {
  readonly #credentials: Credentials
  readonly #allowLoopback: boolean
  readonly #known = new Map<string, Known>()

  constructor({ credentials, allowLoopback }: { credentials: Credentials; allowLoopback: boolean }) {
    this.#credentials = credentials
    this.#allowLoopback = allowLoopback
  }

  /** The URI of the view of an operation; undefined where there is none. */
  async find(user: string, plugin: RegisteredPlugin, operation: string): Promise<string | undefined> {
    const key = `${user} ${plugin.id} ${plugin.hash}`
    let known = this.#known.get(key)
    if (!known || Date.now() - known.at > keptFor) {
      known = { at: Date.now(), uris: this.#list(user, plugin).catch(() => new Map()) }
      if (this.#known.size > 1_000) this.#known.clear()
      this.#known.set(key, known)
    }
    return (await known.uris).get(operation)
  }

  /** The HTML of a view. @throws Error where it cannot be read */
  async read(user: string, plugin: RegisteredPlugin, uri: string): Promise<string> {
    const client = await this.#connect(user, plugin)
    try {
      const { contents } = await client.readResource({ uri })
      const [content] = contents
      const html = content && 'text' in content ? content.text : undefined
      if (typeof html !== 'string' || html.length > longestView) throw new Error(`${uri} is no page of at most 2 MB`)
      return html
    } finally {
      await client.close()
    }
  }

  async #list(user: string, plugin: RegisteredPlugin): Promise<Map<string, string>> {
    const client = await this.#connect(user, plugin)
    try {
      const { tools } = await client.listTools()
      return new Map(
        tools.flatMap(({ name, _meta }) => {
          const ui = (_meta?.ui ?? {}) as { resourceUri?: unknown }
          return typeof ui.resourceUri === 'string' && ui.resourceUri.startsWith('ui://')
            ? [[name, ui.resourceUri]]
            : []
        }),
      )
    } finally {
      await client.close()
    }
  }

  async #connect(user: string, plugin: RegisteredPlugin) {
    const { source, server } = plugin.document
    return connectMcp(source === 'mcp' ? server : `${new URL(server).origin}/mcp`, {
      fetch: guardedFetcher({ allowLoopback: this.#allowLoopback, redirects: 0, maximumBytes: 4 * 2 ** 20 }),
      authorization: await this.#credentials.authorization(user, plugin),
      signal: AbortSignal.timeout(10_000),
    })
  }
}
