import { useState } from 'react'
import type { PluginDetail, Share } from '../../../src/wire.ts'
import { request, wordsOf } from '../api.ts'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Copyable } from '../parts/copy-button.tsx'
import { Notice } from '../parts/notice.tsx'
import { TextInput } from '../parts/text-input.tsx'
import { useSession } from '../session/session.ts'

/** With whom the plugin is shared. They sign in by themselves. */
export function Sharing({ plugin, onReload }: { plugin: PluginDetail; onReload: () => void }) {
  const { session } = useSession()
  const [userName, setUserName] = useState('')
  const [maximum, setMaximum] = useState('')
  const [days, setDays] = useState('7')
  const [link, setLink] = useState('')
  const [problem, setProblem] = useState('')
  const share = async (input: object) => {
    setProblem('')
    try {
      const made = await request<Share>('POST', `/api/plugins/${plugin.id}/shares`, input)
      setLink(made.url ?? '')
      setUserName('')
      onReload()
    } catch (error) {
      setProblem(wordsOf(error))
    }
  }
  const remove = (id: string) =>
    request('DELETE', `/api/plugins/${plugin.id}/shares/${id}`).then(onReload, (error) => setProblem(wordsOf(error)))
  return (
    <section className="card" aria-labelledby="sharing">
      <h2 id="sharing">Share</h2>
      {session.mode === 'single' ? (
        <p>
          This host is for you alone. Start it with <code>HOST_USERS=accounts</code>, and others can sign up and use
          what you share.
        </p>
      ) : (
        <>
          {problem && <Notice kind="error">{problem}</Notice>}
          <form
            className="inline"
            onSubmit={(event) => {
              event.preventDefault()
              void share({ userName })
            }}
          >
            <TextInput label="With a user of this host" value={userName} onChange={setUserName} isRequired />
            <Button type="submit">Share</Button>
          </form>
          <form
            className="inline"
            onSubmit={(event) => {
              event.preventDefault()
              void share({
                ...(maximum !== '' && { maximum: Number(maximum) }),
                ...(days !== '' && { expiresInDays: Number(days) }),
              })
            }}
          >
            <TextInput
              label="Link for at most so many"
              value={maximum}
              onChange={setMaximum}
              placeholder="any number"
              inputMode="numeric"
            />
            <TextInput
              label="Good for so many days"
              value={days}
              onChange={setDays}
              placeholder="for ever"
              inputMode="numeric"
            />
            <Button type="submit">Make a link</Button>
          </form>
          {link && (
            <Notice kind="good">
              <Copyable label="The link, which is shown only now" text={link} />
            </Notice>
          )}
          <ul className="plain">
            {plugin.shares.map((one) => (
              <li key={one.id} className="row spread">
                <span>
                  {one.kind === 'user' ? one.userName : 'Link'}{' '}
                  <small>
                    {one.kind === 'link' && `taken by ${one.used}${one.maximum ? ` of ${one.maximum}` : ''}`}
                    {one.expiresAt && `, until ${new Date(one.expiresAt).toLocaleString()}`}
                  </small>
                </span>
                <Confirm
                  trigger={<Button kind="plain">Take back</Button>}
                  title="Take this share back?"
                  action="Take back"
                  onConfirm={() => void remove(one.id)}
                >
                  Who got the plugin by it loses it, and is signed out of it.
                </Confirm>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}
