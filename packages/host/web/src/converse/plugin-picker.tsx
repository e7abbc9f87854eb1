import { useState } from 'react'
import { Link } from 'wouter'
import type { PluginSummary } from '../../../src/wire.ts'
import { TextInput } from '../parts/text-input.tsx'

interface Props {
  plugins: PluginSummary[]
  enabled: string[]
  onChange: (plugins: string[]) => Promise<void>
}

/** Selects the active plugins that this conversation can call. */
export function PluginPicker({ plugins, enabled, onChange }: Props) {
  const [chosen, setChosen] = useState(enabled)
  const [query, setQuery] = useState('')
  const toggle = (id: string) => {
    const next = chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]
    setChosen(next)
    void onChange(next)
  }
  const found = plugins.filter(({ title }) => title.toLowerCase().includes(query.toLowerCase()))
  return (
    <>
      {plugins.length === 0 && (
        <p>
          No plugins are active. <Link href="/plugins">Activate a plugin</Link>
        </p>
      )}
      {plugins.length > 10 && <TextInput label="Search plugins" type="search" value={query} onChange={setQuery} />}
      <ul className="plain">
        {found.slice(0, 200).map(({ id, title, descriptionForHuman, tokens }) => (
          <li key={id}>
            <label className="choice">
              <input type="checkbox" checked={chosen.includes(id)} onChange={() => toggle(id)} />
              <span>
                <strong>{title}</strong> <small>{tokens} tokens</small>
                <br />
                {descriptionForHuman}
              </span>
            </label>
          </li>
        ))}
      </ul>
    </>
  )
}
