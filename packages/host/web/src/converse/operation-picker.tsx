import { useState } from 'react'
import type { OperationSummary, PluginSummary } from '../../../src/wire.ts'
import { Button } from '../parts/button.tsx'
import { TextInput } from '../parts/text-input.tsx'
import { OperationForm } from './operation-form.tsx'

interface Props {
  plugins: PluginSummary[]
  onCall: (plugin: string, operation: string, given: Record<string, unknown>) => void
}

/** Every operation of the enabled plugins, and a form for the one that the user selects. */
export function OperationPicker({ plugins, onCall }: Props) {
  const [chosen, setChosen] = useState<{ plugin: PluginSummary; operation: OperationSummary }>()
  const [query, setQuery] = useState('')
  if (chosen)
    return (
      <>
        <Button kind="plain" onPress={() => setChosen(undefined)}>
          ← All operations
        </Button>
        <OperationForm
          title={`${chosen.plugin.title}: ${chosen.operation.title}`}
          operation={chosen.operation}
          onCall={(given) => onCall(chosen.plugin.id, chosen.operation.name, given)}
        />
      </>
    )
  const wanted = query.toLowerCase()
  const groups = plugins.slice(0, 50).map((plugin) => ({
    plugin,
    operations: plugin.operations.filter(({ name, title }) =>
      `${plugin.title} ${name} ${title}`.toLowerCase().includes(wanted),
    ),
  }))
  return (
    <>
      {plugins.length > 3 && <TextInput label="Search operations" type="search" value={query} onChange={setQuery} />}
      {groups
        .filter(({ operations }) => operations.length > 0)
        .map(({ plugin, operations }) => (
          <section key={plugin.id}>
            <h3>{plugin.title}</h3>
            <ul className="plain">
              {operations.map((operation) => (
                <li key={operation.name}>
                  <button type="button" className="choice" onClick={() => setChosen({ plugin, operation })}>
                    <code>{operation.name}</code> <span>{operation.title}</span>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        ))}
    </>
  )
}
