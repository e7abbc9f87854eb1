import { useLocation } from 'wouter'
import type { PluginDetail } from '../../../src/wire.ts'
import { request } from '../api.ts'
import { useAttempt } from '../attempt.ts'
import { Button } from '../parts/button.tsx'
import { Problem } from '../parts/notice.tsx'
import { Title } from '../parts/title.tsx'

/** The page of a share link. Opening it adds nothing until the user confirms. */
export function ShareView({ secret }: { secret: string }) {
  const { problem, attempt } = useAttempt()
  const [, go] = useLocation()
  const add = () =>
    attempt(async () => {
      const { id } = await request<PluginDetail>('POST', `/api/shares/${encodeURIComponent(secret)}`, {})
      go(`/plugins/${id}`)
    })
  return (
    <main id="main" className="alone">
      <Title>A plugin was shared with you</Title>
      <div className="card narrow">
        <h1>A plugin was shared with you</h1>
        <p>Add it to your plugins, then activate it with your own sign-in. Nobody else can use your sign-in.</p>
        <Problem>{problem}</Problem>
        <Button kind="primary" onPress={() => void add()}>
          Add plugin
        </Button>
      </div>
    </main>
  )
}
