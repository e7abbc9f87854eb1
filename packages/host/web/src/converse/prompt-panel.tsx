import type { Prompt } from '../../../src/wire.ts'
import { useLoaded } from '../loaded.ts'
import { Code, CodeDetails } from '../parts/code.tsx'
import { parseJson, toJson } from '../parts/json.ts'
import { Problem } from '../parts/notice.tsx'

/** What would be sent to the model now, and how many tokens it takes. */
export function PromptPanel({ id }: { id: string }) {
  const { value: prompt, problem } = useLoaded<Prompt>(`/api/conversations/${id}/prompt`)
  if (problem) return <Problem>{problem}</Problem>
  if (!prompt) return <p aria-busy="true">Loading…</p>
  const { tokens, tools, leftOut, messages, system, raw } = prompt
  const request = parseJson(raw)
  return (
    <>
      <p>
        {tokens.total} tokens: {tokens.system} for instructions, {tokens.messages} for messages, {tokens.tools} for{' '}
        {tools.length} tools. Counted with the tokenizer of OpenAI’s newer models; other models count differently.
      </p>
      <CodeDetails label="Instructions" text={system} isOpen />
      <details>
        <summary>{tools.length} tools</summary>
        {tools.map(({ name, plugin, description, schema, tokens: cost }) => (
          <details key={name}>
            <summary>
              <code>{name}</code>{' '}
              <small>
                {plugin}, {cost} tokens
              </small>
            </summary>
            <p>{description}</p>
            <Code label={`Parameters of ${name}`} text={toJson(schema)} />
          </details>
        ))}
      </details>
      {leftOut.length > 0 && (
        <details>
          <summary>{leftOut.length} plugins left out because they do not fit</summary>
          <ul>
            {leftOut.slice(0, 200).map(({ plugin, tokens: cost }, index) => (
              <li key={index}>
                {plugin}, {cost} tokens
              </li>
            ))}
          </ul>
        </details>
      )}
      <details>
        <summary>Messages</summary>
        {messages.map(({ role, text }, index) => (
          <div key={index}>
            <h3>{role}</h3>
            <Code label={role} text={text} />
          </div>
        ))}
      </details>
      <CodeDetails label="Request as JSON" text={request === undefined ? raw : toJson(request)} />
    </>
  )
}
