import { Scroll } from './scroll.tsx'

/** JSON for people: a list of alike objects as a table, the rest indented. */
export function JsonView({ text }: { text: string }) {
  const value = parse(text)
  const rows = rowsOf(value)
  return (
    <>
      {rows && (
        <Scroll label="Answer as a table">
          <table>
            <thead>
              <tr>
                {rows.columns.map((column) => (
                  <th key={column} scope="col">
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.items.map((item, index) => (
                <tr key={index}>
                  {rows.columns.map((column) => (
                    <td key={column}>{cell(item[column])}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      <Code text={value === undefined ? text : JSON.stringify(value, null, 2)} />
    </>
  )
}

export const Code = ({ text, label = 'Code' }: { text: string; label?: string }) => (
  <Scroll label={label}>
    <pre>{text.length > 20_000 ? `${text.slice(0, 20_000)}\n…` : text}</pre>
  </Scroll>
)

type Item = Record<string, unknown>

function rowsOf(value: unknown): { columns: string[]; items: Item[] } | undefined {
  const list = Array.isArray(value) ? value : Object.values((value as object) ?? {}).find(Array.isArray)
  if (!Array.isArray(list) || list.length === 0 || !list.every(isItem)) return undefined
  const items = list.slice(0, 50) as Item[]
  const columns = [...new Set(items.flatMap((item) => Object.keys(item)))].slice(0, 8)
  return { columns, items }
}

const isItem = (one: unknown): one is Item => one !== null && typeof one === 'object' && !Array.isArray(one)

const cell = (value: unknown): string => {
  const text =
    value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text.length > 120 ? `${text.slice(0, 119)}…` : text
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
