import { useLocation } from 'wouter'
import { toSentences } from '../../../src/sentences.ts'
import type { Conversation, Example, Examples, PluginSummary } from '../../../src/wire.ts'
import { request } from '../api.ts'
import { useAttempt } from '../attempt.ts'
import { useLoaded } from '../loaded.ts'
import { Button } from '../parts/button.tsx'
import { PlayIcon } from '../parts/icons.tsx'
import { Problem } from '../parts/notice.tsx'

interface Props {
  plugin: PluginSummary
  /** Whether they are described in a card of their own. */
  isCard?: boolean
}

/** Plays the recorded conversations of a plugin, each in a conversation of its own. Nothing where there are none. */
export function PlayExamples({ plugin: { id, title }, isCard = false }: Props) {
  const { value } = useLoaded<Examples>(`/api/plugins/${id}/examples`)
  const { problem, attempt } = useAttempt()
  const [, go] = useLocation()
  const play = ({ name }: Example) =>
    attempt(async () => {
      const made = await request<Conversation>('POST', `/api/plugins/${id}/examples/${encodeURIComponent(name)}`, {})
      go(`/c/${made.id}`, { state: { play: true } })
    })
  const examples = value?.examples ?? []
  if (examples.length === 0) return null
  const list = (
    <>
      {examples.map((example, index) => (
        <div key={example.name} className="example">
          {isCard && <p>{describe(example)}</p>}
          <Button
            kind={isCard ? undefined : 'plain'}
            isDisabled={example.problem !== undefined}
            aria-label={examples.length > 1 ? `Play example ${index + 1} of ${title}` : `Play an example of ${title}`}
            onPress={() => void play(example)}
          >
            <PlayIcon /> Play an example
          </Button>
          {isCard && example.problem && <p className="advice">{example.problem}</p>}
        </div>
      ))}
      <Problem>{problem}</Problem>
    </>
  )
  if (!isCard) return list
  return (
    <section className="card" aria-labelledby="examples">
      <h2 id="examples">Examples</h2>
      {list}
    </section>
  )
}

/** What playing an example does, in sentences. */
function describe({ title, calls, asks }: Example): string {
  const made = `It makes ${calls === 1 ? '1 call' : `${calls} calls`} now, one by one`
  const asked = asks === 0 ? '' : `, and asks you before ${asks === calls ? 'each' : `${asks} of them`}`
  return `${toSentences([title])} ${made}${asked}.`
}
