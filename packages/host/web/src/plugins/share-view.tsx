import { useState } from 'react'
import { useLocation } from 'wouter'
import type { PluginDetail } from '../../../src/wire.ts'
import { request, wordsOf } from '../api.ts'
import { Button } from '../parts/button.tsx'
import { Notice } from '../parts/notice.tsx'

/** Somebody has sent a link. Nothing is taken before the user says so. */
export function ShareView({ secret }: { secret: string }) {
  const [problem, setProblem] = useState('')
  const [, go] = useLocation()
  const take = () =>
    request<PluginDetail>('POST', `/api/shares/${encodeURIComponent(secret)}`, {}).then(
      ({ id }) => go(`/plugins/${id}`),
      (error) => setProblem(wordsOf(error)),
    )
  return (
    <main id="main" className="alone">
      <div className="card narrow">
        <h1>A plugin is shared with you</h1>
        <p>Take it, and it stands among your plugins. You activate it with your own sign-in; nobody gets yours.</p>
        {problem && <Notice kind="error">{problem}</Notice>}
        <Button kind="primary" onPress={() => void take()}>
          Take it
        </Button>
      </div>
    </main>
  )
}
