import { useEffect, useRef, useState } from 'react'
import type { Call } from '../../../src/wire.ts'
import { Button } from '../parts/button.tsx'
import { Code } from '../parts/json-view.tsx'
import type { Acts } from './converse-view.tsx'

/** The host asks; the model has no say in it. */
export function Ask({ call, decide }: { call: Call; decide: Acts['decide'] }) {
  const region = useRef<HTMLElement>(null)
  const [isSent, setIsSent] = useState(false)
  const { ask } = call
  useEffect(() => {
    setIsSent(false)
    region.current?.focus()
  }, [ask?.digest])
  if (!ask) return null
  const answer = (decision: 'allow' | 'always' | 'refuse') => () => {
    setIsSent(true)
    void decide(call.id, decision, ask.digest)
  }
  return (
    <section className="ask" ref={region} tabIndex={-1} aria-label="May this be called?">
      <p>
        <strong>{ask.reason}</strong>
      </p>
      <p>{call.plugin.title} is called with exactly this:</p>
      <Code label="Arguments" text={JSON.stringify(call.arguments, null, 2)} />
      <div className="row">
        <Button kind="primary" isDisabled={isSent} onPress={answer('allow')}>
          Allow
        </Button>
        {ask.canRemember && (
          <Button isDisabled={isSent} onPress={answer('always')}>
            Always allow
          </Button>
        )}
        <Button isDisabled={isSent} onPress={answer('refuse')}>
          Refuse
        </Button>
      </div>
    </section>
  )
}
