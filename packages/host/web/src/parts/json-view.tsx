import { Code } from './code.tsx'
import { isObject, parseJson, toJson } from './json.ts'
import { Scroll } from './scroll.tsx'

/** JSON for people: a list of objects as a table too. */
export function JsonView({ label, text }: { label: string; text: string }) {
  const value = parseJson(text)
  const table = tableOf(value)
  return (
    <>
      {table && (
        <Scroll label={`${label} as a table`}>
          <table>
            <thead>
              <tr>
                {table.columns.map((column) => (
                  <th key={column} scope="col">
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {table.items.map((item, index) => (
                <tr key={index}>
                  {table.columns.map((column) => (
                    <td key={column}>{cellOf(item[column])}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      <Code label={label} text={value === undefined ? text : toJson(value)} />
    </>
  )
}

function tableOf(value: unknown): { columns: string[]; items: Record<string, unknown>[] } | undefined {
  const list = Array.isArray(value) ? value : Object.values((value as object) ?? {}).find(Array.isArray)
  if (!Array.isArray(list) || list.length === 0 || !list.every(isObject)) return undefined
  const items = list.slice(0, 50)
  return { items, columns: [...new Set(items.flatMap((item) => Object.keys(item)))].slice(0, 8) }
}

function cellOf(value: unknown): string {
  const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '')
  return text.length > 120 ? `${text.slice(0, 119)}…` : text
}
