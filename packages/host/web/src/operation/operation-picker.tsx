import { useState } from 'react'
import type { PluginSummary } from '../../../src/wire.ts'
import { Name } from '../parts/name.tsx'
import { TextInput } from '../parts/text-input.tsx'
import { OperationAsks } from '../plugins/operation-asks.tsx'
import type { WantedCall } from './operation-panel.tsx'

/** A list that fits on a screen needs no search. */
const searchedFrom = 8
const shownPlugins = 50

/** Every operation of the enabled plugins. */
export function OperationPicker({
  plugins,
  onPick,
}: {
  plugins: PluginSummary[]
  onPick: (wanted: WantedCall) => void
}) {
  const [query, setQuery] = useState('')
  const wanted = query.trim().toLowerCase()
  const count = plugins.reduce((sum, { operations }) => sum + operations.length, 0)
  const groups = plugins
    .map((plugin) => ({
      plugin,
      operations: plugin.operations.filter(({ name, title }) =>
        `${plugin.title} ${name} ${title}`.toLowerCase().includes(wanted),
      ),
    }))
    .filter(({ operations }) => operations.length > 0)
  return (
    <>
      {count > searchedFrom && (
        <TextInput label={`Search ${count} operations`} type="search" value={query} onChange={setQuery} autoFocus />
      )}
      {groups.length === 0 && <p className="empty">No operation matches “{query}”.</p>}
      {groups.slice(0, shownPlugins).map(({ plugin, operations }) => (
        <section key={plugin.id}>
          <h3>{plugin.title}</h3>
          <ul className="plain">
            {operations.map((operation) => (
              <li key={operation.name}>
                <button type="button" className="choice" onClick={() => onPick({ plugin, operation })}>
                  <span className="row spread">
                    <Name>{operation.name}</Name> <OperationAsks operation={operation} />
                  </span>
                  {operation.title !== operation.name && <span>{operation.title}</span>}
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  )
}
