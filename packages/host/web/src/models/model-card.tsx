import type { ModelChoice } from '../../../src/wire.ts'
import { request } from '../api.ts'
import { useAttempt } from '../attempt.ts'
import { Notice, Problem } from '../parts/notice.tsx'
import { useSession } from '../session/session.ts'
import { AddressForm } from './address-form.tsx'
import { ModelList } from './model-list.tsx'

/** The model that answers: those that were found, or one at an address. */
export function ModelCard({ onChosen = () => {} }: { onChosen?: () => void }) {
  const { session, reload } = useSession()
  const { chosen, found, problems } = session.model
  const { problem, attempt } = useAttempt()
  const choose = (choice: ModelChoice) =>
    attempt(async () => {
      await request('PUT', '/api/models', choice)
      await reload()
      onChosen()
    })
  // Each program, or variable, with its models.
  const places = Map.groupBy(found, ({ from, baseUrl }) => from ?? baseUrl)
  return (
    <>
      {chosen ? (
        <p>
          Using <strong>{chosen.model}</strong> at {chosen.baseUrl}
          {chosen.from && ` (${chosen.from})`}.
        </p>
      ) : (
        <p>
          No model is connected. A model answers in your words and calls the operations for you. Without one, you call
          them with forms.
        </p>
      )}
      <Problem>{problem}</Problem>
      {problems.map((one) => (
        <Notice key={one} kind="warning">
          {one}
        </Notice>
      ))}
      {[...places].map(([from, models]) => (
        <section key={from} aria-label={from}>
          <h3>Found: {from}</h3>
          <ModelList models={models} chosen={chosen} onChoose={choose} />
        </section>
      ))}
      {found.length === 0 && (
        <p className="empty">
          No model was found on this machine. Start Ollama, LM Studio, llama.cpp or vLLM and{' '}
          <button type="button" className="link" onClick={() => void reload()}>
            look again
          </button>
          , or enter an address.
        </p>
      )}
      <h3>{found.length === 0 ? 'Connect a model' : 'Connect another model'}</h3>
      <AddressForm onChoose={choose} />
    </>
  )
}
