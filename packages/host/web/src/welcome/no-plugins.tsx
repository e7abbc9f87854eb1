import { Link } from 'wouter'
import type { LocalPlugin } from '../../../src/wire.ts'
import { LocalPlugins } from '../plugins/local-plugins.tsx'

/** What to do first, where no plugin is registered. */
export const NoPlugins = ({ locals }: { locals: LocalPlugin[] }) => (
  <div className="card first">
    <h2>Add your first plugin</h2>
    <p>
      A plugin is an API that an assistant can call. Register one by its address, such as <code>localhost:3333</code>,
      or by the URL of an OpenAPI spec or an MCP server.
    </p>
    <Link href="/plugins/register" className="button primary">
      Register a plugin
    </Link>
    <LocalPlugins locals={locals} />
  </div>
)
