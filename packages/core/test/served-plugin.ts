import { setTimeout as sleep } from 'node:timers/promises'
import { serve } from '../src/index.ts'
import { openShop } from './fixture.ts'

// Serves the shop, whose start takes as many milliseconds as the argument says. The ready line ends with the number of
// handlers of SIGTERM when it is printed.
const print = console.log
console.log = (line: string) => print(`${line}, ${process.listenerCount('SIGTERM')} handlers`)
await serve(
  async () => {
    print('starting')
    await sleep(Number(process.argv[2]))
    return openShop()
  },
  { port: 0, folder: new URL('fixture/', import.meta.url) },
)
