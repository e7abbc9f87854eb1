import { call } from '../../calls/check-run.ts'
import { resourceOf } from '../../calls/pool.ts'
import { keyIn, type Life, listValues } from '../../state/life.ts'
import { named, newValues, readThing, toThing } from '../../state/making.ts'
import { readList } from '../../state/paging.ts'
import { idText, itemOf } from '../../state/things.ts'

const many = 5

/** Several creations at once are all kept, each with an id of its own. */
export async function checkTogether(life: Life): Promise<void> {
  const { run, resource, create, thing, words } = life
  const { report } = run
  // Of a value that is given, such as the address of a feed, there may be one item at most.
  const given = Object.keys(thing.sent).find((name) => run.given?.[name] !== undefined)
  if (given !== undefined)
    return report.skip(create.id, 'several creations at once', `each has the same ${given}: --value`)
  const inputs = Array.from({ length: many }, () => {
    const canary = words.next()
    return { canary, values: newValues(run, resource, canary, { path: thing.path, isLeast: false }) }
  })
  const made = await Promise.all(
    inputs.map(async ({ canary, values }) => {
      const exchange = values && (await call(run, create, values))
      return values && exchange && exchange.status < 300 ? toThing(run, resource, canary, values, exchange) : undefined
    }),
  )
  const things = made.filter((one) => one !== undefined)
  life.things.push(...things)
  const seen = new Map([[idText(thing.id), thing]])
  for (const one of things) {
    if (one.id === undefined) continue
    const other = seen.get(idText(one.id))
    if (other)
      report.addTo(
        create,
        'id-twice',
        `two items have the id ${idText(one.id)}`,
        one.made.curl,
        `an id that no item has: not ${idText(one.id)}`,
      )
    seen.set(idText(one.id), one)
  }
  const [list] = resource.lists
  const values = list && listValues(run, list, thing)
  const isSearched = list?.inputs.some(({ required, place }) => required && place === 'query')
  const whole = list && values && !isSearched ? await readList(run, list, values) : undefined
  const key = keyIn(life)
  for (const one of things) {
    const exchange = await readThing(run, resource, one)
    const isRead = exchange && exchange.status < 300 && exchange.text.includes(one.canary)
    const isGone = exchange && [404, 410].includes(exchange.status)
    const isOther =
      exchange && exchange.status < 300 && !isRead && things.some(({ canary }) => exchange.text.includes(canary))
    const isListed = whole && itemOf(whole.items, one, key, resourceOf(resource.path)) !== undefined
    const firstIsListed = whole && itemOf(whole.items, thing, key, resourceOf(resource.path)) !== undefined
    if (isGone || isOther)
      report.addTo(
        create,
        'creation-lost',
        `of ${many} items created at once, one ${isGone ? 'is gone' : 'shows another one'}`,
        exchange.curl,
        `200 with ${named(one)}`,
      )
    else if (whole?.isWhole && firstIsListed && !isListed)
      report.addTo(
        create,
        'creation-lost',
        `of ${many} items created at once, one is not in ${list?.id}`,
        one.made.curl,
        `${named(one)} in ${list?.id}`,
      )
  }
}
