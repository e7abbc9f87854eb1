import type { Call } from '../../../src/wire.ts'
import { CodeDetails } from '../parts/code.tsx'
import { Notice } from '../parts/notice.tsx'

/** How a call of an example compares with its recording. */
export function RecordedAnswer({ recorded }: { recorded: NonNullable<Call['recorded']> }) {
  const { status, answer, differences, changed = {} } = recorded
  return (
    <div className="recorded-answer">
      {Object.entries(changed).map(([name, value]) => (
        <p key={name}>
          <small>
            {name} was {JSON.stringify(value)} in the recording; the plugin has created another value now.
          </small>
        </p>
      ))}
      {differences?.length === 0 && (
        <p>
          <span className="tag active">Same status and shape as recorded</span>
        </p>
      )}
      {differences && differences.length > 0 && (
        <Notice kind="warning">
          <p>This answer differs from the recorded one:</p>
          <ul>
            {differences.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </Notice>
      )}
      {answer !== undefined && (
        <CodeDetails
          label={status === undefined ? 'Recorded response' : `Recorded response, status ${status}`}
          text={answer}
        />
      )}
    </div>
  )
}
