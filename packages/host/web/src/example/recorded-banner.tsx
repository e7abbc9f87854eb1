import { Link } from 'wouter'
import type { Conversation, Part, PluginSummary } from '../../../src/wire.ts'
import { callsOf } from '../converse/conversation-state.ts'
import { Button } from '../parts/button.tsx'
import { PlayIcon, StopIcon } from '../parts/icons.tsx'

interface Props {
  conversation: Conversation
  plugins: PluginSummary[]
  onPlay: () => void
  onStop: () => void
}

/** Says that a conversation is a recorded one, how far it has been played, and how its answers differ. */
export function RecordedBanner({ conversation, plugins, onPlay, onStop }: Props) {
  const { recorded, isRunning } = conversation
  if (!recorded) return null
  const { plugin: id, entries, canPlay } = recorded
  // The count of the host is of when the conversation was read.
  const played = Math.max(recorded.played, entriesIn(conversation))
  const title = plugins.find((one) => one.id === id)?.title ?? 'a plugin'
  const calls = callsOf(conversation)
  const isWaiting = calls.some(({ state }) => state === 'waiting')
  const different = calls.filter((call) => (call.recorded?.differences ?? []).length > 0).length
  return (
    <section className="recorded-banner" aria-label="Recorded example">
      <div className="row">
        <span className="tag recorded">Recorded</span>
        <p className="grow">
          {recorded.example === 'file' ? (
            'A saved conversation'
          ) : (
            <>
              Example of <Link href={`/plugins/${id}`}>{title}</Link>
            </>
          )}
          <span className="wide">: the texts are recorded, the calls are made now</span>.{' '}
          <span role="status">
            {stateOf(isWaiting, isRunning, played, entries)}
            {different > 0 && ` ${different === 1 ? 'One answer differs' : `${different} answers differ`}.`}
          </span>
        </p>
        {isRunning ? (
          <Button onPress={onStop}>
            <StopIcon /> Stop
          </Button>
        ) : (
          canPlay &&
          !isWaiting && (
            <Button kind="primary" onPress={onPlay}>
              <PlayIcon /> {played === 0 ? 'Play' : 'Continue'}
            </Button>
          )
        )}
      </div>
      <progress max={entries} value={played} aria-label="Played so far" />
    </section>
  )
}

const entriesIn = ({ messages }: Conversation): number => messages.flatMap(({ parts }) => parts.filter(isEntry)).length

const isEntry = (part: Part): boolean =>
  part.type === 'call' ? part.call.recorded !== undefined : part.type === 'text' && part.recorded === true

function stateOf(isWaiting: boolean, isRunning: boolean, played: number, entries: number): string {
  if (isWaiting) return 'A call waits for your confirmation.'
  if (isRunning) return 'Playing…'
  return played >= entries ? 'Played to its end.' : `Stopped after ${played} of ${entries} entries.`
}
