import type { OperationSummary } from '../../../src/wire.ts'
import { Code } from '../parts/json-view.tsx'
import { asksWords } from './words.ts'

export const OperationList = ({ operations }: { operations: OperationSummary[] }) => (
  <section aria-label="Operations">
    <h3>{operations.length === 1 ? 'One operation' : `${operations.length} operations`}</h3>
    <ul className="plain operations">
      {operations.map((operation) => (
        <li key={operation.name}>
          <details>
            <summary>
              <code>{operation.name}</code> {operation.title} <small>{asksWords[operation.asks]}</small>
            </summary>
            {operation.method && (
              <p>
                <code>
                  {operation.method} {operation.path}
                </code>
              </p>
            )}
            <p>{operation.description}</p>
            <Code label={`Input of ${operation.name}`} text={JSON.stringify(operation.input, null, 2)} />
          </details>
        </li>
      ))}
    </ul>
  </section>
)
