import { useState } from 'react'
import { Link } from 'wouter'
import type { OperationSummary } from '../../../src/wire.ts'
import { Name } from '../parts/name.tsx'
import { OperationRoute } from '../parts/operation-route.tsx'
import { TextInput } from '../parts/text-input.tsx'
import { Inputs } from './inputs.tsx'
import { OperationAsks } from './operation-asks.tsx'

/** A list that fits on a screen needs no search. */
const searchedFrom = 8

interface Props {
  operations: OperationSummary[]
  /** Where the form of an operation opens; absent if the plugin cannot be called. */
  callPath?: (name: string) => string
}

export function OperationList({ operations, callPath }: Props) {
  const [query, setQuery] = useState('')
  const wanted = query.trim().toLowerCase()
  const shown = operations.filter(({ name, title }) => `${name} ${title}`.toLowerCase().includes(wanted))
  return (
    <section aria-label="Operations">
      <h2 className="visually-hidden">{operations.length === 1 ? '1 operation' : `${operations.length} operations`}</h2>
      {operations.length > searchedFrom && (
        <TextInput label="Search operations" type="search" value={query} onChange={setQuery} />
      )}
      {shown.length === 0 && <p className="empty">No operation matches “{query}”.</p>}
      <ul className="plain card operations">
        {shown.map((operation) => (
          <li key={operation.name}>
            <details>
              <summary>
                <span className="operation-line">
                  <Name>{operation.name}</Name>
                  <OperationAsks operation={operation} />
                  {operation.title !== operation.name && <span className="quiet">{operation.title}</span>}
                </span>
              </summary>
              <OperationRoute operation={operation} />
              {operation.description !== operation.title && <p>{operation.description}</p>}
              <Inputs operation={operation} />
              {callPath && (
                <Link className="button" href={callPath(operation.name)}>
                  Call {operation.name}
                </Link>
              )}
            </details>
          </li>
        ))}
      </ul>
    </section>
  )
}
