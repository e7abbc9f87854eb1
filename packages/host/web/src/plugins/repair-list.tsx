import type { Registration } from '../../../src/wire.ts'

/** The faults that the host repaired while it read the documents. */
export const RepairList = ({ repairs }: { repairs: Registration['repairs'] }) =>
  repairs.length > 0 && (
    <details>
      <summary>
        {repairs.length === 1 ? 'Repaired 1 problem' : `Repaired ${repairs.length} problems`} in the documents
      </summary>
      <ul>
        {repairs.slice(0, 100).map(({ document, pointer, message }) => (
          <li key={`${document}${pointer}${message}`}>
            <code>
              {document}
              {pointer && ` ${pointer}`}
            </code>{' '}
            {message}
          </li>
        ))}
      </ul>
    </details>
  )
