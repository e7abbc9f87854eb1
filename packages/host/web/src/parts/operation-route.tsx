import type { OperationSummary } from '../../../src/wire.ts'

/** The method and path of an operation; nothing where it has none, as in MCP. */
export const OperationRoute = ({ operation: { method, path } }: { operation: OperationSummary }) =>
  method && (
    <p>
      <code>
        {method} {path}
      </code>
    </p>
  )
