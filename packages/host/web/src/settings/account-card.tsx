import { useState } from 'react'
import type { Session } from '../../../src/wire.ts'
import { request } from '../api.ts'
import { useAttempt } from '../attempt.ts'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Form } from '../parts/form.tsx'
import { Notice, Problem } from '../parts/notice.tsx'
import { TextInput } from '../parts/text-input.tsx'
import { useSession } from '../session/session.ts'

/** The user's own account on a host that has several. */
export function AccountCard() {
  const { session, setSession } = useSession()
  const { problem, attempt } = useAttempt()
  const leave = (method: string, path: string) => () =>
    void attempt(async () => setSession(await request<Session>(method, path)))
  return (
    <section className="card" aria-labelledby="account">
      <h2 id="account">Account</h2>
      <Problem>{problem}</Problem>
      <p>You are signed in as {session.user?.name}.</p>
      <div className="row">
        <Button onPress={leave('DELETE', '/api/session')}>Sign out</Button>
        <Button onPress={leave('POST', '/api/account/sign-out-everywhere')}>Sign out everywhere</Button>
      </div>
      <PasswordForm />
      <h3>Delete account</h3>
      <p>Deletes your conversations, plugins, sign-ins to plugins and shares. You cannot undo this.</p>
      <Dialog
        kind="alert"
        trigger={<Button kind="danger">Delete account</Button>}
        title={`Delete the account ${session.user?.name}?`}
      >
        {(close) => <DeletionForm onCancel={close} />}
      </Dialog>
    </section>
  )
}

function PasswordForm() {
  const { setSession } = useSession()
  const { problem, attempt } = useAttempt()
  const [isChanged, setIsChanged] = useState(false)
  const submit = (values: object, form: HTMLFormElement) => {
    setIsChanged(false)
    return attempt(async () => {
      setSession(await request<Session>('PUT', '/api/account/password', values))
      form.reset()
      setIsChanged(true)
    })
  }
  return (
    <Form onSubmit={submit}>
      <h3>Change password</h3>
      <Problem>{problem}</Problem>
      <CurrentPassword />
      <TextInput
        label="New password"
        type="password"
        name="next"
        autoComplete="new-password"
        description="At least 8 characters. Your other browsers are signed out."
        isRequired
      />
      <Button type="submit">Change password</Button>
      {isChanged && <Notice kind="good">The password is changed.</Notice>}
    </Form>
  )
}

function DeletionForm({ onCancel }: { onCancel: () => void }) {
  const { setSession } = useSession()
  const { problem, attempt } = useAttempt()
  const submit = (values: object) =>
    attempt(async () => setSession(await request<Session>('POST', '/api/account/delete', values)))
  return (
    <Form onSubmit={submit}>
      <p>Enter your password to delete the account and everything in it.</p>
      <Problem>{problem}</Problem>
      <CurrentPassword autoFocus />
      <div className="row end">
        <Button onPress={onCancel}>Cancel</Button>
        <Button type="submit" kind="danger">
          Delete account
        </Button>
      </div>
    </Form>
  )
}

const CurrentPassword = ({ autoFocus = false }) => (
  <TextInput
    label="Current password"
    type="password"
    name="password"
    autoComplete="current-password"
    autoFocus={autoFocus}
    isRequired
  />
)
