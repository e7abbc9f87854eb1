import { type RegistrationStep, stepNames } from '../../../src/wire.ts'
import { Code, headerLines } from '../parts/code.tsx'

/** The mark of each state, and its text for a screen reader. */
const states: Record<RegistrationStep['state'], [mark: string, label: string]> = {
  running: ['…', 'running'],
  passed: ['✓', 'passed'],
  warned: ['!', 'passed with a warning'],
  failed: ['✕', 'failed'],
  skipped: ['–', 'not needed'],
}

/** All steps, in order. Each is filled in when its result arrives. */
export function StepList({ steps, isRunning }: { steps: readonly RegistrationStep[]; isRunning: boolean }) {
  return (
    <ol className="steps" aria-label="Steps" aria-live="polite" aria-busy={isRunning}>
      {stepNames.map((name) => {
        const step = steps.find((one) => one.name === name)
        return <StepItem key={name} name={name} step={step} isRunning={isRunning} />
      })}
    </ol>
  )
}

function StepItem({ name, step, isRunning }: { name: string; step: RegistrationStep | undefined; isRunning: boolean }) {
  const state = step && (step.message !== '' || step.state === 'running') ? step.state : 'waiting'
  const [mark, label] = state === 'waiting' ? ['·', isRunning ? 'pending' : 'not reached'] : states[state]
  return (
    <li className={`step ${state}`}>
      <span className="mark" aria-hidden="true">
        {mark}
      </span>
      <div>
        <p>
          <strong>{name}</strong> <span className="visually-hidden">{label}.</span>
          {step?.message} {step && step.milliseconds >= 1 && <small>{Math.round(step.milliseconds)} ms</small>}
        </p>
        {step?.advice && <p className="advice">{step.advice}</p>}
        {step && step.exchanges.length > 0 && (
          <details>
            <summary>Requests and responses</summary>
            {step.exchanges.map((one, index) => (
              <div key={index}>
                <p>
                  <code>
                    {one.method} {one.url}
                  </code>{' '}
                  {one.status ?? one.error} <small>{Math.round(one.milliseconds)} ms</small>
                </p>
                {one.headers && <Code label="Headers" text={headerLines(one.headers)} />}
                {one.body && <Code label="Body" text={one.body} />}
              </div>
            ))}
          </details>
        )}
      </div>
    </li>
  )
}
