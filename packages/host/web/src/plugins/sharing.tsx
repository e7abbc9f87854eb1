import { useState } from 'react'
import type { PluginDetail, Share, ShareInput } from '../../../src/wire.ts'
import { request } from '../api.ts'
import { useAttempt } from '../attempt.ts'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Copyable } from '../parts/copyable.tsx'
import { Form } from '../parts/form.tsx'
import { Notice, Problem } from '../parts/notice.tsx'
import { TextInput } from '../parts/text-input.tsx'
import { useSession } from '../session/session.ts'

/** Shares the plugin with other users. Each of them signs in to it. */
export function Sharing({ plugin, onReload }: { plugin: PluginDetail; onReload: () => void }) {
  const { session } = useSession()
  const [link, setLink] = useState('')
  const { problem, attempt } = useAttempt()
  const path = `/api/plugins/${plugin.id}/shares`
  const share = (input: ShareInput, form?: HTMLFormElement) =>
    attempt(async () => {
      const { url = '' } = await request<Share>('POST', path, input)
      setLink(url)
      form?.reset()
      onReload()
    })
  const shareByName = ({ userName = '' }: Record<string, string>, form: HTMLFormElement) => share({ userName }, form)
  const shareByLink = (values: Record<string, string>) =>
    share(Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)])))
  const revoke = (id: string) => attempt(() => request('DELETE', `${path}/${id}`).then(onReload))
  return (
    <section className="card" aria-labelledby="sharing">
      <h2 id="sharing">Share</h2>
      {session.mode === 'single' ? (
        <p>
          Only you can use this host. To share plugins, start it with <code>HOST_USERS=accounts</code> so that other
          people can sign up.
        </p>
      ) : (
        <>
          <Problem>{problem}</Problem>
          <Form className="row inline" onSubmit={shareByName}>
            <TextInput label="User name" name="userName" isRequired />
            <Button type="submit">Share with user</Button>
          </Form>
          <Form className="row inline" onSubmit={shareByLink}>
            <TextInput label="Maximum number of users" name="maximum" placeholder="No limit" inputMode="numeric" />
            <TextInput
              label="Days until it expires"
              name="expiresInDays"
              defaultValue="7"
              placeholder="Never expires"
              inputMode="numeric"
            />
            <Button type="submit">Create link</Button>
          </Form>
          {link && (
            <Notice kind="good">
              <Copyable label="Share link (shown only once)" text={link} />
            </Notice>
          )}
          <ul className="plain">
            {plugin.shares.map((one) => (
              <li key={one.id} className="row spread">
                <span>
                  {one.kind === 'user' ? one.userName : 'Link'} <small>{stateOf(one)}</small>
                </span>
                <Confirm
                  trigger={<Button kind="plain">Revoke</Button>}
                  title="Revoke this share?"
                  action="Revoke share"
                  onConfirm={() => void revoke(one.id)}
                >
                  Everyone who uses the plugin through this share loses access and is signed out of it.
                </Confirm>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}

const stateOf = ({ kind, used, maximum, expiresAt }: Share): string =>
  [
    kind === 'link' && `used by ${used}${maximum ? ` of ${maximum}` : ''}`,
    expiresAt && `expires ${new Date(expiresAt).toLocaleString()}`,
  ]
    .filter(Boolean)
    .join(', ')
