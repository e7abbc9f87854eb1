import { useLocation } from 'wouter'
import type { Conversation, Example, Examples, PluginSummary } from '../../../src/wire.ts'
import { request } from '../api.ts'
import { useAttempt } from '../attempt.ts'
import { useLoaded } from '../loaded.ts'
import { Button } from '../parts/button.tsx'
import { PlayIcon } from '../parts/icons.tsx'
import { Problem } from '../parts/notice.tsx'

interface Props {
  plugin: PluginSummary
  /** Whether to describe the examples, and to say why there are none. */
  isLong?: boolean
}

/** Plays the recorded conversations of a plugin, each in a conversation of its own. */
export function PlayExamples({ plugin: { id, title }, isLong = false }: Props) {
  const { value } = useLoaded<Examples>(`/api/plugins/${id}/examples`)
  const { problem, attempt } = useAttempt()
  const [, go] = useLocation()
  const play = ({ name }: Example) =>
    attempt(async () => {
      const made = await request<Conversation>('POST', `/api/plugins/${id}/examples/${encodeURIComponent(name)}`, {})
      go(`/c/${made.id}`, { state: { play: true } })
    })
  const examples = value?.examples ?? []
  return (
    <>
      {examples.map((example, index) => (
        <div key={example.name} className="example">
          {isLong && <p>{describe(example)}</p>}
          <Button
            kind={isLong ? undefined : 'plain'}
            isDisabled={example.problem !== undefined}
            aria-label={examples.length > 1 ? `Play example ${index + 1} of ${title}` : `Play an example of ${title}`}
            onPress={() => void play(example)}
          >
            <PlayIcon /> Play an example
          </Button>
          {isLong && example.problem && <p className="advice">{example.problem}</p>}
        </div>
      ))}
      {isLong && value?.reason && <p className="empty">{value.reason}</p>}
      <Problem>{problem}</Problem>
    </>
  )
}

const describe = ({ title, calls, asks }: Example): string =>
  [
    title,
    `${calls} ${calls === 1 ? 'call' : 'calls'}, made now and one by one`,
    asks > 0 && `${asks === 1 ? 'One of them asks' : `${asks} of them ask`} you first`,
  ]
    .filter((one) => one !== false)
    .map((one) => (one.endsWith('.') ? one : `${one}.`))
    .join(' ')
