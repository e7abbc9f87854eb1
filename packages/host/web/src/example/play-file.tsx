import { FileTrigger } from 'react-aria-components'
import { useLocation } from 'wouter'
import type { Conversation } from '../../../src/wire.ts'
import { request } from '../api.ts'
import { useAttempt } from '../attempt.ts'
import { Button } from '../parts/button.tsx'
import { PlayIcon } from '../parts/icons.tsx'
import { Problem } from '../parts/notice.tsx'

/** Plays a conversation that was saved as Markdown. */
export function PlayFile() {
  const { problem, attempt } = useAttempt()
  const [, go] = useLocation()
  const play = (file: File) =>
    attempt(async () => {
      const made = await request<Conversation>('POST', '/api/examples', { text: await file.text() })
      go(`/c/${made.id}`, { state: { play: true } })
    })
  return (
    <div className="play-file">
      <FileTrigger
        acceptedFileTypes={['.md', 'text/markdown']}
        onSelect={(files) => {
          const file = files?.item(0)
          if (file) void play(file)
        }}
      >
        <Button kind="plain">
          <PlayIcon /> Play a saved conversation
        </Button>
      </FileTrigger>
      <Problem>{problem}</Problem>
    </div>
  )
}
