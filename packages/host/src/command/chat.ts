import { parseArgs } from 'node:util'
import { callByWords } from './call-by-words.ts'
import type { CommandContext } from './command-context.ts'
import { openLines, showTurn } from './dialog.ts'
import { findPlugin } from './find-plugin.ts'

export async function chat(words: string[], context: CommandContext): Promise<number> {
  const { values } = parseArgs({
    args: words,
    options: { plugin: { type: 'string', multiple: true }, yes: { type: 'boolean', default: false } },
  })
  const { host, user, print } = context
  const enabled = values.plugin
    ? await Promise.all(values.plugin.map(async (name) => (await findPlugin(context, name)).id))
    : await host.activations.active(user)
  const { chosen } = await host.models.state(user)
  const { id } = await host.conversations.add(user, enabled)
  print(
    chosen
      ? `${chosen.model} answers. An empty line ends the conversation.`
      : 'There is no model, so what you type finds operations. An empty line ends. For a model, start Ollama, or set OPENAI_API_KEY, or OPENAI_BASE_URL and OPENAI_MODEL, or ANTHROPIC_API_KEY.',
  )
  const lines = openLines(context)
  try {
    for (;;) {
      const text = (await lines.ask('> ')).trim()
      if (text === '') return 0
      if (chosen)
        await showTurn(await host.turns.say(user, id, text), { context, lines, conversation: id, allows: values.yes })
      else await callByWords(text, { context, lines, conversation: id, allows: values.yes }, enabled)
    }
  } finally {
    lines.close()
  }
}
