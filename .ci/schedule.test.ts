import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runSideBySide, type Scheduled } from './schedule.ts'

interface Named extends Scheduled {
  name: string
}

/** Runs steps of which each ends when the test says so. */
function begin(steps: Named[], prepare?: (step: Named) => Promise<void>) {
  const ends = new Map<string, () => void>()
  const run = ({ name }: Named) => new Promise<void>((resolve) => ends.set(name, resolve))
  return {
    finished: runSideBySide(steps, run, prepare),
    /** The names of those that run, after what is ready has started. */
    running: () => new Promise<string>((resolve) => setImmediate(() => resolve([...ends.keys()].join(' ')))),
    end(name: string) {
      ends.get(name)?.()
      ends.delete(name)
    },
  }
}

test('steps start in their order, as many as the processors can do', async () => {
  const steps = [{ name: 'a', load: 2 }, { name: 'b' }, { name: 'c', load: 2 }, { name: 'd' }]
  const { finished, running, end } = begin(steps)
  assert.equal(await running(), 'a b')
  end('b')
  assert.equal(await running(), 'a d')
  end('a')
  assert.equal(await running(), 'd c')
  end('c')
  end('d')
  await finished
})

test('a step that needs more than there is runs alone', async () => {
  const { finished, running, end } = begin([{ name: 'a', load: 9 }, { name: 'b' }])
  assert.equal(await running(), 'a')
  end('a')
  assert.equal(await running(), 'b')
  end('b')
  await finished
})

test('two steps that use the same do not run at the same time', async () => {
  const { finished, running, end } = begin([{ name: 'a', uses: 'ports' }, { name: 'b', uses: 'ports' }, { name: 'c' }])
  assert.equal(await running(), 'a c')
  end('a')
  assert.equal(await running(), 'c b')
  end('c')
  end('b')
  await finished
})

test('a step waits for its preparation, and others do not', async () => {
  const prepared = Promise.withResolvers<void>()
  const steps = [{ name: 'a' }, { name: 'b' }]
  const { finished, running, end } = begin(steps, async ({ name }) => {
    if (name === 'a') await prepared.promise
  })
  assert.equal(await running(), 'b')
  prepared.resolve()
  assert.equal(await running(), 'b a')
  end('a')
  end('b')
  await finished
})

test('what goes wrong in the schedule itself ends it', async () => {
  await assert.rejects(
    runSideBySide([{}], async () => {
      throw new Error('no shell')
    }),
    /no shell/,
  )
})

test('nothing to run is done at once', () => runSideBySide([], async () => {}))
