import { useEffect, useRef, useState } from 'react'
import type { ModelCheck, ModelCheckInput, ModelChoice, ModelProblem } from '../../../src/wire.ts'
import { request } from '../api.ts'
import { useAttempt } from '../attempt.ts'
import { Button } from '../parts/button.tsx'
import { Form } from '../parts/form.tsx'
import { Notice, Problem } from '../parts/notice.tsx'
import { SecretInput, TextInput } from '../parts/text-input.tsx'
import { ModelList } from './model-list.tsx'

/** Why a server that answers may have a model although it lists none. */
const unlisted = new Set<ModelProblem['reason']>(['no models', 'wrong path', 'no such model'])

/** Connects a model by an address and a key. Both are checked before anything is saved. */
export function AddressForm({ onChoose }: { onChoose: (choice: ModelChoice) => Promise<void> }) {
  const [address, setAddress] = useState('')
  const [apiKey, setApiKey] = useState('')
  const [check, setCheck] = useState<ModelCheck>()
  /** What is being asked, in words. */
  const [busy, setBusy] = useState('')
  /** The model that did not call a tool when it was asked to. */
  const [doubted, setDoubted] = useState('')
  const { problem, attempt } = useAttempt()
  const result = useRef<HTMLDivElement>(null)
  // On a phone it would appear below the window.
  useEffect(() => {
    if (check) result.current?.scrollIntoView({ block: 'nearest' })
  }, [check])
  const key = apiKey.trim() === '' ? {} : { apiKey: apiKey.trim() }

  const ask = async (what: string, model?: string) => {
    setBusy(what)
    setDoubted('')
    const input: ModelCheckInput = { address, ...key, ...(model !== undefined && { model }) }
    let answer: ModelCheck | undefined
    await attempt(async () => {
      answer = await request<ModelCheck>('POST', '/api/models/check', input)
    })
    setBusy('')
    return answer
  }
  const list = async () => {
    setCheck(undefined)
    setCheck(await ask('Looking for models…'))
  }
  const save = (model: string, { provider, baseUrl }: ModelCheck) => onChoose({ provider, baseUrl, model, ...key })
  const use = async (model: string) => {
    const answer = await ask(
      `Asking ${model} to call a tool. A model that has to be loaded takes up to a minute…`,
      model,
    )
    if (!answer) return
    if (!answer.problem) return save(model, answer)
    setCheck({ ...answer, models: answer.models.length > 0 ? answer.models : (check?.models ?? []) })
    setDoubted(model)
  }
  const reset = (set: (text: string) => void) => (text: string) => {
    set(text)
    setCheck(undefined)
    setDoubted('')
  }
  return (
    <>
      <Form className="address" onSubmit={list}>
        <TextInput
          label="Address"
          name="address"
          value={address}
          onChange={reset(setAddress)}
          placeholder="localhost:11434"
          description="Where the model is served: this machine, or a service such as api.openai.com or api.anthropic.com"
          isRequired
        />
        <SecretInput
          label="API key"
          value={apiKey}
          onChange={reset(setApiKey)}
          description="If the service needs one. It is stored encrypted and sent only to this address."
        />
        <Button type="submit" kind="primary" isDisabled={busy !== ''}>
          Check address
        </Button>
      </Form>
      {busy && (
        <p className="working" role="status">
          {busy}
        </p>
      )}
      <Problem>{problem}</Problem>
      <div ref={result} className="check">
        {check?.problem && (
          <Notice kind="error">
            <p>
              <strong>{check.problem.message}</strong>
            </p>
            <p>{check.problem.advice}</p>
            {doubted !== '' && check.problem.reason === 'no tools' && (
              <Button onPress={() => void save(doubted, check)}>Use {doubted} anyway</Button>
            )}
          </Notice>
        )}
        {check?.problem && unlisted.has(check.problem.reason) && (
          <Form className="row inline" onSubmit={({ model = '' }) => use(model)}>
            <TextInput
              label="Model"
              name="model"
              description="If this server lists no models, enter the name of one"
              isRequired
            />
            <Button type="submit" isDisabled={busy !== ''}>
              Use model
            </Button>
          </Form>
        )}
        {check && check.models.length > 0 && (
          <section aria-label="Models at this address">
            <h3>
              {check.models.length === 1 ? '1 model' : `${check.models.length} models`} at {check.baseUrl}
            </h3>
            <ModelList
              models={check.models}
              chosen={undefined}
              isDisabled={busy !== ''}
              onChoose={({ model }) => use(model)}
            />
          </section>
        )}
      </div>
    </>
  )
}
