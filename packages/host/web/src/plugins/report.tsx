import { useState } from 'react'
import type { ReportEvent } from '../../../src/wire.ts'
import { events } from '../api.ts'
import { useAttempt } from '../attempt.ts'
import { Button } from '../parts/button.tsx'
import { Copyable } from '../parts/copyable.tsx'
import { Notice, Problem } from '../parts/notice.tsx'

type End = Extract<ReportEvent, { type: 'end' }>

/** The report of the contract tester. It calls read-only operations. */
export function Report({ id }: { id: string }) {
  const [progress, setProgress] = useState('')
  const [end, setEnd] = useState<End>()
  const { problem, attempt } = useAttempt()
  const run = async () => {
    setEnd(undefined)
    setProgress('Starting')
    await attempt(async () => {
      for await (const event of events<ReportEvent>('POST', `/api/plugins/${id}/report`, {})) {
        if (event.type === 'progress') setProgress(event.what)
        else setEnd(event)
      }
    })
    setProgress('')
  }
  return (
    <section className="card" aria-labelledby="report">
      <h2 id="report">Contract test</h2>
      <p>Checks how the plugin works with every assistant. It calls only operations that read.</p>
      <Button isDisabled={progress !== ''} onPress={() => void run()}>
        {progress === '' ? 'Test plugin' : 'Testing…'}
      </Button>
      {progress && <p role="status">{progress}</p>}
      <Problem>{problem}</Problem>
      {end && <Findings end={end} />}
    </section>
  )
}

const Findings = ({ end: { findings, untested, calls } }: { end: End }) => (
  <>
    <Notice kind={findings.some(({ severity }) => severity === 'error') ? 'warning' : 'good'}>
      {findings.length === 0 ? 'No findings' : findings.length === 1 ? '1 finding' : `${findings.length} findings`} in{' '}
      {calls} calls.
    </Notice>
    <ul className="plain">
      {findings.map((one) => (
        <li key={`${one.code} ${one.subject} ${one.message}`}>
          <details>
            <summary>
              <span className={`tag ${one.severity === 'error' ? 'bad' : ''}`}>{one.severity}</span> {one.subject}:{' '}
              {one.title}
            </summary>
            <p>{one.message}</p>
            <p className="advice">{one.advice}</p>
            {one.curl && <Copyable label="Reproduce with curl" text={one.curl} />}
          </details>
        </li>
      ))}
    </ul>
    {untested.length > 0 && (
      <details>
        <summary>{untested.length} not tested</summary>
        <ul>
          {untested.map(({ subject, what, why }) => (
            <li key={`${subject} ${what}`}>
              {subject}, {what}: {why}
            </li>
          ))}
        </ul>
      </details>
    )}
  </>
)
