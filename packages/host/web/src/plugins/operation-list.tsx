import type { OperationSummary } from '../../../src/wire.ts'
import { Code } from '../parts/code.tsx'
import { toJson } from '../parts/json.ts'
import { OperationRoute } from '../parts/operation-route.tsx'
import { confirmationLabels } from './labels.ts'

export const OperationList = ({ operations }: { operations: OperationSummary[] }) => (
  <section aria-label="Operations">
    <h3>{operations.length === 1 ? '1 operation' : `${operations.length} operations`}</h3>
    <ul className="plain">
      {operations.map((operation) => (
        <li key={operation.name}>
          <details>
            <summary>
              <code>{operation.name}</code> {operation.title} <small>{confirmationLabels[operation.asks]}</small>
            </summary>
            <OperationRoute operation={operation} />
            <p>{operation.description}</p>
            <Code label={`Input of ${operation.name}`} text={toJson(operation.input)} />
          </details>
        </li>
      ))}
    </ul>
  </section>
)
