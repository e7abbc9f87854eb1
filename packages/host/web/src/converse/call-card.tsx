import { lazy, Suspense } from 'react'
import { Link } from 'wouter'
import { withoutFiles } from '../../../src/calls/shown-arguments.ts'
import { visibleLine, visibleText } from '../../../src/conversation/visible-text.ts'
import { toWordsForUser } from '../../../src/conversation/words-for-user.ts'
import type { Call } from '../../../src/wire.ts'
import { RecordedAnswer } from '../example/recorded-answer.tsx'
import { Button } from '../parts/button.tsx'
import { Code, CodeDetails, headerLines } from '../parts/code.tsx'
import { Copyable } from '../parts/copyable.tsx'
import { JsonView } from '../parts/json-view.tsx'
import { Name } from '../parts/name.tsx'
import { Confirmation } from './confirmation.tsx'
import type { ConversationActions } from './use-conversation.ts'

// Only some plugins have views, and the code that shows them is large.
const ViewFrame = lazy(() => import('./view-frame.tsx').then(({ ViewFrame: view }) => ({ default: view })))

const stateLabels: Record<Call['state'], string> = {
  waiting: 'Waiting for confirmation',
  running: 'Running',
  done: 'Done',
  refused: 'Not called',
  failed: 'No response',
  unknown: 'Interrupted',
}

export interface CallCardProps {
  call: Call
  actions: ConversationActions
  isViewOpen: (call: Call) => boolean
  openView: (call: Call) => void
  onViewResized: () => void
  /** Opens the form of the call with its arguments; undefined where its plugin cannot be called. */
  callAgain: (call: Call) => (() => void) | undefined
}

export function CallCard({ call, actions, isViewOpen, openView, onViewResized, callAgain }: CallCardProps) {
  const { state, response, request, result } = call
  const reason = toWordsForUser(result ?? '')
  const isGood = state === 'done' && (response?.status ?? 200) < 400
  const isBad = state === 'done' && !isGood
  const isOver = state !== 'waiting' && state !== 'running'
  const again = isOver ? callAgain(call) : undefined
  return (
    <section
      className={`call card ${isGood ? 'good' : isBad ? 'failed' : state}`}
      aria-label={`${call.plugin.title}: ${call.title}`}
    >
      <header className="row spread">
        <span className="row">
          <strong>{visibleLine(call.plugin.title)}</strong> <Name>{call.operation}</Name>
          {call.recorded && <span className="tag recorded">From a recording</span>}
          {call.viewOf !== undefined && <small> called by its view</small>}
        </span>
        <span className={`tag ${isGood ? 'active' : isBad ? 'bad' : ''}`}>
          {state === 'done' && response ? `Status ${response.status}` : stateLabels[state]}
          {call.milliseconds !== undefined && `, ${Math.round(call.milliseconds)} ms`}
        </span>
      </header>
      {/* The question of the plugin says more than the arguments. */}
      {call.ask?.question === undefined && (
        <dl className="facts">
          {Object.entries(withoutFiles(call.arguments)).map(([name, value]) => (
            <div key={name}>
              <dt>{visibleLine(name)}</dt>
              <dd>{visibleText(typeof value === 'string' ? value : JSON.stringify(value))}</dd>
            </div>
          ))}
        </dl>
      )}
      {state !== 'waiting' &&
        call.answered?.map(({ question, decision }, index) => (
          <p key={index}>
            You {decision}: {question}
          </p>
        ))}
      {state === 'waiting' && <Confirmation call={call} decide={actions.decide} />}
      {call.view &&
        (isViewOpen(call) ? (
          <Suspense>
            <ViewFrame call={call} actions={actions} onResized={onViewResized} />
          </Suspense>
        ) : (
          <Button onPress={() => openView(call)}>Show view</Button>
        ))}
      {(state === 'refused' || state === 'failed' || state === 'unknown') && <p>{reason}</p>}
      {response && !isGood && (
        <p className="advice">
          {reason.split('\n')[0]}{' '}
          {response.status === 401 && (
            <Link href={`/plugins/${call.plugin.id}`}>Open {visibleLine(call.plugin.title)}</Link>
          )}
        </p>
      )}
      {call.recorded && isOver && <RecordedAnswer recorded={call.recorded} />}
      {response && (
        <details open={call.byHand && !call.view}>
          <summary>Response</summary>
          <JsonView label="Response" text={response.body} />
          {response.isCut && <p>The response is longer. Only its beginning is shown.</p>}
        </details>
      )}
      {request && (
        <details>
          <summary>HTTP details</summary>
          <Code
            label="HTTP request"
            text={httpText(`${request.method} ${request.url}`, request.headers, request.body)}
          />
          {response && (
            <Code label="HTTP response" text={httpText(`Status ${response.status}`, response.headers, response.body)} />
          )}
          {call.curl && <Copyable label="Repeat this call with curl" text={call.curl} />}
        </details>
      )}
      {result !== undefined && !call.byHand && <CodeDetails label="Result sent to the model" text={result} />}
      {call.hasKey && (state === 'failed' || state === 'unknown') && (
        <p className="row">
          <Button onPress={() => void actions.repeat(call.id)}>Send again</Button>
          <small>With the same key: the plugin does it once.</small>
        </p>
      )}
      {again && (
        <Button kind="plain" onPress={again}>
          Edit and call again
        </Button>
      )}
    </section>
  )
}

const httpText = (firstLine: string, headers: Record<string, string>, body = ''): string =>
  [firstLine, headerLines(headers), '', body].join('\n')
