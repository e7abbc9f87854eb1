import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { definePlugin, none, operation, serve } from '../src/index.ts'

// Serves a plugin whose start takes as many milliseconds as the argument says. The ready line ends with the number of
// handlers of SIGTERM when it is printed.
const folder = new URL('fixture/', import.meta.url)
const print = console.log
console.log = (line: string) => print(`${line}, ${process.listenerCount('SIGTERM')} handlers`)
await serve(
  async () => {
    print('starting')
    await sleep(Number(process.argv[2]))
    return definePlugin({
      name: 'slow',
      title: 'Slow',
      descriptionForHuman: 'Starts slowly.',
      descriptionForModel: 'Starts slowly.',
      conversationStarters: ['Are you ready?'],
      contactEmail: 'slow@example.com',
      folder,
      auth: none(),
      operations: {
        getNothing: operation('GET /nothing', {
          openWorld: false,
          summary: 'Get nothing',
          input: z.object({}),
          output: z.object({}),
          handler: () => ({}),
        }),
      },
    })
  },
  { port: 3333, folder },
)
