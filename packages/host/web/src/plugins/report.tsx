import { useState } from 'react'
import type { ReportEvent } from '../../../src/wire.ts'
import { events, wordsOf } from '../api.ts'
import { Button } from '../parts/button.tsx'
import { Copyable } from '../parts/copy-button.tsx'
import { Notice } from '../parts/notice.tsx'

type End = Extract<ReportEvent, { type: 'end' }>

/** The whole report of the contract tester, with reading operations only. */
export function Report({ id }: { id: string }) {
  const [progress, setProgress] = useState('')
  const [end, setEnd] = useState<End>()
  const [problem, setProblem] = useState('')
  const run = async () => {
    setEnd(undefined)
    setProblem('')
    setProgress('beginning')
    try {
      for await (const event of events<ReportEvent>('POST', `/api/plugins/${id}/report`, {})) {
        if (event.type === 'progress') setProgress(event.what)
        else setEnd(event)
      }
    } catch (error) {
      setProblem(wordsOf(error))
    }
    setProgress('')
  }
  return (
    <section className="card" aria-labelledby="report">
      <h2 id="report">Contract test</h2>
      <p>Judges the plugin as every assistant would see it. Only reading operations are called.</p>
      <Button isDisabled={progress !== ''} onPress={() => void run()}>
        {progress === '' ? 'Test the plugin' : 'Testing…'}
      </Button>
      {progress && <p role="status">{progress}</p>}
      {problem && <Notice kind="error">{problem}</Notice>}
      {end && (
        <>
          <Notice kind={end.findings.some(({ severity }) => severity === 'error') ? 'warning' : 'good'}>
            {end.findings.length === 0 ? 'Nothing was found' : `${end.findings.length} findings`} in {end.calls} calls.
          </Notice>
          <ul className="plain findings">
            {end.findings.map((one) => (
              <li key={`${one.code} ${one.subject} ${one.message}`} className={one.severity}>
                <details>
                  <summary>
                    <span className={`tag ${one.severity === 'error' ? 'bad' : ''}`}>{one.severity}</span> {one.subject}
                    : {one.title}
                  </summary>
                  <p>{one.message}</p>
                  <p className="advice">{one.advice}</p>
                  {one.curl && <Copyable label="See it again" text={one.curl} />}
                </details>
              </li>
            ))}
          </ul>
          {end.untested.length > 0 && (
            <details>
              <summary>{end.untested.length} not tested</summary>
              <ul>
                {end.untested.map((one) => (
                  <li key={`${one.subject} ${one.what}`}>
                    {one.subject}, {one.what}: {one.why}
                  </li>
                ))}
              </ul>
            </details>
          )}
        </>
      )}
    </section>
  )
}
