import { lazy, Suspense } from 'react'
import type { Call } from '../../../src/wire.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { Code, JsonView } from '../parts/json-view.tsx'
import { Ask } from './ask.tsx'
import type { Acts } from './converse-view.tsx'

// Only some plugins have views, and what shows them is large.
const ViewFrame = lazy(() => import('./view-frame.tsx').then(({ ViewFrame: view }) => ({ default: view })))

const words: Record<Call['state'], string> = {
  waiting: 'waits for you',
  running: 'running',
  done: 'answered',
  refused: 'not called',
  failed: 'no answer',
  unknown: 'interrupted',
}

export function CallCard({ call, conversation, acts }: { call: Call; conversation: string; acts: Acts }) {
  const { state, response, request } = call
  const isGood = state === 'done' && (response?.status ?? 200) < 400
  return (
    <section className={`call card ${isGood ? 'good' : state}`} aria-label={`${call.plugin.title}: ${call.title}`}>
      <header className="row spread">
        <span>
          <strong>{call.plugin.title}</strong> <code>{call.operation}</code>
        </span>
        <span className={`tag ${isGood ? 'active' : state === 'done' ? 'bad' : ''}`}>
          {state === 'done' ? `${words.done} ${response?.status ?? ''}` : words[state]}
          {call.milliseconds !== undefined && `, ${Math.round(call.milliseconds)} ms`}
        </span>
      </header>
      <dl className="facts">
        {Object.entries(call.arguments).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{shown(value)}</dd>
          </div>
        ))}
      </dl>
      {state === 'waiting' && <Ask call={call} decide={acts.decide} />}
      {call.view && (
        <Suspense>
          <ViewFrame call={call} acts={acts} conversation={conversation} />
        </Suspense>
      )}
      {(state === 'refused' || state === 'failed' || state === 'unknown') && <p>{call.result}</p>}
      {response && !isGood && <p className="advice">{call.result?.split('\n')[0]}</p>}
      {response && (
        <details open={call.byHand && !call.view}>
          <summary>Answer</summary>
          <JsonView text={response.body} />
          {response.isCut && <p>It was longer, and was cut here.</p>}
        </details>
      )}
      {request && (
        <details>
          <summary>Request and response</summary>
          <Code label="Request" text={raw(`${request.method} ${request.url}`, request.headers, request.body)} />
          {response && (
            <Code label="Response" text={raw(`Status ${response.status}`, response.headers, response.body)} />
          )}
          {call.curl && (
            <>
              <div className="row spread">
                <span className="label">Make the call again</span>
                <CopyButton text={call.curl} label="the curl line" />
              </div>
              <Code label="curl" text={call.curl} />
            </>
          )}
        </details>
      )}
      {call.result !== undefined && !call.byHand && (
        <details>
          <summary>What the model was told</summary>
          <Code label="What the model was told" text={call.result} />
        </details>
      )}
    </section>
  )
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

const raw = (first: string, headers: Record<string, string>, body: string | undefined): string =>
  [first, ...Object.entries(headers).map((pair) => pair.join(': ')), '', body ?? ''].join('\n')
