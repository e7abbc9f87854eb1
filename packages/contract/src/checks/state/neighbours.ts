import { resourceOf } from '../../calls/pool.ts'
import { asObject, type Schema, type SpecOperation } from '../../spec/spec.ts'
import { keyIn, type Life, listValues } from '../../state/life.ts'
import type { Thing } from '../../state/making.ts'
import { readPage } from '../../state/paging.ts'
import { type Id, idOf, idText, isSame, isServersOwn } from '../../state/things.ts'

/** The other items of a list, also those that the run has not made. */
interface Neighbours {
  /** Reports an item that has changed to what was sent for another one. */
  judgeChange: (writer: SpecOperation, sent: readonly Schema[]) => Promise<void>
  /** Reports an item that went with a deleted one. */
  judgeDeletion: (remove: SpecOperation) => Promise<void>
}

/** Reads one page of the first list, which shows some of the items around a thing. */
export async function readNeighbours(life: Life, thing: Thing): Promise<Neighbours> {
  const { run, resource } = life
  const [list] = resource.lists
  const read = async (): Promise<{ shown: Map<string, Schema>; curl: string } | undefined> => {
    const values = list && listValues(run, list, thing)
    const page = list && values && (await readPage(run, list, values))
    if (!page) return undefined
    const shown = page.items.flatMap((one): [string, Schema][] => {
      const id: Id | undefined = idOf(one, keyIn(life), resourceOf(resource.path))
      return id === undefined || idText(id) === idText(thing.id) ? [] : [[idText(id), asObject(one)]]
    })
    return { shown: new Map(shown), curl: page.exchange.curl }
  }
  const before = await read()
  return {
    async judgeChange(writer, sent) {
      const after = before && (await read())
      if (!after) return
      for (const [id, now] of after.shown) {
        const old = before.shown.get(id)
        const name = old && changedName(old, now, sent)
        if (name !== undefined)
          return run.report.addTo(
            writer,
            'change-spills',
            `a change of ${idText(thing.id)} also changes ${name} of ${id}`,
            after.curl,
            `${id} keeps ${name}: ${JSON.stringify(old?.[name])}`,
          )
      }
    },
    async judgeDeletion(remove) {
      const after = await read()
      if (!before || !after) return
      const lost = [...before.shown].find(([id, item]) => !after.shown.has(id) && !isOf(item, thing))?.[0]
      // A page that is full moves on.
      if (lost !== undefined && after.shown.size < before.shown.size)
        run.report.addTo(
          remove,
          'deletes-others',
          `${list?.id} no longer shows ${lost} as well`,
          after.curl,
          `a list with ${lost}`,
        )
    },
  }
}

/** Whether an item names another one, with which it may go. */
export const isOf = (item: unknown, { id }: Pick<Thing, 'id'>): boolean =>
  Object.values(asObject(item)).some((one) => id !== undefined && idText(one) === idText(id))

/** The member that has become what was sent for another item: nobody else changes it to just that. */
const changedName = (old: Schema, now: Schema, sent: readonly Schema[]): string | undefined =>
  Object.keys(now).find(
    (name) =>
      !isServersOwn(name) &&
      // Of several items one may be chosen.
      typeof now[name] !== 'boolean' &&
      Object.hasOwn(old, name) &&
      !isSame(old[name], now[name]) &&
      sent.some((one) => Object.hasOwn(one, name) && isSame(one[name], now[name])),
  )
